"""The pages that stand without the product, in a real browser: no axe violation, nothing wider than a telephone."""

import os

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.template.loader import render_to_string
from django.test import RequestFactory

from config import errors
from config.arrivals import Arrival
from config.busy import busy_answer
from tests import servers
from work.states import Machine

pytestmark = pytest.mark.slow
SITE = "http://errors.test"
WAITING_LINE = "meta-refresh: "  # a place in a line moves by itself; the page holds nothing that could be lost


def away(request):
    return errors.unavailable(request, Machine.DATABASE, OperationalError("…")).content.decode()


def sent():
    file = SimpleUploadedFile("plan-de-modernisation-de-l-atelier-de-finition-2026-2027.pdf", b"x" * 100)
    return RequestFactory().post("/away", {"why": "because", "password": "secret", "file": file})


def busy():
    return busy_answer(Arrival("GET", "/", 0, ""), before=214, seconds=31).decode()


PAGES = {
    "500": lambda: render_to_string("500.html", {"request_id": "0123456789abcdef0123456789abcdef"}),
    "503": lambda: away(RequestFactory().get("/away")),
    "503-sent": lambda: away(sent()),
    "503-busy": lambda: busy().partition("\r\n\r\n")[2],
}


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_whole_by_itself(browser, name, width):
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()

    def serve(route):
        if route.request.url.endswith("app.css"):
            return route.fulfill(content_type="text/css", body=servers.STYLE.read_text())
        return route.fulfill(content_type="text/html", body=PAGES[name]())

    page.route(f"{SITE}/**", serve)
    page.goto(f"{SITE}/away")
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert [found for found in servers.axe_violations(page) if not found.startswith(WAITING_LINE)] == []
    assert page.locator("script").count() == 0
    context.close()


def test_button_sends_again_what_was_sent(browser):
    context = browser.new_context()
    page = context.new_page()
    page.route(f"{SITE}/**", lambda route: route.fulfill(content_type="text/html", body=away(sent())))
    page.goto(f"{SITE}/away")
    with page.expect_request(lambda request: request.method == "POST") as again:
        page.get_by_role("button", name="Send again").click()
    name = "plan-de-modernisation-de-l-atelier-de-finition-2026-2027.pdf"
    assert again.value.post_data == f"why=because&choose_again={name}"
    assert again.value.url == f"{SITE}/away"
    context.close()
