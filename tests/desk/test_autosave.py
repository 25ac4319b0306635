"""Autosave in a real browser, against a server that answers what each test says: nothing typed is ever lost."""

import json
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest
from django.template.loader import render_to_string
from django.utils import translation

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
SITE = "http://autosave.test"


def form(version="1", value="", by=""):
    request = SimpleNamespace(user=SimpleNamespace(public_id=by))
    with translation.override("en"):
        words = render_to_string("components/autosave.html", {"request": request})
    return f"""<!doctype html><html lang="en-CA"><title>Form</title><body>
    <form method="post" data-autosave data-autosave-url="/save" data-autosave-key="file" {words}>
      <input type="hidden" name="csrfmiddlewaretoken" value="token">
      <div data-answer="story" data-version="{version}">
        <label>Story <textarea name="story">{value}</textarea></label></div>
      <div data-answer="themes" data-version="1"><label><input type="checkbox" name="themes" value="a">A</label>
        <label><input type="checkbox" name="themes" value="b">B</label></div>
      <div id="totals">none</div><button>Save</button></form>
    <form data-forget="{by}" method="post" action="/out"><button>Sign out</button></form>
    <div id="live"><p role="status"></p></div>
    <script src="/app.js"></script><script src="/autosave.js"></script>"""


class Server:
    """Answers /save with `answer` (status, data), or not at all when it is None; remembers what came."""

    def __init__(self, page):
        self.page = page
        self.html = form()
        self.answer = (200, {"version": 2, "message": "Saved at noon"})
        self.came = []
        page.route(f"{SITE}/**", self.serve)
        page.goto(SITE)

    def serve(self, route):
        path = route.request.url.removeprefix(SITE)
        if path == "/save":
            self.came.append(parse_qs(route.request.post_data))
            if self.answer is None:
                return route.abort()
            status, data = self.answer
            if status == 503:  # as the product answers when a machine is away
                return route.fulfill(status=503, headers={"Retry-After": "1"}, content_type="text/html", body="away")
            return route.fulfill(status=status, content_type="application/json", body=json.dumps(data))
        if path == "/stay":
            if self.stay is None:
                return route.abort()
            given = {"status": self.stay, "headers": {"Retry-After": "1"}, "body": ENDS}
            return route.fulfill(content_type="application/json", **given)
        if path.endswith(".js"):
            return route.fulfill(content_type="text/javascript", body=(ROOT / "assets" / path[1:]).read_text())
        return route.fulfill(content_type="text/html", body=self.html)


@pytest.fixture
def server(browser):
    context = browser.new_context()
    yield Server(context.new_page())
    context.close()


def write(server, text):
    server.page.fill("textarea", text)
    server.page.locator("textarea").blur()


def kept(server):
    return server.page.evaluate("Object.keys(localStorage)")


def said(server, text):
    server.page.wait_for_function("text => document.querySelector('#live p').textContent === text", arg=text)


def test_answer_is_saved_when_it_is_left_and_updates_its_fragments(server):
    server.answer = (
        200,
        {"version": 2, "message": "Saved at noon", "fragments": {"totals": '<div id="totals">$12</div>'}},
    )
    write(server, "Once")
    said(server, "Saved at noon")
    assert server.came == [{"key": ["story"], "version": ["1"], "value": ["Once"]}]
    assert server.page.locator("[data-answer=story]").get_attribute("data-version") == "2"
    assert server.page.locator("#totals").text_content() == "$12"
    assert kept(server) == []


def test_checkboxes_send_each_value(server):
    server.page.check("[value=a]")
    server.page.check("[value=b]")
    said(server, "Saved at noon")
    assert server.came[-1]["value"] == ["a", "b"]


def test_failed_save_is_kept_retried_and_put_back_after_a_reload(server):
    server.answer = None
    write(server, "Never lose a word")
    said(server, "Not saved yet: retrying")
    assert kept(server) == ["passerelle::file:story"]
    server.page.reload()
    assert server.page.input_value("textarea") == "Never lose a word"
    server.answer = (200, {"version": 2, "message": "Saved at noon"})
    said(server, "Saved at noon")
    assert kept(server) == []


def test_what_one_person_typed_is_not_put_back_for_the_next_in_the_same_browser_and_goes_as_they_sign_out(server):
    server.answer, server.html = None, form(by="sophie")
    server.page.reload()
    write(server, "Of Sophie, not saved")
    said(server, "Not saved yet: retrying")
    server.came.clear()
    server.html = form(by="michel")
    server.page.reload()
    assert server.page.input_value("textarea") == ""
    write(server, "Of Michel")
    said(server, "Not saved yet: retrying")
    assert {one["value"][0] for one in server.came} == {"Of Michel"}
    assert sorted(kept(server)) == ["passerelle:michel:file:story", "passerelle:sophie:file:story"]
    server.page.get_by_role("button", name="Sign out").click()
    server.page.wait_for_url("**/out")
    assert kept(server) == ["passerelle:sophie:file:story"]  # whose session had ended, and who has not signed out
    server.html = form(by="sophie")
    server.page.goto(SITE)
    assert server.page.input_value("textarea") == "Of Sophie, not saved"


def test_what_is_kept_never_overwrites_a_newer_version(server):
    server.answer = None
    write(server, "Mine")
    said(server, "Not saved yet: retrying")
    server.html = form(version="7", value="Theirs")
    server.answer = (409, {"theirs": "Theirs", "version": 7, "by": "Ana", "at": "noon", "message": "Ana saved this."})
    server.page.reload()
    server.page.wait_for_selector(".answer__both")
    assert server.came[-1] == {"key": ["story"], "version": ["1"], "value": ["Mine"]}
    assert server.page.locator("blockquote").all_text_contents() == ["Theirs", "Mine"]
    server.answer = (200, {"version": 8})
    server.page.get_by_role("button", name="Save my answer instead").click()
    said(server, "Saved")
    assert server.came[-1] == {"key": ["story"], "version": ["7"], "value": ["Mine"]}


def test_what_was_saved_before_the_answer_was_lost_is_no_conflict(server):
    """« 1 234 567,89 $ » came to the server, which shows it in its own way; only the server can tell that it is one."""
    server.answer = None
    write(server, "1 234 567,89 $")
    said(server, "Not saved yet: retrying")
    server.html = form(version="2", value="1 234 567,89")
    server.answer = (200, {"version": 2, "message": "Saved at noon"})
    server.page.reload()
    said(server, "Saved at noon")
    assert server.came[-1] == {"key": ["story"], "version": ["1"], "value": ["1 234 567,89 $"]}
    assert server.page.locator(".answer__both").count() == 0
    assert server.page.locator("[data-answer=story]").get_attribute("data-version") == "2"
    assert kept(server) == []


def test_conflict_shows_both_and_the_saved_one_can_be_kept(server):
    server.answer = (409, {"theirs": "Theirs", "version": 5, "by": "Ana", "at": "noon", "message": "Ana saved this."})
    write(server, "Mine")
    server.page.wait_for_selector(".answer__both")
    assert "Ana saved this." in server.page.locator(".answer__both").text_content()
    server.page.get_by_role("button", name="Keep the saved answer").click()
    assert server.page.input_value("textarea") == "Theirs"
    assert server.page.locator("[data-answer=story]").get_attribute("data-version") == "5"
    assert kept(server) == []


def test_refused_answer_says_why_beside_the_field_and_keeps_it(server):
    server.answer = (422, {"message": "Too long by 3 words."})
    write(server, "Much too long")
    server.page.wait_for_selector(".answer__note")
    assert server.page.locator(".answer__note").text_content() == "Too long by 3 words."
    assert server.page.input_value("textarea") == "Much too long"
    assert kept(server) == ["passerelle::file:story"]


def test_note_marks_the_inputs_that_it_is_of_and_no_other(server):
    """As a screen reader reads it: without a value, the mark reads as none."""
    marks = "[...document.querySelectorAll('[data-answer=themes] input')].map(one => one.getAttribute('aria-invalid'))"
    server.html = server.html.replace('name="themes" value="b"', 'name="themes.1" value="b"')
    server.page.reload()
    for places, marked in ((["themes.1"], [None, "true"]), ([], ["true", "true"])):
        server.answer = (200, {"version": 2, "message": "Saved at noon", "note": "Not a number.", "places": places})
        server.page.locator("[value=a]").click()
        said(server, "Saved at noon")
        server.page.wait_for_function(f"{marks}.includes('true')")
        assert server.page.evaluate(marks) == marked
    server.answer = (200, {"version": 3, "message": "Saved at one"})
    server.page.locator("[value=a]").click()
    said(server, "Saved at one")
    assert server.page.evaluate(marks) == [None, None]


def test_ended_session_keeps_the_answer_and_says_to_sign_in(server):
    server.answer = (401, {})
    write(server, "Mine")
    said(server, "Your session has ended. What you typed is kept in this browser: sign in again to save it.")
    assert kept(server) == ["passerelle::file:story"]


def test_service_that_is_away_is_waited_for_as_long_as_it_says_and_the_page_stays(server):
    server.answer = (503, None)
    write(server, "Kept through a restart")
    said(server, "Not saved yet: retrying")
    server.page.click("button")  # leaving for the server would leave the text
    server.page.wait_for_timeout(300)
    assert server.page.url.rstrip("/") == SITE
    assert kept(server) == ["passerelle::file:story"]
    server.answer = (200, {"version": 2, "message": "Saved at noon"})
    server.page.wait_for_timeout(2500)
    said(server, "Saved at noon")
    assert server.came[-1]["value"] == ["Kept through a restart"]
    assert kept(server) == []


def test_form_leaves_again_once_the_service_is_back(server):
    server.answer = (503, None)
    write(server, "Once more")
    said(server, "Not saved yet: retrying")
    server.answer = (200, {"version": 2, "message": "Saved at noon"})
    said(server, "Saved at noon")
    with server.page.expect_request(f"{SITE}/") as sent:
        server.page.click("button")
    assert "Once+more" in sent.value.post_data


END = """<div id="session-end" data-ends="1" data-stay="/stay" data-late="Not answering" hidden>
  <p id="session-end-text">Soon</p><button type="button" data-stay-signed-in>Stay</button></div>
  <div id="live">"""
ENDS = json.dumps({"ends": 9_999_999_999})


@pytest.mark.parametrize("stay", [503, None])
def test_staying_signed_in_while_the_service_is_away_loses_nothing_typed(server, stay):
    server.html, server.stay = form().replace('<div id="live">', END), stay
    server.page.goto(SITE)
    server.answer = None
    server.page.fill("textarea", "Not saved")
    server.page.click("[data-stay-signed-in]")
    said(server, "Not answering")
    assert server.page.input_value("textarea") == "Not saved"
    server.stay = 200
    server.page.wait_for_function("document.getElementById('session-end').hidden", timeout=15000)
    assert server.page.input_value("textarea") == "Not saved"


OVER = "Not saved: nothing more is asked of you here. Your text stays on this page, to be copied."


@pytest.mark.parametrize("status", [404, 409, 410])
def test_answer_that_nothing_waits_for_is_said_so_once_and_stays_on_the_page(server, status):
    """The file was withdrawn, or the draft deleted, while it was written: no retrying, and no page without the text."""
    server.answer = (status, {})
    write(server, "My whole assessment")
    said(server, OVER)
    assert OVER in server.page.locator("[data-answer=story]").text_content()
    server.page.wait_for_timeout(2500)  # past the first time that it would be sent again
    assert len(server.came) == 1
    server.page.get_by_role("button", name="Save").click()
    said(server, OVER)
    server.page.wait_for_timeout(300)
    assert server.page.url == f"{SITE}/"
    assert server.page.input_value("textarea") == "My whole assessment"
    assert kept(server) == ["passerelle::file:story"]
