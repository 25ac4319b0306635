"""The components in a real browser: nothing for axe to find, nothing wider than a phone, and no script needed."""

import pytest

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("language", ["fr", "en"])
def test_components_page_has_nothing_for_axe(page, axe, language):
    page.goto(f"/components?lang={language}")
    assert axe(page) == []


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_components_page_never_scrolls_sideways(new_page, width):
    page = new_page(width=width)
    page.goto("/components")
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_menu_is_folded_on_a_phone_and_whole_without_script(new_page):
    phone = new_page(width=320)
    phone.goto("/components")
    menu = phone.locator("#main-menu")
    assert not menu.is_visible()
    phone.locator("[data-menu]").click()
    assert menu.is_visible()
    bare = new_page(width=320, java_script_enabled=False)
    bare.goto("/components")
    assert bare.locator("#main-menu").is_visible()
    assert not bare.locator("[data-menu]").is_visible()
