import hashlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import translation

from accounts.models import User
from accounts.pages import INVITATION
from moves.services import declare_standing
from notifications import messages, notices
from notifications.constants import Concern, Holds, MessageKind
from notifications.models import Message
from notifications.notices import write
from notifications.selectors import messages_about
from notifications.services import Attachment, check_kinds, hand_over, queue_message, retry_given_up, send
from notifications.tasks import send_messages
from tests.mutants import proves
from tests.notifications.test_messages import filled
from work import clock, nudges
from work.outages import TooLate
from work.pages import Link
from work.querysets import ATTEMPTS, set_aside
from work.services import drain
from work.texts import Text

pytestmark = pytest.mark.django_db
CLOSES = datetime(2026, 12, 1, 22, tzinfo=UTC)
FILE = 5
INVITED = messages.Invitation(name="Usinage Roy", inviter="Camille Roy", until=CLOSES)


def test_a_message_is_a_row_and_nothing_is_sent(camille, queue):
    message = queue(camille)
    assert (message.address, message.language, message.sent_at) == ("camille@usinage.example", "fr", None)
    assert mail.outbox == []


def test_the_same_occasion_is_queued_once(camille, queue):
    assert queue(camille) == queue(camille)
    assert Message.objects.count() == 1
    queue(camille, key="letter-2")
    assert Message.objects.count() == 2


def test_a_message_that_lacks_what_its_kind_needs_is_refused(camille):
    with pytest.raises(TypeError, match="'title' and 'programme'"):
        messages.Letter(reference="FE-2026-00042")


def test_what_is_told_by_an_office_says_on_which_file_it_is_held(camille):
    with pytest.raises(TypeError, match="a message of kind review_cancelled says of which file it is"):
        queue_message(messages.ReviewCancelled(reference="FE"), to=camille, key="x")
    assert not Message.objects.exists()


def test_what_no_language_can_write_is_refused(camille):
    with pytest.raises(TypeError, match="a message cannot say"):
        queue_message(messages.ReviewCancelled(reference=uuid4()), to=camille, application_id=FILE, key="x")
    assert not Message.objects.exists()


def test_a_message_undone_with_its_transaction_leaves_nothing(camille, queue):
    with transaction.atomic():
        queue(camille)
        transaction.set_rollback(True)
    assert not Message.objects.exists()


def test_each_reader_is_written_to_in_their_own_language(camille, sam, queue):
    with translation.override("en"):
        for user in (camille, sam):
            send(queue(user, key=user.email))
    french, english = mail.outbox
    assert french.to == ["camille@usinage.example"]
    assert french.subject == "Décision sur la demande FE-2026-00042"
    assert french.body.startswith("Bonjour Camille Roy,\n\nLa décision sur votre demande FE-2026-00042")
    assert french.extra_headers["Content-Language"] == "fr-CA"
    assert english.subject == "Decision on application FE-2026-00042"
    assert english.body.startswith("Hello Sam Lee,\n\nThe decision on your application FE-2026-00042")


def test_amounts_days_and_hours_are_written_in_the_readers_language(camille, sam):
    for user in (camille, sam):
        message = queue_message(
            messages.ConcurrenceAsked(reference="FE-2026-00042", title="Robot cell", amount=Decimal("75000.01")),
            to=user,
            application_id=FILE,
            key=user.email,
        )
        send(message)
    assert "Une aide de 75\u00a0000,01\u00a0$ au dossier" in mail.outbox[0].body
    assert "An award of $75,000.01 on" in mail.outbox[1].body


def test_a_text_in_both_languages_is_read_in_the_readers(sam, camille):
    content = messages.CallExtended(call=Text("Automne 2026", "Fall 2026"), closes_at=CLOSES)
    for user in (camille, sam):
        send(queue_message(content, to=user, application_id=FILE, key=user.email))
    assert mail.outbox[0].subject == "Automne 2026\u00a0: nouvelle date de clôture"
    assert mail.outbox[1].subject == "Fall 2026: new closing"
    assert "1er\u00a0décembre\u00a02026 à 17\u00a0h" in mail.outbox[0].body


def test_the_link_is_absolute_and_stands_in_both_parts(camille, queue, settings):
    settings.BASE_URL = "https://passerelle.example"
    message = queue(camille, link=Link("health-live", ()))
    mailed = write(message)
    assert message.url == "https://passerelle.example/health/live"
    assert f"Lire la lettre\u00a0:\n{message.url}\n" in mailed.body
    assert f'href="{message.url}"' in mailed.alternatives[0].content


def test_words_are_escaped_in_html_and_not_in_plain_text(camille):
    content = messages.DecisionSentBack(reference="FE-2026-00042", title="A & B", reason="<b>Bonjour</b>\n\nl'équipe")
    mailed = write(queue_message(content, to=camille, application_id=FILE, key="x"))
    assert "«\u00a0A & B\u00a0»" in mailed.body
    assert "<b>Bonjour</b>\n\nl'équipe" in mailed.body
    assert "&lt;b&gt;Bonjour&lt;/b&gt;" in mailed.alternatives[0].content
    assert "A &amp; B" in mailed.alternatives[0].content


def test_a_line_end_in_a_subject_cannot_add_a_header(camille):
    mailed = write(
        queue_message(
            messages.ReviewCancelled(reference="FE\nBcc: all@example.org"), to=camille, application_id=FILE, key="x"
        )
    )
    assert mailed.subject == "Une évaluation n’est plus nécessaire\u00a0: FE Bcc: all@example.org"
    assert mailed.message()["Bcc"] is None


@pytest.mark.parametrize("sign", ["\x0b", "\x0c", "\x1c", "\x1f", "\x7f", "\x85", "\u2028", "\u2029"], ids=ascii)
def test_no_sign_of_a_name_makes_a_subject_that_mail_refuses(camille, sign):
    mailed = write(
        queue_message(
            messages.ReviewCancelled(reference=f"FE{sign}Bcc: all@example.org"),
            to=camille,
            application_id=FILE,
            key="x",
        )
    )
    assert mailed.subject == "Une évaluation n’est plus nécessaire\u00a0: FE Bcc: all@example.org"
    assert mailed.message()["Subject"]
    assert mailed.message()["Bcc"] is None


def test_spaces_that_do_not_break_stay_in_a_subject(camille):
    mailed = write(
        queue_message(
            messages.ReviewCancelled(reference="« FE »\u00a0: 1\u202f000"), to=camille, application_id=FILE, key="x"
        )
    )
    assert mailed.subject == "Une évaluation n’est plus nécessaire\u00a0: « FE »\u00a0: 1\u202f000"


def test_an_attachment_is_read_when_it_is_sent_and_must_be_the_same_file(camille, queue):
    path = default_storage.save("letters/a.pdf", ContentFile(b"%PDF-1.7 letter"))
    digest = hashlib.sha256(b"%PDF-1.7 letter").hexdigest()
    send(queue(camille, attachment=Attachment(path, "lettre.pdf", digest)))
    assert mail.outbox[0].attachments == [("lettre.pdf", b"%PDF-1.7 letter", "application/pdf")]
    with pytest.raises(ValueError, match="not the file that was queued"):
        send(queue(camille, key="other", attachment=Attachment(path, "lettre.pdf", "0" * 64)))
    assert len(mail.outbox) == 1


def test_every_attempt_has_the_same_message_id_and_every_occasion_its_own(camille, queue):
    first, second = queue(camille, key="a"), queue(camille, key="b")
    assert write(first).extra_headers["Message-ID"] == write(first).extra_headers["Message-ID"]
    assert first.message_id != second.message_id


def test_what_follows_a_sending_is_tried_again_without_sending_twice(camille, queue):
    calls = []

    def stamp(message):
        calls.append(message.sent_at)
        if len(calls) == 1:
            raise OSError("not now")

    hand_over(MessageKind.LETTER, stamp)
    message = queue(camille)
    with pytest.raises(OSError, match="not now"):
        send(message)
    send(Message.objects.get())
    assert len(mail.outbox) == 1
    assert len(calls) == 2


def test_followed_message_that_no_app_or_two_apps_take_stops_the_start():
    with pytest.raises(ImproperlyConfigured, match="no app goes on after the messages of kind letter"):
        check_kinds()
    hand_over(MessageKind.LETTER, print)
    check_kinds()
    for kind, to in ((MessageKind.LETTER, repr), (MessageKind.INVITATION, print)):
        with pytest.raises(ImproperlyConfigured, match="followed by nothing, or by something else"):
            hand_over(kind, to)


def test_office_that_no_app_or_two_apps_know_stops_the_start(monkeypatch):
    hand_over(MessageKind.LETTER, print)
    with pytest.raises(ImproperlyConfigured, match="two apps say who holds the office of RULERS"):
        notices.ask_again([Concern.RULERS], lambda file, person: True)
    monkeypatch.delitem(notices.IN_OFFICE, Concern.RULERS)
    with pytest.raises(ImproperlyConfigured, match="no app says who still holds the office of RULERS"):
        check_kinds()


def test_kind_that_nothing_is_said_of_stops_the_start(monkeypatch):
    hand_over(MessageKind.LETTER, print)
    monkeypatch.delitem(messages.KINDS, MessageKind.RULING_ASKED)
    with pytest.raises(ImproperlyConfigured, match="nothing says what messages of kind ruling_asked say"):
        check_kinds()


def test_second_content_of_one_kind_stops_the_start():
    with pytest.raises(TypeError, match="Letter and Gossip are both of kind letter"):
        type("Gossip", (messages.Content,), {"words": messages.Letter.words})
    assert messages.KINDS[MessageKind.LETTER] is messages.Letter


def test_a_link_that_lets_its_holder_act_is_forgotten_once_sent(sam, monkeypatch):
    monkeypatch.setitem(notices.HOLDING, Holds.INVITED, lambda message: message.leads_to == "token")
    message = queue_message(INVITED, to=sam, link=INVITATION("token"), key="x")
    with clock.at(CLOSES - timedelta(minutes=1)):
        send(message)
    assert Message.objects.get().url_args == []


def test_one_nudge_a_transaction_after_the_commit(camille, queue, monkeypatch, django_capture_on_commit_callbacks):
    asked = []
    monkeypatch.setattr(nudges, "ask", lambda table, publish: asked.append(table))
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        for n in range(5):
            queue(camille, key=str(n))
        assert asked == []
    assert asked == ["messages"]


# ------------------------------------------------------------------ to which address


def test_a_message_whose_reader_closed_their_account_is_given_up(camille, queue):
    message = queue(camille)
    camille.is_active = False
    camille.save(update_fields=["is_active"])
    with pytest.raises(TooLate, match="The account of its reader is closed"):
        send(Message.objects.get(pk=message.pk))
    assert (Message.objects.get(pk=message.pk).sent_at, mail.outbox) == (None, [])


def test_a_message_about_a_file_that_was_closed_to_its_reader_meanwhile_is_set_aside_with_its_reason(
    camille, sam, monkeypatch
):
    monkeypatch.setitem(notices.IN_OFFICE, Concern.OFFICERS, lambda file, person: True)
    for person in (camille, sam):
        waits = messages.FileWithdrawn(reference="FE-2026-00042", title="Robot cell")
        queue_message(waits, to=person, application_id=FILE, key=f"x:{person.pk}")
    declare_standing(FILE, user=camille, standing="conflict")
    declare_standing(6, user=sam, standing="conflict")
    assert send_messages() == 1
    message = set_aside(Message.objects.all()).get()
    assert (message.recipient, message.last_error) == (camille, "The file that it is about is closed to its reader.")
    retry_given_up(Message.objects.all(), by=sam)
    assert send_messages() == 0
    assert [one.to for one in mail.outbox] == [["sam@prime.example"]]


def test_a_message_to_a_user_leaves_for_the_address_of_today_and_says_so(camille, queue):
    message = queue(camille)
    camille.email = "camille.roy@usinage.example"
    camille.save()
    send(Message.objects.get())
    assert mail.outbox[0].to == ["camille.roy@usinage.example"]
    message.refresh_from_db()
    assert (message.address, message.recipient) == ("camille.roy@usinage.example", camille)


def test_a_message_that_was_given_up_leaves_for_the_address_that_was_put_right(camille, queue):
    message = queue(camille)
    Message.objects.update(attempts=ATTEMPTS, last_error="550 no such mailbox", address="camile@usinage.example")
    retry_given_up(Message.objects.all(), by=camille)
    assert send_messages() == 1
    assert mail.outbox[0].to == ["camille@usinage.example"]
    message.refresh_from_db()
    assert message.address == "camille@usinage.example"


def test_a_message_to_a_bare_address_stays_with_it(camille, queue):
    send(queue("camille@usinage.example"))
    camille.email = "camille.roy@usinage.example"
    camille.save()
    send(queue("camille@usinage.example", key="second"))
    assert [m.to for m in mail.outbox] == [["camille@usinage.example"]] * 2


def test_a_link_that_confirms_an_address_goes_to_no_other(camille):
    message = queue_message(messages.AccountConfirm(), to=camille, key="x")
    camille.email = "camille.roy@usinage.example"
    camille.save()
    send(Message.objects.get())
    assert mail.outbox[0].to == [message.address] == ["camille@usinage.example"]


# ------------------------------------------------------------------ of use until


def test_kinds_whose_use_ends_are_these():
    assert {kind for kind, content in messages.KINDS.items() if issubclass(content, messages.OfUse)} == {
        MessageKind.INVITATION,
        MessageKind.CHANGES_REMINDER,
    }


def test_an_invitation_whose_time_is_over_is_not_sent_and_is_set_aside_with_its_reason(sam):
    with clock.at(CLOSES - timedelta(days=14)):
        queue_message(INVITED, to="sam@prime.example", key="x")
    with clock.at(CLOSES):
        assert send_messages() == 0
        message = set_aside(Message.objects.all()).get()
        with pytest.raises(TooLate):
            send(message)
    assert message.last_error == "It was of use until 2026-12-01 22:00 UTC."
    assert mail.outbox == []


def test_an_invitation_leaves_until_its_time_is_over(sam):
    queue_message(INVITED, to="sam@prime.example", key="x")
    with clock.at(CLOSES - timedelta(seconds=1)):
        assert send_messages() == 1


def test_a_full_drain_asks_for_another_run_at_once(camille, queue, monkeypatch):
    asked = []
    monkeypatch.setattr(nudges, "ask", lambda table, publish: asked.append(table))
    monkeypatch.setattr("notifications.tasks.drain", lambda rows, do, **more: drain(rows, do, limit=2, **more))
    for n in range(3):
        queue(camille, key=str(n))
    assert (send_messages(), asked) == (2, ["messages"])
    assert (send_messages(), asked) == (1, ["messages"])


# ------------------------------------------------------------------ as long as it holds


def test_what_is_asked_of_a_bare_address_does_not_always_hold():
    of_address = {kind for kind, content in messages.KINDS.items() if content.words.to is Concern.ADDRESS}
    assert of_address == {"invitation", "account_confirm", "sponsor_asked"}
    assert not any(messages.KINDS[kind].words.holds is Holds.ALWAYS for kind in of_address)


def test_each_thing_that_a_message_says_is_said_by_some_kind():
    assert {content.words.holds for content in messages.KINDS.values()} == set(Holds)


@pytest.mark.parametrize("holds", [one for one in Holds if one is not Holds.ALWAYS])
def test_thing_of_which_no_app_or_two_apps_say_whether_it_holds_stops_the_start(monkeypatch, holds):
    hand_over(MessageKind.LETTER, print)
    check_kinds()
    with pytest.raises(ImproperlyConfigured, match="two apps say whether this holds"):
        notices.tell_whether(holds, bool)
    monkeypatch.delitem(notices.HOLDING, holds)
    with pytest.raises(ImproperlyConfigured, match=f"no app says whether this still holds of a message: {holds.name}$"):
        check_kinds()


@pytest.mark.parametrize("kind", [kind for kind, one in messages.KINDS.items() if one.words.holds is not Holds.ALWAYS])
def test_message_is_asked_as_it_leaves_whether_what_it_says_holds_and_stays_with_its_reason(sam, monkeypatch, kind):
    holds, over = messages.KINDS[kind].words.holds, []
    monkeypatch.setitem(notices.HOLDING, holds, lambda message: message.key not in over)
    for key in ("over", "so"):
        queue_message(filled(messages.KINDS[kind]), to=sam, application_id=FILE, key=key)
    over.append("over")
    with clock.at(CLOSES - timedelta(days=1)):
        assert send_messages() == 1
    message = set_aside(Message.objects.all()).get()
    assert message.key == "over"
    assert message.last_error == f"It is over. It leaves as long as this holds: {holds.value}"
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("kind", [kind for kind, one in messages.KINDS.items() if one.words.holds is Holds.ALWAYS])
def test_message_that_tells_what_happened_leaves_whatever_came_since(sam, monkeypatch, kind):
    monkeypatch.setattr(notices, "HOLDING", dict.fromkeys(Holds, lambda message: False))
    queue_message(filled(messages.KINDS[kind]), to=sam, application_id=FILE, key="x")
    assert send_messages() == 1


def test_content_is_read_of_a_message_that_says_it_and_of_no_other(sam):
    message = queue_message(INVITED, to=sam, key="x")
    assert notices.said_by(message, messages.OfUse) == INVITED
    with pytest.raises(TypeError, match="a message of kind invitation says no OfFile"):
        notices.said_by(message, messages.OfFile)


@proves(messages_about)
def test_messages_looked_after_are_those_of_the_files_and_those_of_none(camille, queue):
    """The files are known by the same keys as rows of another table: of the people here."""
    own, theirs, none = (
        queue(camille, key=f"{file}", application_id=file) for file in (camille.pk, camille.pk + 1, None)
    )
    assert set(messages_about(User.objects.filter(pk=camille.pk).values("pk"))) == {own, none}
    assert set(messages_about(User.objects.none().values("pk"))) == {none}
    assert theirs.application_id == camille.pk + 1
