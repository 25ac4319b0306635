"""The sheet of a letter, as a preview shows it."""

import pytest
from bs4 import BeautifulSoup
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe

from documents.sheets import Letterhead, sheet
from tests.documents import sheets


def test_sheet_shows_each_language_under_its_own_name():
    page = BeautifulSoup(sheets.letter(), "html.parser")

    assert page.article["lang"] == "fr-CA"
    assert [s["lang"] for s in page.find_all("section")] == ["fr-CA", "en-CA"]
    assert page.img["alt"] == "Aéro Montréal"
    assert page.find("style") is None
    assert page.find(style=True) is None


def test_letterhead_is_text_never_markup():
    head = Letterhead(name="<b>Grappe</b>", lines=("<i>rue</i>",), running='"><script>')

    page = BeautifulSoup(sheet([("en", mark_safe("<p>x</p>"))], letterhead=head), "html.parser")

    assert page.find("b") is page.find("i") is page.find("script") is None


def test_section_that_is_not_safe_html_is_shown_as_text():
    page = BeautifulSoup(sheet([("en", "<p>x</p>")], letterhead=Letterhead(name="Grappe")), "html.parser")

    assert page.section.text.strip() == "<p>x</p>"


@pytest.mark.parametrize(
    ("language", "file_number", "invitation"),
    [
        (
            "fr",
            "Numéro de dossier\N{NO-BREAK SPACE}: FE-2026-00042",
            "Pour vous assurer que ce document est authentique",
        ),
        ("en", "File number: FE-2026-00042", "To make sure that this document is genuine"),
    ],
)
def test_letter_base_speaks_the_language_that_is_on(language, file_number, invitation):
    context = {
        "recipient": ["Usinage Lévis inc.", "1200, rue de la Passerelle"],
        "date": "22 novembre 2026",
        "reference": "FE-2026-00042",
        "subject": "Accusé de réception",
        "verify_url": "https://passerelle.example/v/",
        "verify_code": "7KQ2-M4XB",
    }
    with translation.override(language):
        page = BeautifulSoup(render_to_string("documents/letter.html", context), "html.parser")

    assert page.h1.text == "Accusé de réception"
    assert file_number in page.find(class_="paper-date").text
    assert invitation in page.find(class_="paper-verify").text
    assert page.a["href"] == page.a.text == "https://passerelle.example/v/"
    assert page.find(class_="paper-code").text == "7KQ2-M4XB"
