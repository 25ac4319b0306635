"""What the outbox promises when things break: a broker that is down, a worker that is killed, two workers at once."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from email import message_from_bytes, policy
from smtplib import SMTPRecipientsRefused

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.db import connection, transaction

from config.celery import app
from notifications import services
from notifications.models import Message
from notifications.tasks import send_messages
from tests.databases import at_once, end_our_connection
from work import clock, nudges
from work.outages import open_outages
from work.querysets import ATTEMPTS
from work.states import Machine

pytestmark = pytest.mark.slow


@pytest.fixture
def broker_down(monkeypatch):
    """A broker at a port where nobody listens."""
    for name in ("broker_url", "broker_write_url", "broker_read_url"):
        monkeypatch.setitem(app.conf, name, "redis://127.0.0.1:1/0")
    monkeypatch.setitem(app.conf, "broker_transport_options", {"socket_connect_timeout": 1})
    monkeypatch.setattr(app, "_pool", None)
    app.__dict__.pop("amqp", None)
    app.__dict__.pop("pool", None)
    yield
    app.__dict__.pop("amqp", None)
    app.__dict__.pop("pool", None)


def test_a_broker_that_is_down_at_the_commit_loses_nothing(committed_db, broker_down, camille, queue, caplog):
    with transaction.atomic():
        for n in range(5):
            queue(camille, key=f"letter-{n}")
    assert nudges.settle(10)
    assert "The worker could not be told" in caplog.text  # the broker really was down
    assert [outage.machine for outage in open_outages()] == [Machine.BROKER]
    assert mail.outbox == []
    assert send_messages() == 5
    assert list(open_outages()) == []  # a task that runs was brought by a broker
    assert send_messages() == 0
    assert len(mail.outbox) == 5
    assert len({m.extra_headers["Message-ID"] for m in mail.outbox}) == 5


def test_database_that_goes_away_once_a_message_has_left_sends_it_once(committed_db, camille, queue, monkeypatch):
    queue(camille)
    deliver = services.mail.deliver

    def deliver_and_lose_the_database(*given, **more):
        deliver(*given, **more)
        end_our_connection()

    monkeypatch.setattr(services.mail, "deliver", deliver_and_lose_the_database)
    assert (send_messages(), send_messages()) == (1, 0)
    assert len(mail.outbox) == 1
    assert Message.objects.get().sent_at is not None


WORKER = """
import os, sys, time
import django
django.setup()
from django.conf import settings
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
settings.EMAIL_BACKEND = "notifications.mail.FolderBackend"
settings.EMAIL_FILE_PATH = sys.argv[2]
from notifications import mail
sent = mail.FolderBackend.send_messages
def send_and_hang(self, messages):
    sent(self, messages)
    print("sent", flush=True)
    time.sleep(60)
mail.FolderBackend.send_messages = send_and_hang
from notifications.tasks import send_messages
send_messages()
"""


def test_a_worker_killed_after_the_server_took_the_mail_repeats_the_same_message_id(
    committed_db, camille, queue, settings, tmp_path
):
    message = queue(camille)
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, connection.settings_dict["NAME"], str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=django_settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
    )
    try:
        assert worker.stdout.readline() == b"sent\n"
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    message.refresh_from_db()
    assert (message.attempts, message.done_at) == (1, None)
    settings.EMAIL_BACKEND = "notifications.mail.FolderBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    assert send_messages() == 0  # it is still leased to the dead worker
    with clock.at(clock.now() + timedelta(minutes=6)):
        assert send_messages() == 1
        assert send_messages() == 0
    read = [message_from_bytes(f.read_bytes(), policy=policy.default) for f in tmp_path.glob("*.eml")]
    assert [m["Message-ID"] for m in read] == [message.message_id] * 2


def test_two_workers_send_each_message_once(committed_db, camille, queue):
    for n in range(30):
        queue(camille, key=f"letter-{n}")
    assert sum(at_once(send_messages, send_messages)) == 30
    assert len(mail.outbox) == 30
    assert len({m.extra_headers["Message-ID"] for m in mail.outbox}) == 30


def test_a_message_the_server_refuses_stops_after_three_attempts_and_says_why(
    committed_db, camille, queue, monkeypatch, caplog
):
    def refuse(self, messages):
        raise SMTPRecipientsRefused({"camille@usinage.example": (550, b"no such mailbox")})

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    queue(camille)
    now = clock.now()
    for hour in range(5):
        with clock.at(now + timedelta(hours=hour)):
            assert send_messages() == 0
    message = Message.objects.get()
    assert (message.attempts, message.sent_at) == (ATTEMPTS, None)
    assert message.last_error == "Refused: 550 no such mailbox"
    assert "1 stopped" in caplog.text


def test_a_sweep_takes_a_bounded_number_and_the_next_takes_the_rest(committed_db, camille, queue):
    with transaction.atomic():
        for n in range(250):
            queue(camille, key=f"letter-{n}")
    assert [send_messages(), send_messages(), send_messages()] == [200, 50, 0]
