"""The counter of a text, in a real browser: it finds what the server finds."""

from pathlib import Path

import pytest

from tests.counted import WORDS

pytestmark = pytest.mark.slow
SCRIPT = Path(__file__).parents[2] / "assets" / "app.js"


def test_the_page_counts_the_words_that_the_server_counts(browser):
    page = browser.new_page()
    page.set_content(
        """<html lang="en-CA"><textarea id="story"></textarea>
        <p data-count="words" data-max="500" data-for="story" data-text-left="Words left:" data-text-over="Over:">"""
    )
    page.add_script_tag(content=SCRIPT.read_text())
    found = []
    for text, _count in WORDS:
        page.fill("textarea", text)
        found.append((text, 500 - int(page.locator("[data-count] span").first.text_content().split()[-1])))
    page.close()
    assert found == WORDS
