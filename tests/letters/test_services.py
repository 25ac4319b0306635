"""Letters: what they say in each regime, rendered to the same bytes, sent once, served, verified; and what fails."""

import hashlib
import io
import subprocess
import sys
from datetime import timedelta

import pytest
from pypdf import PdfReader

from accounts.models import User
from applications.services.submission import withdraw_application
from decisions import services as decisions
from decisions.selectors import UNSHOWN
from decisions.subjects import subject_of
from documents.models import Rendering
from documents.pdf import render_pdf
from documents.services import render
from funding.models import Agreement
from letters import services, sheets, tasks
from letters.models import Letter
from letters.selectors import due_to_advance, find_by_code, messages_of
from letters.services import _past_its_messages, advance_sent, presume_served, withhold_letter
from letters.subjects import signatory_of
from moves.refusals import WrongMoment
from notifications import services as outbox
from notifications.constants import MessageKind
from notifications.models import Message
from tests.decisions import files
from tests.mutants import proves
from work import clock
from work.querysets import unfinished

pytestmark = pytest.mark.django_db


def regime(value):
    Agreement.objects.update(language_regime=value)


@pytest.mark.parametrize(
    ("value", "company", "languages", "courtesy"),
    [
        ("fr_only", "usinage", ["fr"], False),
        ("fr_prevails", "northwind", ["fr", "en"], True),
        ("both_equal", "usinage", ["fr", "en"], False),
        ("both_equal", "northwind", ["en", "fr"], False),
    ],
)
def test_letter_is_in_the_languages_of_its_agreement(cast, programme, value, company, languages, courtesy):
    regime(value)
    letter = files.issued(cast, programme, company=company).letter
    assert subject_of(letter.decision).languages == tuple(languages)
    assert (letter.language, letter.rendering.language) == (languages[0], languages[0])
    assert letter.html.count('<section class="paper-section"') == len(languages)
    assert ("The French version prevails." in letter.html) is courtesy


def test_letter_says_what_was_decided_by_whom_and_how_to_verify_it(cast, programme):
    letter = files.issued(cast, programme, amount="75000.00").letter
    for text in (
        "Usinage Gauthier inc.",
        "Sophie Gauthier",
        "3\u00a0novembre\u00a02026",
        "75\u00a0000,00\u00a0$",
        "$75,000.00",
        "2026-2027",
        "MEIE-2026-114",
        "73,33",
        "Le projet répond aux objectifs.",
        "Vous avez 30 jours civils après la réception de cette lettre",
        "précisez les gains attendus",
        "Sylvie Nguyen",
        "Présidente-directrice générale",
        f"/verify/{letter.code}",
    ):
        assert text in letter.html, text
    assert "Ana" not in letter.html  # reviewers have no names


def test_texts_of_people_are_escaped(cast, programme):
    letter = files.issued(cast, programme, reasons=("<script>alert(1)</script>", "{{ amount }} <b>")).letter
    assert "<script>" not in letter.html
    assert "{{ amount }} &lt;b&gt;" in letter.html


def test_heading_with_nothing_under_it_is_left_out(cast, programme, monkeypatch):
    monkeypatch.setattr(files, "FEEDBACK", ("", "", ""))
    letter = files.issued(cast, programme, outcome="declined").letter
    assert "Commentaires des personnes évaluatrices" not in letter.html


def test_programme_without_a_letter_of_this_kind_cannot_endorse(cast, programme):
    decision = files.recommended_file(cast, programme, outcome="declined")
    programme.letter_templates.filter(kind="declined").delete()
    files.declare(cast, decision, "endorser")
    with pytest.raises(WrongMoment) as refusal:
        decisions.endorse(decision, by=cast.endorser, edition=UNSHOWN)
    assert "le programme n’a pas de lettre de ce genre" in refusal.value.message


def test_organisation_without_a_signatory_has_an_address_without_an_empty_line(cast, programme):
    decision = files.recommended_file(cast, programme)
    application = decision.application
    application.snapshots.update(signed_name="")
    application.organisation.memberships.all().delete()
    assert signatory_of(application) == ""
    assert "<br><br>" not in sheets.preview(subject_of(decision), "fr")


@pytest.mark.renders
def test_letter_is_a_tagged_pdf_and_always_the_same_bytes(cast, programme):
    letter = files.issued(cast, programme).letter
    rendering = render(Rendering.objects.get(pk=letter.rendering_id))
    data = rendering.open().read()
    root = PdfReader(io.BytesIO(data)).trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("fr-CA", True)
    about = {"title": rendering.title, "language": "fr", "made_at": rendering.made_at, "brand": rendering.brand}
    assert hashlib.sha256(render_pdf(rendering.html, **about)).hexdigest() == rendering.sha256


@pytest.mark.slow
@pytest.mark.renders
def test_letter_has_the_same_bytes_in_another_process(cast, programme, tmp_path):
    letter = files.issued(cast, programme).letter
    rendering = render(Rendering.objects.get(pk=letter.rendering_id))
    sheet, out = tmp_path / "sheet.html", tmp_path / "out.pdf"
    sheet.write_text(rendering.html, encoding="utf-8")
    program = (
        "import django, sys; django.setup()\n"
        "from datetime import datetime\nfrom documents.pdf import render_pdf\n"
        "html, title, made_at, brand, out = sys.argv[1:]\n"
        "data = render_pdf(open(html, encoding='utf-8').read(), title=title, language='fr',"
        " made_at=datetime.fromisoformat(made_at), brand=brand)\n"
        "open(out, 'wb').write(data)\n"
    )
    words = [str(sheet), rendering.title, rendering.made_at.isoformat(), rendering.brand, str(out)]
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert hashlib.sha256(out.read_bytes()).hexdigest() == rendering.sha256


@pytest.fixture
def rendered(cast, programme, monkeypatch):
    """A letter whose PDF was made by a press of straw: what is told here is what follows it."""
    monkeypatch.setattr("documents.services.render_pdf", lambda *a, **k: b"%PDF-1.7 letter")
    letter = files.issued(cast, programme).letter
    with clock.at(files.DECIDED_AT):
        render(Rendering.objects.get(pk=letter.rendering_id))
    return Letter.objects.get(pk=letter.pk)


def send_all(letter):
    with clock.at(files.DECIDED_AT):
        for message in messages_of(letter):
            outbox.send(message)
    return Letter.objects.get(pk=letter.pk)


def test_outcome_is_told_only_once_the_mail_server_took_the_letter(rendered, mailoutbox):
    assert (rendered.state, rendered.application.outcome_at) == ("rendered", None)
    assert rendered.application.public_state == "being_assessed"
    assert not Letter.objects.readable().exists()
    letter = send_all(rendered)
    assert (letter.state, letter.sent_at, letter.application.outcome_at) == (
        "sent",
        files.DECIDED_AT,
        files.DECIDED_AT,
    )
    assert letter.application.public_state == "approved"
    assert sorted(mail.to[0] for mail in mailoutbox) == [
        "olivier.dube@gauthier.example",
        "sophie.gauthier@gauthier.example",
    ]
    assert mailoutbox[0].attachments[0][1] == b"%PDF-1.7 letter"


def test_rendered_twice_is_sent_once_to_each(rendered, mailoutbox):
    render(Rendering.objects.get(pk=rendered.rendering_id))
    assert messages_of(rendered).count() == 2
    send_all(rendered)
    ids = {message.message_id for message in messages_of(rendered)}
    assert send_all(rendered).state == "sent"
    assert (len(mailoutbox), {mail.extra_headers["Message-ID"] for mail in mailoutbox}) == (2, ids)


def states_of(letter):
    """Everything that its road moves: the letter, its messages, to whom it goes."""
    letter = Letter.objects.get(pk=letter.pk)
    messages = tuple(messages_of(letter).order_by("pk").values_list("pk", "attempts", "done_at"))
    return letter.state, letter.since, letter.last_error, messages, letter.dispatches.count()


def test_letter_asked_to_advance_before_its_time_or_again_does_nothing(rendered, cast, programme):
    found = {}

    def stands(letter, state):
        before = states_of(letter)
        services.advance(services.advance(letter))
        assert (before[0], states_of(letter)) == (state, before)
        found[state] = before[-1]

    stands(files.issued(cast, programme, company="precision").letter, "queued")
    stands(rendered, "rendered")
    stands(send_all(rendered), "sent")
    stands(services.read_letter(rendered, by=cast.sophie), "served")
    assert found == {"queued": 0, "rendered": 2, "sent": 2, "served": 2}


def test_sweep_looks_only_at_letters_that_can_move(rendered, cast, programme):
    files.issued(cast, programme, company="precision")  # its document waits
    assert list(due_to_advance()) == []  # and the messages of the other are on their way
    one, other = messages_of(rendered).order_by("pk")
    Message.objects.filter(pk=one.pk).update(attempts=3)
    assert list(due_to_advance()) == []  # the other may still arrive
    Message.objects.filter(pk=other.pk).update(attempts=3)
    assert list(due_to_advance()) == [rendered]
    Message.objects.filter(pk=other.pk).update(attempts=1, sent_at=clock.now())
    assert list(due_to_advance()) == [rendered]
    services.advance(rendered)
    assert list(due_to_advance()) == []


def test_letter_of_the_release_before_has_its_messages_taken_up_by_the_sweep(rendered, mailoutbox):
    """It knew to whom it goes by the keys of its messages alone."""
    before = set(messages_of(rendered).values_list("pk", flat=True))
    rendered.dispatches.all().delete()
    for message in Message.objects.filter(pk__in=before):
        outbox.send(message)
    assert (Letter.objects.get(pk=rendered.pk).state, len(mailoutbox)) == ("rendered", 2)
    assert tasks.advance_letters() == 1
    letter = Letter.objects.get(pk=rendered.pk)
    assert (letter.state, set(messages_of(letter).values_list("pk", flat=True))) == ("sent", before)


def test_failed_letter_goes_on_once_what_failed_was_done_after_all(rendered, cast, programme, mailoutbox):
    waiting = files.issued(cast, programme, company="precision").letter
    Rendering.objects.filter(pk=waiting.rendering_id).update(attempts=3, last_error="no fonts")
    messages_of(rendered).update(attempts=3, last_error="SMTP 421")
    assert tasks.advance_letters() == 2
    failed = [states_of(letter) for letter in (rendered, waiting)]
    assert [states_of(services.advance(letter)) for letter in (rendered, waiting)] == failed
    assert Message.objects.filter(kind=MessageKind.LETTER_FAILED).count() == 2  # told once of each
    render(Rendering.objects.get(pk=waiting.rendering_id))
    outbox.send(messages_of(rendered).order_by("pk")[0])
    found = Letter.objects.order_by("pk").values_list("state", "last_error")
    assert list(found) == [("sent", ""), ("rendered", "")]


@proves(_past_its_messages)
def test_letter_waits_for_its_living_message_and_fails_with_the_last(rendered):
    lost, living = messages_of(rendered).order_by("pk")
    Message.objects.filter(pk=lost.pk).update(attempts=3, last_error="SMTP 550")
    assert services.advance(rendered).state == "rendered"
    Message.objects.filter(pk=living.pk).update(attempts=3, last_error="SMTP 421")
    failed = services.advance(rendered)
    assert (failed.state, failed.last_error) == ("failed", "SMTP 550")  # the first's own words


def test_letter_is_sent_when_one_message_was_taken_and_the_other_lost(rendered):
    lost, living = messages_of(rendered).order_by("pk")
    Message.objects.filter(pk=lost.pk).update(attempts=3, last_error="SMTP 550")
    outbox.send(living)
    assert Letter.objects.get(pk=rendered.pk).state == "sent"


@proves(advance_sent)
def test_message_that_was_taken_moves_its_own_letter_alone(rendered, cast, programme):
    """Those of another were taken too, and whoever tells of them has yet to."""
    other = files.issued(cast, programme, company="precision").letter
    with clock.at(files.DECIDED_AT):
        render(Rendering.objects.get(pk=other.rendering_id))
    for letter in (rendered, other):
        messages_of(letter).update(sent_at=files.DECIDED_AT)
    advance_sent(messages_of(rendered).order_by("pk")[0])
    assert [Letter.objects.get(pk=letter.pk).state for letter in (rendered, other)] == ["sent", "rendered"]


@proves(withhold_letter, moot={"order by `-pk`": "the order in which its messages are locked, which no row shows"})
def test_letter_that_is_withheld_stops_its_own_messages_alone(rendered, cast, programme):
    other = files.issued(cast, programme, company="precision").letter
    with clock.at(files.DECIDED_AT):
        render(Rendering.objects.get(pk=other.rendering_id))
        withdraw_application(rendered.application, by=cast.sophie, reason="Le projet est remis.")
    assert Letter.objects.get(pk=rendered.pk).state == "withheld"
    waiting = unfinished(Message.objects.filter(kind=MessageKind.LETTER))
    assert [message.address for message in waiting] == [cast.michel.email]
    assert set(waiting) == set(messages_of(other))


@proves(_past_its_messages)
@pytest.mark.parametrize(("closed", "told"), [(["olivier"], ["sophie"]), (["sophie", "olivier"], [])])
def test_letter_goes_to_no_closed_account(cast, programme, monkeypatch, closed, told):
    letter = files.issued(cast, programme).letter
    monkeypatch.setattr("documents.services.render_pdf", lambda *a, **k: b"%PDF-1.7 letter")
    User.objects.filter(pk__in=[getattr(cast, name).pk for name in closed]).update(is_active=False)
    render(Rendering.objects.get(pk=letter.rendering_id))
    letter = Letter.objects.get(pk=letter.pk)
    assert [dispatch.person for dispatch in letter.dispatches.all()] == [getattr(cast, name) for name in told]
    assert letter.state == ("rendered" if told else "failed")


def test_letter_tried_again_also_goes_to_who_joined_since(rendered, cast):
    messages_of(rendered).update(attempts=3)
    assert tasks.advance_letters() == 1
    rendered.application.organisation.memberships.create(user=cast.emily, role="member")
    letter = services.retry_letter(Letter.objects.get(pk=rendered.pk), by=cast.officer)
    people = [dispatch.person for dispatch in letter.dispatches.order_by("pk")]
    assert (letter.state, people) == ("rendered", [cast.sophie, cast.olivier, cast.emily])


def test_nobody_to_send_to_fails_the_letter_and_tells_the_officer(cast, programme, monkeypatch):
    monkeypatch.setattr("documents.services.render_pdf", lambda *a, **k: b"%PDF-1.7 letter")
    letter = files.issued(cast, programme).letter
    letter.application.organisation.memberships.all().delete()
    render(Rendering.objects.get(pk=letter.rendering_id))
    letter = Letter.objects.get(pk=letter.pk)
    assert (letter.state, letter.failed_from) == ("failed", "rendered")
    assert Message.objects.get(kind="letter_failed").recipient == cast.officer


def test_pdf_given_up_after_three_fails_the_letter_and_a_retry_starts_it_over(cast, programme):
    letter = files.issued(cast, programme).letter
    assert tasks.advance_letters() == 0
    Rendering.objects.filter(pk=letter.rendering_id).update(attempts=3, last_error="RenderingFailed: U+5951")
    assert tasks.advance_letters() == 1
    letter = Letter.objects.get(pk=letter.pk)
    assert (letter.state, letter.last_error) == ("failed", "RenderingFailed: U+5951")
    assert Message.objects.filter(kind="letter_failed").count() == 1
    assert tasks.advance_letters() == 0
    letter = services.retry_letter(letter, by=cast.officer)
    assert (letter.state, Rendering.objects.get(pk=letter.rendering_id).attempts) == ("queued", 0)


def test_messages_given_up_fail_the_letter_and_a_retry_sends_the_same_ones(rendered, cast):
    before = list(messages_of(rendered).values_list("key", flat=True))
    messages_of(rendered).update(attempts=3, last_error="SMTP 421")
    assert tasks.advance_letters() == 1
    letter = services.retry_letter(Letter.objects.get(pk=rendered.pk), by=cast.officer)
    assert (letter.state, list(messages_of(letter).values_list("key", flat=True))) == ("rendered", before)
    assert {message.attempts for message in messages_of(letter)} == {0}
    assert send_all(letter).state == "sent"


@pytest.mark.parametrize("lost", ["pdf", "messages"])
def test_work_of_a_letter_that_was_set_aside_still_fails_the_letter_and_its_retry_takes_it_up_again(
    rendered, cast, programme, lost
):
    """Whoever sets it aside before the sweep comes by keeps no officer from knowing, nor from trying again."""
    if lost == "pdf":
        Letter.objects.filter(pk=rendered.pk).update(state="queued")
        rows = Rendering.objects.filter(pk=rendered.rendering_id)
    else:
        rows = messages_of(rendered)
    rows.update(attempts=3, done_at=None, last_error="no", set_aside_at=clock.now(), set_aside_by=cast.administrator)
    assert tasks.advance_letters() == 1
    services.retry_letter(Letter.objects.get(pk=rendered.pk), by=cast.officer)
    assert {(row.attempts, row.set_aside_at) for row in rows.all()} == {(0, None)}


def test_letter_is_served_when_first_read_and_reading_again_changes_nothing(rendered, cast):
    letter = send_all(rendered)
    read_at = files.DECIDED_AT + timedelta(hours=2)
    with clock.at(read_at):
        services.read_letter(letter, by=cast.olivier)
    with clock.at(read_at + timedelta(days=3)):
        letter = services.read_letter(letter, by=cast.sophie)
    assert (letter.state, letter.served_at, letter.read_at) == ("served", read_at, read_at)


def test_unread_letter_is_presumed_received_after_five_business_days(rendered, cast):
    letter = send_all(rendered)  # Tuesday 3 November 2026: the fifth business day is Tuesday 10
    with clock.at(files.DECIDED_AT + timedelta(days=7)):
        assert (tasks.presume_served(), presume_served(letter).state) == (0, "sent")
    with clock.at(clock.end_of(clock.day_of(files.DECIDED_AT) + timedelta(days=7))):  # its last second
        assert (tasks.presume_served(), presume_served(letter).state) == (0, "sent")
    with clock.at(files.DECIDED_AT + timedelta(days=8)):
        assert tasks.presume_served() == 1
        assert tasks.presume_served() == 0
    letter = Letter.objects.get(pk=letter.pk)
    day = clock.day_of(files.DECIDED_AT) + timedelta(days=7)
    assert (letter.state, letter.served_at, letter.read_at) == ("served", clock.end_of(day), None)
    with clock.at(files.DECIDED_AT + timedelta(days=9)):
        letter = services.read_letter(letter, by=cast.sophie)
    assert (letter.served_at, letter.read_at) == (clock.end_of(day), files.DECIDED_AT + timedelta(days=9))


def test_code_is_found_however_it_is_typed_and_only_once_sent(rendered):
    assert find_by_code(rendered.code) is None
    letter = send_all(rendered)
    for typed in (letter.code, letter.code.lower(), letter.code.replace("-", " "), f" {letter.code.replace('-', '')} "):
        assert find_by_code(typed) == letter
    for typed in ("", "AAAA", letter.code[:-1], f"{letter.code}X", "é" * 12):
        assert find_by_code(typed) is None


def test_codes_hold_no_sign_that_is_read_two_ways():
    codes = {services.new_code() for _ in range(200)}
    assert len(codes) == 200
    assert not set("01OIL") & set("".join(codes))
