"""The frame and the components: whole in both languages, and nothing that the content security policy would refuse."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django import forms
from django.test import RequestFactory
from django.utils import translation

from desk import context_processors
from desk.context_processors import Item

ROOT = Path(__file__).parents[2]
PARTS = sorted((ROOT / "templates" / "components").glob("*.html"))


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "title"), [("fr", "Composants – Passerelle"), ("en", "Components – Passerelle")])
def test_components_page_stands_in_both_languages(client, language, title):
    page = BeautifulSoup(client.get("/components", {"lang": language}).content, "html.parser")
    assert page.title.text == title
    assert page.html["lang"] == f"{language}-CA"
    assert len(page.select("h1")) == 1
    ids = [tag["id"] for tag in page.select("[id]")]
    assert sorted(ids) == sorted(set(ids)), "an identifier is used twice"
    for link in page.select(".govuk-error-summary a"):
        assert link["href"][1:] in ids, f"{link} leads nowhere"
    other = {"fr": "English", "en": "Français"}[language]
    assert page.select_one(".top__tools a").text == other


@pytest.mark.django_db
def test_components_page_shows_every_component(client):
    response = client.get("/components")
    used = {str(template.name).rpartition("/")[2] for template in response.templates if template.name}
    only_on_pages_of_their_own = {"back.html", "confirmation.html", "problem.html", "autosave.html"}
    assert {part.name for part in PARTS} - used == only_on_pages_of_their_own


def test_templates_carry_no_inline_script_or_style():
    for path in [*(ROOT / "templates").rglob("*.html"), *ROOT.glob("*/templates/**/*.html")]:
        if {"documents", "letters", "notifications", ".venv"} & set(path.parts):
            continue  # a document on paper or an e-mail is not a page of the site
        html = re.sub(r"{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.S)
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\bsrc=)", html), path


def test_components_say_at_their_top_what_they_take():
    for part in PARTS:
        if part.name != "cell.html":
            assert part.read_text().startswith("{% comment %}"), part.name


@pytest.mark.django_db
def test_brand_gives_the_two_colours_of_the_cluster(client):
    from accounts.models import Cluster

    Cluster.objects.create(slug="aero", name_fr="Aéro", name_en="Aero", colour_ink="#003322", colour_accent="#aa3300")
    response = client.get("/brand.css")
    assert response.headers["Content-Type"] == "text/css; charset=utf-8"
    assert response.content == b":root{--ink:#003322;--accent:#aa3300}"


class Visitor:
    is_authenticated = False


def test_links_leave_out_what_is_not_theirs():
    items = [Item("a", "components"), Item("b", "brand", lambda user: user.is_authenticated)]
    assert context_processors.links(items, Visitor(), "/components") == [
        {"label": "a", "url": "/components", "current": "page"}
    ]
    assert context_processors.links(items, Visitor(), "/components/more")[0]["current"] == "true"


def test_language_links_keep_the_page_and_its_query():
    request = RequestFactory().get("/components", {"sort": "name", "lang": "fr"})
    with translation.override("fr"):
        found = context_processors.languages(request)
    assert [(x["code"], x["url"], x["current"]) for x in found] == [
        ("fr", "/components?sort=name&lang=fr", True),
        ("en", "/components?sort=name&lang=en", False),
    ]


@pytest.mark.parametrize("field", [forms.CharField, forms.BooleanField])
def test_hint_of_a_field_is_text_whoever_wrote_it(field):
    """The hints of a programme's questions come from its bundle: what one officer imports, others open."""

    class Asked(forms.Form):
        answer = field(help_text='<a href="https://elsewhere.example">Sign in again</a>')

    shown = str(Asked()["answer"].as_field_group())
    assert "<a href" not in shown
    assert "&lt;a href=" in shown
