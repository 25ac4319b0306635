from email import message_from_bytes, policy

import pytest
from django.core.mail import get_connection

from notifications.services import send

pytestmark = pytest.mark.django_db


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
