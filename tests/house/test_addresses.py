"""Addresses: an app names its own pages and those of the apps below it. A higher app's page is offered to it."""

import ast
import re
from uuid import UUID

import pytest
from django.core.checks import registry
from django.urls import get_resolver, reverse
from django.utils import translation

from desk.context_processors import ACCOUNT_MENU, FOOTER, NAVIGATION
from moves.registry import declared
from programs.models import Call
from programs.pages import PAGE_OF_MOVE
from tests.house.test_imports import APPS, ROOT
from work.pages import Page, check_pages

HEIGHT = {app: height for height, app in enumerate(reversed(APPS))}
ASKED = {"reverse", "redirect", "resolve_url", "Page"}  # of these, the first argument names a page
LINKS = re.compile(r"""\{%\s*url\s+["']([\w-]+)["']""")
# Plain links of a page to what a higher app does with the same thing: the page is of no use without them.
LEADS_UP = {
    ("applications/detail.html", "decision-letter-of"),  # the letter of the company's own application
    ("applications/files.html", "file-detail"),  # the list leads to the page that gathers a file
    ("reviews/rule.html", "decision-late"),  # the second answer to a conflict declared late sends a decision back
    ("programs/list.html", "program-import"),
    ("programs/details.html", "program-import"),
    ("programs/details.html", "program-export"),
}


def owners():
    """`{name of an address: its app}`, for every address that one of our apps answers."""
    found, waiting = {}, list(get_resolver().url_patterns)
    while waiting:
        pattern = waiting.pop()
        if hasattr(pattern, "url_patterns"):
            waiting += pattern.url_patterns
            continue
        app = pattern.callback.__module__.split(".")[0]
        if pattern.name and app in HEIGHT:
            found[pattern.name] = app
    return found


def named_in(source, names):
    """`(name, line)` for each address that Python code names: a text with a dash that is one, or what is reversed."""
    for node in ast.walk(ast.parse(source)):
        texts = []
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "-" in node.value:
            texts = [node]
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            texts = node.args[:1] if called in ASKED else []
            texts += [keyword.value for keyword in node.keywords if keyword.arg == "url_name"]
        for text in texts:
            if isinstance(text, ast.Constant) and text.value in names:
                yield text.value, text.lineno


def python_files():
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield app, path


def test_code_names_no_page_of_a_higher_app():
    names = owners()
    faults = [
        f"{path.relative_to(ROOT)}:{line} names {name}, of {names[name]}"
        for app, path in python_files()
        for name, line in named_in(path.read_text(), names)
        if HEIGHT[names[name]] > HEIGHT[app]
    ]
    assert not faults, "\n".join(faults)


def test_templates_name_no_page_of_a_higher_app_but_by_a_plain_link_that_is_listed():
    names = owners()
    found = {
        (f"{app}/{path.name}", name)
        for app in APPS
        for path in sorted((ROOT / "templates" / app).rglob("*.html"))
        for name in LINKS.findall(path.read_text())
        if name in names and HEIGHT[names[name]] > HEIGHT[app]
    }
    assert found == LEADS_UP


def test_no_code_swallows_an_address_that_does_not_exist():
    """A page that is not there is a fault of ours, found by the tests; a link left out in silence is not."""
    found = [str(path.relative_to(ROOT)) for _app, path in python_files() if "NoReverseMatch" in path.read_text()]
    assert found == []


def test_every_declared_page_has_its_address():
    assert check_pages() == []
    assert len(Page.declared) > 15


def test_commands_ask_after_every_declared_page():
    assert check_pages in registry.registry.get_checks()


def test_link_is_made_by_a_declared_page():
    made = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for _app, path in python_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "Link"
    ]
    assert [place.rpartition(":")[0] for place in made] == ["work/pages.py"]


def test_every_move_of_a_call_has_its_page():
    pages = [PAGE_OF_MOVE[step] for _name, step in declared(Call)]
    assert len({page(UUID(int=1)).url for page in pages}) == len(pages) == len(PAGE_OF_MOVE)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_link_of_a_menu_has_its_address(language):
    items = [*NAVIGATION, *ACCOUNT_MENU, *FOOTER]
    with translation.override(language):
        assert [item.url_name for item in items if not reverse(item.url_name).startswith("/")] == []


TAKE_NO_PAGE = {  # what only takes a form, or a script's question, and that no page is named for
    "desk/views/frame.py:stay",  # asked by the script of every page
    "demo/views.py:sign_in_as",  # its buttons are on two pages, of which one exists only before signing in
}


def takes_only_a_form(decorator):
    said = ast.unparse(decorator)
    return said == "require_POST" or said == "require_http_methods(['POST'])"


def test_address_that_only_takes_a_form_names_the_page_that_holds_it():
    """Else whoever signs in again after a press, or changes the language of its answer, meets a 405."""
    found = {
        f"{path.relative_to(ROOT)}:{node.name}"
        for _app, path in python_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and any(takes_only_a_form(one) for one in node.decorator_list)
    }
    assert found == TAKE_NO_PAGE, "say `posted_from` of it (work.requests)"
