"""The two probes: what they try, what they answer, and what they keep to themselves."""

import errno
import io
import shutil
from datetime import timedelta

import pytest
from celery import Celery
from django.db import connection
from django.test import Client

from config import health
from config.broker import folder, transport
from work import clock
from work.models import Heartbeat
from work.storage import MARK
from work.sweeps import SWEEPS


def test_live_answers_without_a_database(client):
    answer = client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_tries_database_broker_and_storage(client):
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    told = answer.json()
    assert told["status"] == "ok"
    assert told["checks"] == {"database": "ok", "broker": "ok", "storage": "ok", "sweeps": "ok"}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["database", "broker", "storage"])
def test_ready_answers_503_and_keeps_the_reason(client, monkeypatch, caplog, name):
    def fail():
        raise OSError("password=hunter2 refused")

    monkeypatch.setitem(health.CHECKS, name, fail)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    told = answer.json()
    assert told["status"] == "failed"
    others = {} if name == "database" else {"sweeps": "ok"}
    assert told["checks"] == {"database": "ok", "broker": "ok", "storage": "ok", **others, name: "failed"}
    assert "hunter2" not in answer.text
    assert "hunter2" in caplog.text


@pytest.mark.django_db
def test_ready_leaves_nothing_in_the_storage(client, settings):
    client.get("/health/ready")
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file() and path.name != MARK] == []


@pytest.mark.django_db
def test_ready_tells_the_lag_of_the_change_feed(client):
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('audit_change')")
        assert cursor.fetchone()[0] == "audit_change"
    assert client.get("/health/ready").json()["change_feed"] == {"waiting": 0, "lag_seconds": 0.0}


@pytest.mark.django_db
def test_ready_names_the_sweeps_that_have_stopped(client):
    for name in SWEEPS:
        Heartbeat.objects.create(sweep=name, started_at=clock.now(), finished_at=clock.now())
    Heartbeat.objects.filter(sweep="documents.tasks.render_documents").update(
        started_at=clock.now() - timedelta(seconds=90), finished_at=clock.now() - timedelta(seconds=77)
    )
    Heartbeat.objects.filter(sweep="notifications.tasks.send_messages").update(
        started_at=clock.now() - timedelta(seconds=95), finished_at=clock.now() - timedelta(seconds=88)
    )
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["late_sweeps"] == ["documents.tasks.render_documents"]
    assert answer.json()["checks"] == {"database": "ok", "broker": "ok", "storage": "ok", "sweeps": "failed"}


def test_health_refuses_to_be_written_to():
    assert Client().post("/health/live").status_code == 405


def test_broker_folder_that_takes_no_message_is_noticed(tmp_path):
    transport.register()
    own = Celery("own", broker="folder://")
    own.conf.broker_transport_options = {"folder": str(tmp_path / "place" / "broker")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(health, "app", own)
        health.try_broker()  # a folder that is missing is made
        shutil.rmtree(tmp_path / "place")
        (tmp_path / "place").write_text("a file is in the way")
        with pytest.raises(NotADirectoryError):
            health.try_broker()


def test_full_disk_of_the_broker_is_noticed(tmp_path, monkeypatch):
    class Full(io.BytesIO):
        def write(self, content):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(folder.tempfile, "TemporaryFile", lambda **options: Full())
    with pytest.raises(OSError, match="No space left"):
        folder.QueueFolder(tmp_path).try_writing()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_orchestrator_asks_by_any_address_and_with_any_cookie(path, settings):
    settings.ALLOWED_HOSTS = ["aerofil.example"]
    assert Client().get(path, headers={"host": "10.0.0.7:8000", "cookie": "sessionid=x"}).status_code == 200


def test_readiness_without_a_database_is_told_in_its_own_words_whoever_asks(client, settings):
    client.cookies["sessionid"] = "a-session"
    answer = client.get("/health/ready")  # this test may ask no database
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/json")
    assert answer.json()["checks"]["database"] == "failed"
