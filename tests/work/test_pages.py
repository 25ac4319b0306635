"""Pages that are led to from elsewhere: declared with what fills them, or declared by one app and filled by another."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured

from work.pages import Link, Page, Slot, Tab, TabLink, Tabs, check_pages, check_slots


@pytest.fixture
def slots(monkeypatch):
    declared = []
    monkeypatch.setattr(Slot, "declared", declared)
    return declared


@pytest.fixture
def pages(monkeypatch):
    declared = []
    monkeypatch.setattr(Page, "declared", declared)
    return declared


def test_page_is_a_link_to_what_it_is_filled_with(pages):
    person = uuid4()
    assert Page("review-rule", str, UUID)("X-1", person) == Link("review-rule", ("X-1", person))
    assert Page("review-queue")() == Link("review-queue", ())


def test_pages_that_have_their_address_pass_the_check(pages):
    Page("review-queue"), Page("review-rule", str, UUID), Page("application-detail", UUID)
    Page("account_reset_password_from_key", str, str)  # a library's
    assert check_pages() == []


@pytest.mark.parametrize(
    "page",
    [
        ("review-queues",),
        ("review-queue", str),
        ("review-rule", str),
        ("review-rule", UUID, str),
        ("application-detail", str),
        ("application-detail",),
    ],
)
def test_page_without_its_address_fails_the_check(pages, page):
    Page(*page)
    assert [(fault.id, page[0] in fault.msg) for fault in check_pages()] == [("work.E001", True)]


def test_slot_leads_to_the_page_that_fills_it(slots, pages):
    slot, page = Slot("the whole file"), Page("file-detail", str)
    slot.fill(page)
    slot.fill(page)  # an app made ready twice says the same
    assert slot("X-1") == Link("file-detail", ("X-1",))
    assert slot("X-1").url == "/files/X-1"


def test_slot_has_one_page(slots, pages):
    slot = Slot("the whole file")
    slot.fill(Page("file-detail", str))
    with pytest.raises(ImproperlyConfigured, match="the whole file has two pages: file-detail and file-answers"):
        slot.fill(Page("file-answers", str))


def test_start_fails_where_no_app_fills_a_slot(slots, pages):
    Slot("the page of a job").fill(Page("job-detail", UUID))
    check_slots()
    Slot("where a call is published")
    with pytest.raises(ImproperlyConfigured, match="no app has these pages: where a call is published"):
        check_slots()


def test_tabs_are_in_their_places_whoever_offers_them_and_left_out_where_they_are_not_shown():
    tabs = Tabs(Tab("file-answers", "Answers", 20), Tab("file-changes", "Changes", 40))
    tabs.offer(
        Tab("trail-file", "Trail", 70, shown_to=lambda user, thing: (user, thing) == ("auditor", "file")),
        Tab("file-detail", "The file", 10),
    )
    tabs.offer(Tab("file-detail", "The file", 10))
    answers, changes = TabLink("Answers", "/files/X-1/answers", False), TabLink("Changes", "/files/X-1/changes", True)
    whole, trail = TabLink("The file", "/files/X-1", False), TabLink("Trail", "/files/X-1/trail", False)
    assert tabs.of("file", "officer", "file-changes", "X-1") == [whole, answers, changes]
    assert tabs.of("file", "auditor", "file-changes", "X-1") == [whole, answers, changes, trail]
    opened = tabs.of("file", "officer", "trail-file", "X-1")
    assert opened == [whole, answers, replace(changes, current=False), replace(trail, current=True)]
