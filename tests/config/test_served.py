"""The running site of the slow tests: its own database and files, a browser that reaches it, a worker that works."""

import re
import time
import urllib.request
from urllib.error import HTTPError

import pytest
from django.urls import reverse

pytestmark = pytest.mark.slow


def test_browser_reaches_the_site(page, served):
    answer = page.goto("/health/ready")
    assert answer.status == 200
    assert answer.json()["checks"] == {"database": "ok", "broker": "ok", "storage": "ok", "sweeps": "ok"}


def test_sign_in_page_has_its_style_and_breaks_no_axe_rule(page, axe):
    answer = page.goto(reverse("account_login"))
    assert answer.status == 200
    # Served with a hash in its name, and applied: the built style sheet is there.
    sheets = page.evaluate("[...document.styleSheets].map(sheet => new URL(sheet.href).pathname)")
    assert [name for name in sheets if re.fullmatch(r"/static/built/app\.[0-9a-f]{12}\.css", name)]
    assert axe(page) == []


def test_site_has_a_database_of_its_own(served, django_db_blocker):
    from django.db import connection

    outside = connection.settings_dict["NAME"]
    with django_db_blocker.unblock(), served.data(), connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        assert cursor.fetchone() == (served.database,)
    assert connection.settings_dict["NAME"] == outside != served.database


def test_worker_runs_the_sweeps(served):
    end = time.monotonic() + 60
    while "succeeded" not in served.log("worker") and time.monotonic() < end:
        time.sleep(0.5)
    assert "succeeded" in served.log("worker")
    assert '"level": "error"' not in served.log("worker")
    assert '"level": "error"' not in served.log("beat")  # a process of its own: the worker has no clock


def test_client_does_not_say_under_which_name_the_site_is_served(served):
    """Else a page would be served by the threads of static files, and the guards of addresses be led astray."""
    asked = urllib.request.Request(
        f"{served.url}/static/z/sign-in", headers={"SCRIPT_NAME": "/static/z", "X-Script-Name": "/static/z"}
    )
    with pytest.raises(HTTPError) as refused:
        urllib.request.urlopen(asked, timeout=10)
    assert refused.value.code == 404
