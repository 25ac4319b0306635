"""What a mail server says, and what it costs a message: a server at fault, a message put off, a message at fault."""

import smtplib
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.core.mail import EmailMessage, get_connection

from notifications import mail
from notifications.models import Message
from notifications.services import send
from notifications.tasks import send_messages
from tests.notifications.post import post_office
from work import clock
from work.models import Outage
from work.outages import Away, Later, open_outages
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


# What the server says, and at which word, when it speaks of itself.
OF_ITSELF = {
    "greets with 421": ("greeting", "421 too busy"),
    "greets with 554": ("greeting", "554 no mail here"),
    "says nothing to EHLO": ("EHLO", ""),
    "closes at MAIL": ("MAIL", "421 closing"),
    "refuses our sender for now": ("MAIL", "451 try later"),
    "refuses our sender for good": ("MAIL", "550 not allowed to send"),
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
    queue(camille, key="with", attachment=("letters/a.pdf", "lettre.pdf", "0" * 64))
    queue(camille, key="without")

    def gone(*args, **options):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("django.core.files.storage.filesystem.FileSystemStorage._save", gone)
    monkeypatch.setattr("django.core.files.storage.filesystem.FileSystemStorage._open", gone)
    assert send_messages() == 1
    assert Message.objects.get(key="with").attempts == 0
    assert open_outages().get().machine == Machine.STORAGE


def test_attachment_that_is_gone_from_a_storage_that_stands_is_the_message_s_fault(camille, queue):
    queue(camille, key="with", attachment=("letters/a.pdf", "lettre.pdf", "0" * 64))
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
