"""What a mail server says, and what it costs a message: a server at fault, a message put off, a message at fault."""

import smtplib
import socket
import threading
import time
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.core.mail import EmailMessage, get_connection

from notifications import mail
from notifications.models import Message
from notifications.services import Attachment, send
from notifications.tasks import send_messages
from tests.notifications.post import post_office
from work import clock
from work.models import Outage
from work.outages import Away, Later, ask_after_machines, note_away, open_outages
from work.querysets import ATTEMPTS
from work.states import Machine

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(settings):
    with post_office(settings) as server:
        yield server


def test_each_message_is_one_file_that_a_mail_program_opens(camille, queue, settings, tmp_path):
    settings.EMAIL_BACKEND = "notifications.mail.FolderBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    message = queue(camille)
    send(message)
    send(queue(camille, key="letter-2"))
    files = sorted((tmp_path / "mail").iterdir())
    assert [f.suffix for f in files] == [".eml", ".eml"]
    read = message_from_bytes(files[0].read_bytes(), policy=policy.default)
    assert read["To"] == "camille@usinage.example"
    assert read["Subject"] == "Décision sur la demande FE-2026-00042"
    assert read["Message-ID"] == message.message_id
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]


def test_nothing_to_send_makes_nothing(settings, tmp_path):
    settings.EMAIL_FILE_PATH = tmp_path
    assert get_connection("notifications.mail.FolderBackend").send_messages([]) == 0
    assert list(tmp_path.iterdir()) == []


def test_mail_goes_through_the_server_once(camille, queue, post):
    queue(camille)
    assert send_messages() == 1
    assert send_messages() == 0
    assert [m["To"] for m in post.received] == ["camille@usinage.example"]


def test_server_that_reads_the_message_before_it_says_that_it_is_taken_gets_one_copy(camille, queue, post, settings):
    settings.EMAIL_TIMEOUT, post.waits["."] = 0.2, 0.5
    queue(camille)
    assert send_messages() == 1
    assert Message.objects.get().attempts == 1
    assert len(post.received) == 1
    assert list(open_outages()) == []


def test_server_that_says_one_byte_at_a_time_holds_the_worker_no_longer_than_is_bearable(
    camille, queue, post, monkeypatch
):
    monkeypatch.setattr(mail, "LONGEST", 0.6)
    post.dribble = 0.1  # each byte within its time
    queue(camille)
    begun = time.monotonic()
    assert send_messages() == 0
    assert time.monotonic() - begun < 3
    assert (Message.objects.get().attempts, post.received) == (0, [])
    assert [outage.machine for outage in open_outages()] == [Machine.MAIL]


def test_conversation_that_ended_well_leaves_no_clock_running(camille, queue, post):
    queue(camille)
    send_messages()
    assert [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)] == []


# What the server says, and at which word, when it speaks of itself.
OF_ITSELF = {
    "greets with 421": ("greeting", "421 too busy"),
    "greets with 554": ("greeting", "554 no mail here"),
    "says nothing to EHLO": ("EHLO", ""),
    "closes at MAIL": ("MAIL", "421 closing"),
    "refuses our sender for now": ("MAIL", "451 try later"),
    "refuses our sender for good": ("MAIL", "550 not allowed to send"),
    "refuses us with 554": ("MAIL", "554 5.7.1 not from there"),
    "hangs up at RCPT": ("RCPT", ""),
    "closes at RCPT": ("RCPT", "421 closing"),
    "closes at DATA": ("DATA", "421 closing"),
}


@pytest.mark.parametrize(("word", "answer"), OF_ITSELF.values(), ids=OF_ITSELF)
def test_server_at_fault_costs_no_message_an_attempt(camille, queue, post, word, answer):
    for n in range(4):
        queue(camille, key=f"letter-{n}")
    if word == "greeting":
        post.greeting = answer
    else:
        post.answers[word] = answer
        post.answers["HELO"] = answer if word == "EHLO" else "250 ok"
    now = clock.now()
    for minute in range(0, 24, 2):
        with clock.at(now + timedelta(minutes=minute)):
            assert send_messages() == 0
    assert post.asked == 24  # two messages a try, however many wait
    assert set(Message.objects.values_list("attempts", "done_at")) == {(0, None)}
    (outage,) = open_outages()
    assert (outage.machine, outage.tries, outage.since) == (Machine.MAIL, 12, now)
    assert outage.reason
    post.answers.clear()
    post.greeting = "220 post"
    with clock.at(now + timedelta(minutes=26)):
        assert send_messages() == 4
        assert Outage.objects.get().over_at == clock.now()
        assert send_messages() == 0
    assert len({m["Message-ID"] for m in post.received}) == len(post.received) == 4


def test_server_that_refuses_the_connection_is_away(camille, queue, settings):
    with post_office(settings):
        pass  # its port is closed now
    queue(camille)
    assert send_messages() == 0
    assert Message.objects.get().attempts == 0
    assert open_outages().get().reason.startswith("ConnectionRefusedError")


def test_server_away_is_asked_again_in_good_time_and_not_sooner(camille, queue, post):
    post.greeting = "421 too busy"
    queue(camille)
    now = clock.now()
    asked = []
    for second in range(0, 120):
        with clock.at(now + timedelta(seconds=second)):
            before = post.asked
            send_messages()
            asked += [second] * (post.asked - before)
    assert asked == [0, 20, 40, 60, 90]


# What the server says of one message for now: others go on, and this one comes back.
FOR_NOW = {"RCPT": "450 mailbox busy", "DATA": "451 later", ".": "452 full"}


@pytest.mark.parametrize(("word", "answer"), FOR_NOW.items())
def test_message_put_off_costs_no_attempt_and_leaves_once(camille, queue, post, word, answer):
    queue(camille)
    post.answers[word] = answer
    now = clock.now()
    for minute in range(20):
        with clock.at(now + timedelta(minutes=minute)):
            assert send_messages() == 0
    assert post.asked < 12  # a minute later, then more and more seldom
    message = Message.objects.get()
    assert message.attempts == 0
    assert answer[:3] in message.last_error
    assert list(open_outages()) == []
    post.answers.clear()
    with clock.at(now + timedelta(minutes=36)):
        assert [send_messages(), send_messages()] == [1, 0]
    assert len(post.received) == 1


def test_message_put_off_for_four_days_stops_with_its_reason(camille, queue, post):
    queue(camille)
    post.answers["RCPT"] = "450 mailbox busy"
    now = clock.now()
    for hour in range(0, 24 * 5, 6):
        with clock.at(now + timedelta(hours=hour)):
            send_messages()
        if hour < 96:
            assert Message.objects.get().attempts == 0
    message = Message.objects.get()
    assert (message.attempts, message.sent_at) == (ATTEMPTS, None)
    assert "450" in message.last_error


OF_THE_MESSAGE = {
    "unknown mailbox": ("RCPT", "550 no such mailbox"),
    "too large": ("MAIL", "552 too large"),
    "longer than allowed": ("MAIL", "523 the message exceeds the size limit"),
    "too large, by its enhanced code": ("MAIL", "554 5.3.4 message size exceeds fixed limit"),
    "content refused": (".", "554 not wanted"),
}


@pytest.mark.parametrize(("word", "answer"), OF_THE_MESSAGE.values(), ids=OF_THE_MESSAGE)
def test_message_at_fault_pays_for_itself(camille, queue, post, word, answer):
    queue(camille)
    post.answers[word] = answer
    assert send_messages() == 0
    assert Message.objects.get().attempts == 1
    assert list(open_outages()) == []


def test_answer_lost_after_one_message_was_taken_is_an_attempt_with_the_same_message_id(camille, queue, post):
    """Nobody knows whether it left: it is tried again, three times at most, as one message in the reader's program."""
    message = queue(camille)
    post.answers["."] = ""
    now = clock.now()
    for hour in range(6):
        with clock.at(now + timedelta(hours=hour)):
            assert send_messages() == 0
    assert Message.objects.get().attempts == ATTEMPTS
    assert [m["Message-ID"] for m in post.received] == [message.message_id] * ATTEMPTS


def test_server_that_loses_every_answer_is_away_and_is_not_sent_everything_again_and_again(camille, queue, post):
    for n in range(20):
        queue(camille, key=f"letter-{n}")
    post.answers["."] = ""
    now = clock.now()
    for second in range(0, 12 * 60, 30):
        with clock.at(now + timedelta(seconds=second)):
            assert send_messages() == 0
    assert set(Message.objects.values_list("attempts", flat=True)) == {0}
    assert open_outages().get().machine == Machine.MAIL
    assert len(post.received) <= 48  # two a try, however many wait
    post.answers.clear()
    with clock.at(now + timedelta(minutes=30)):
        assert send_messages() == 20
    assert len({m["Message-ID"] for m in post.received}) == 20


def test_answer_lost_for_one_message_while_others_leave_is_an_attempt(camille, queue, post, monkeypatch):
    for n in range(3):
        queue(camille, key=f"letter-{n}")
    real = send

    def lost_once(message):
        if message.key == "letter-0":
            raise Away(Machine.MAIL, "lost", uncertain=True)
        real(message)

    monkeypatch.setattr("notifications.services.send", lost_once)
    assert send_messages() == 2
    assert Message.objects.get(done_at=None).attempts == 1
    assert list(open_outages()) == []


def test_taking_leave_of_the_server_undoes_nothing(camille, queue, post):
    queue(camille)
    post.answers["QUIT"] = "500 what?"
    assert send_messages() == 1


def test_one_message_that_finds_the_server_away_holds_back_no_other(camille, queue, monkeypatch):
    for n in range(3):
        queue(camille, key=f"letter-{n}")
    real = send

    def one_is_unlucky(message):
        if message.key == "letter-0":
            raise Away(Machine.MAIL, "ConnectionResetError")
        real(message)

    monkeypatch.setattr("notifications.services.send", one_is_unlucky)
    assert send_messages() == 2
    assert Message.objects.get(done_at=None).attempts == 0
    assert list(open_outages()) == []


@pytest.mark.parametrize("away", [Away(Machine.MAIL, "x"), Later("x", after=timedelta(minutes=1))])
def test_refusals_that_cost_nothing_say_why(away):
    assert (str(away), away.reason) == ("x", "x")


def test_full_disk_where_mail_is_files_costs_no_attempt(camille, queue, settings, monkeypatch, tmp_path):
    settings.EMAIL_BACKEND = "notifications.mail.FolderBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"

    def full(path, data):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.write_bytes", full)
        queue(camille)
        assert send_messages() == 0
    assert Message.objects.get().attempts == 0
    with clock.at(clock.now() + timedelta(minutes=1)):
        assert send_messages() == 1


def test_storage_away_holds_back_only_the_messages_with_an_attachment(camille, queue, monkeypatch):
    queue(camille, key="with", attachment=Attachment("letters/a.pdf", "lettre.pdf", "0" * 64))
    queue(camille, key="without")

    def gone(*args, **options):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("django.core.files.storage.filesystem.FileSystemStorage._save", gone)
    monkeypatch.setattr("django.core.files.storage.filesystem.FileSystemStorage._open", gone)
    assert send_messages() == 1
    assert Message.objects.get(key="with").attempts == 0
    assert open_outages().get().machine == Machine.STORAGE


def test_attachment_that_is_gone_from_a_storage_that_stands_is_the_message_s_fault(camille, queue):
    queue(camille, key="with", attachment=Attachment("letters/a.pdf", "lettre.pdf", "0" * 64))
    assert send_messages() == 0
    message = Message.objects.get()
    assert message.attempts == 1
    assert message.last_error.startswith("FileNotFoundError")


@pytest.mark.parametrize(("codes", "meaning"), [((451, 450), Later), ((451, 550), mail.Refused)])
def test_message_is_put_off_only_when_every_refusal_is_for_now(codes, meaning):
    refused = {f"{code}@usinage.example": (code, b"no") for code in codes}
    error = smtplib.SMTPRecipientsRefused(refused)
    assert type(mail.meaning(error, had_begun=False, since=clock.now())) is meaning


def test_second_message_on_a_connection_is_not_taken_for_the_first(post):
    """The server had begun the first; it hangs up before it begins the second, which costs nothing."""
    connection = get_connection()
    letter = EmailMessage("Subject", "Text", "a@grappe.example", ["camille@usinage.example"])
    connection.open()
    assert connection.send_messages([letter]) == 1
    assert connection.had_begun
    post.answers["RCPT"] = ""
    with pytest.raises(smtplib.SMTPServerDisconnected):
        connection.send_messages([letter])
    assert not connection.had_begun


def test_server_that_loses_every_answer_for_hours_ends_by_costing_attempts(camille, queue, post):
    for n in range(3):
        queue(camille, key=f"letter-{n}")
    post.answers["."] = ""
    now = clock.now()
    for hour in range(0, 12):
        with clock.at(now + timedelta(hours=hour)):
            send_messages()
    assert set(Message.objects.values_list("attempts", flat=True)) == {ATTEMPTS}
    assert len(post.received) < 3 * 12


def test_message_put_off_is_tried_again_after_a_minute_then_more_and_more_seldom(camille, queue, post):
    """Grey-listing: a server that does not know us yet takes the message a minute later."""
    post.answers["RCPT"] = "450 4.2.0 greylisted"
    now = clock.now()
    with clock.at(now):
        queue(camille)
        send_messages()
        assert Message.objects.get().due == now + timedelta(minutes=1)
    waits = []
    for minutes in (4, 20, 60):
        with clock.at(now + timedelta(minutes=minutes)):
            send_messages()
            waits.append((Message.objects.get().due - clock.now()).total_seconds() / 60)
    assert waits == [2, 10, 15]


# ------------------------------------------------------------------ whose name is told


NAMING = {
    "421 at RCPT": (
        "RCPT",
        "421 <secret.person@usinage.example>: too many connections",
        "421 <…@usinage.example>: too",
    ),
    "in another case": ("RCPT", "550 Secret.Person@USINAGE.example unknown", "550 …@USINAGE.example unknown"),
    "punycode": ("RCPT", "550 <secret.person@xn--usinage-eya.example> no", "550 <…@xn--usinage-eya.example> no"),
    "alone": ("RCPT", "550 No such user secret.person here", "550 No such user … here"),
    "alone, in another case": ("RCPT", "550 No such user Secret.Person here", "550 No such user … here"),
    "quoted": ("RCPT", '550 "secret person"@usinage.example', "550 …@usinage.example"),
    "at the end": (".", "554 mail for secret.person. Refused", "554 mail for …. Refused"),
    "within another word": ("RCPT", "550 see not-secret.person", "550 see not-secret.person"),
    "before another word": ("RCPT", "550 see secret.person.example", "550 see secret.person.example"),
    "of the sender": ("MAIL", "451 no-reply@localhost: later", "451 …@localhost: later"),
}


@pytest.mark.parametrize(("word", "answer", "told"), NAMING.values(), ids=NAMING)
def test_reason_names_nobody(queue, post, word, answer, told):
    post.answers[word] = answer
    queue("secret.person@usinage.example")
    send_messages()
    reasons = [Message.objects.get().last_error, *open_outages().values_list("reason", flat=True)]
    assert all(told in reason for reason in reasons), reasons
    if told != answer:
        assert "secret" not in "".join(reasons).lower()


def test_very_long_refusal_is_read_in_no_time(queue, post):
    error = smtplib.SMTPDataError(554, b"a" * 30_000)
    began = time.monotonic()
    assert len(str(mail.meaning(error, had_begun=True, since=clock.now(), to=["a@b.example"]))) < 2100
    assert time.monotonic() - began < 1


# ------------------------------------------------------------------ who says that it is back


def test_mail_outage_ends_where_no_message_waits_for_it(camille, queue, post):
    """One message loses every answer and is given up; nothing else is sent for days."""
    queue(camille)
    post.answers["."] = ""
    now = clock.now()
    for hour in range(6):
        with clock.at(now + timedelta(hours=hour)):
            send_messages()
    assert Message.objects.get().attempts == ATTEMPTS
    assert open_outages().get().machine == Machine.MAIL
    with clock.at(now + timedelta(hours=7)):
        assert ask_after_machines() == 1
    assert list(open_outages()) == []


def test_server_that_still_refuses_is_still_away(settings, post):
    note_away(Machine.MAIL, "421 too busy")
    for greeting, noop, told in (
        ("421 closing", "250 ok", "421 closing"),
        ("220 post", "421 going", "421 going"),
        ("220 post", "", "SMTPServerDisconnected"),
    ):
        post.greeting, post.answers["NOOP"] = greeting, noop
        with clock.at(open_outages().get().next_try):
            assert ask_after_machines() == 0
        assert told in open_outages().get().reason
    settings.EMAIL_PORT = 1
    with clock.at(open_outages().get().next_try):
        assert ask_after_machines() == 0
    assert "ConnectionRefusedError" in open_outages().get().reason


def test_while_messages_wait_only_sending_them_says_that_the_server_is_back(camille, queue, post):
    """It greets us and takes no message: its greeting would end the outage, and the next message begin it again."""
    post.answers["MAIL"] = "451 try later"
    queue(camille)
    now = clock.now()
    for minute in range(5):
        with clock.at(now + timedelta(minutes=minute)):
            send_messages()
        with clock.at(now + timedelta(minutes=minute, seconds=40)):
            assert ask_after_machines() == 0
    assert (Outage.objects.get().over_at, Outage.objects.get().tries) == (None, 5)


def test_mail_that_is_files_is_there():
    assert mail.why_away() == ""


def test_server_that_is_silent_is_asked_no_longer_than_the_time_allowed(settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_BACKEND = "notifications.mail.WatchedBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        settings.EMAIL_TIMEOUT = 0.2
        began = time.monotonic()
        assert "imed" in mail.why_away()
        assert time.monotonic() - began < 5
