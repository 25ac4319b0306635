import enum
import threading
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, connections, transaction

from audit import querysets, seal
from audit.actors import CLOCK
from audit.models import Change, Entry, Epoch, Erasable, Head, Reading
from audit.querysets import Cursor
from audit.services import (
    _lock_head,
    changes_after,
    erase_texts,
    make_reading_partitions,
    open_epoch,
    record,
    record_reading,
    tell,
)
from audit.states import ChangeKind, OneOf, Read, ReadOne, read_of
from moves.duties import clash
from moves.interests import is_barred
from moves.models import DutyDone, Standing
from moves.services import declare_standing, record_duty
from moves.states import Duty
from tests.databases import at_once
from tests.moves.machines import Decision, File
from tests.mutants import proves
from work import clock, tracing

NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)


@dataclass
class Told:
    """A row that is reported, without its table."""

    public_id: uuid.UUID
    change_kind: ChangeKind = ChangeKind.APPLICATION
    application_id: int | None = None


# ------------------------------------------------------------------ the trail


def test_entries_of_a_subject_follow_each_other(file, camille):
    first = record(file, "application.open", by=camille)
    second = record(file, "application.read", by=CLOCK)
    assert (first.seq, first.previous) == (1, "")
    assert (second.seq, second.previous) == (2, first.digest)
    assert (second.actor_kind, second.actor_id) == ("clock", None)
    head = Head.objects.get()
    assert (head.count, head.digest, head.application_id) == (2, second.digest, file.pk)
    assert list(Entry.objects.of_file(file.pk)) == [first, second]
    assert list(Entry.objects.of("application", file.pk)) == [first, second]


@proves(_lock_head)
def test_each_subject_has_a_chain_of_its_own_whoever_shares_its_key_or_its_kind(file, camille):
    other = File.objects.create(title="Paint line", owner=camille.pk)
    subjects = [file, other, *(Decision.objects.create(pk=one.pk, application=one) for one in (file, other))]
    for _time in range(2):
        for subject in reversed(subjects):
            record(subject, "application.read", by=camille)
    heads = Head.objects.order_by("subject_type", "subject_id").values_list("subject_type", "subject_id", "count")
    named = sorted((kind, one.pk, 2) for kind in ("application", "decision") for one in (file, other))
    assert list(heads) == named
    for kind, key, _count in named:
        assert list(Entry.objects.of(kind, key).values_list("seq", "head__subject_id")) == [(1, key), (2, key)]


@proves(erase_texts)
def test_texts_are_erased_where_they_were_asked_chain_by_chain_and_once(file, camille):
    other = File.objects.create(title="Paint line", owner=camille.pk)
    for n in (1, 2, 3):
        for subject in (other, file):
            record(subject, "application.read", by=camille, note=f"{subject.title} {n}")
    texts = Erasable.objects.all()
    with clock.at(NOON):
        assert erase_texts(texts.filter(value="Robot cell 1"), by=CLOCK, rule="notes-7-years") == 1
    asked = [*texts.filter(entry__subject_id=other.pk, value__in=["Paint line 3", "Paint line 2"]).order_by("-pk")]
    asked += texts.filter(entry__subject_id=file.pk, entry__seq__in=(1, 2))
    with clock.at(NOON + timedelta(days=1)):
        assert erase_texts(asked, by=CLOCK, rule="notes-7-years") == 3
    assert set(texts.filter(erased_at__isnull=True).values_list("value", flat=True)) == {"Paint line 1", "Robot cell 3"}
    assert set(texts.filter(erased_at__isnull=False).values_list("value", "salt")) == {("", "")}
    assert texts.get(entry__subject_id=file.pk, entry__seq=1).erased_at == NOON
    entries = Entry.objects.filter(verb="trail.erase").order_by("id")
    assert [(entry.subject_id, entry.given["erased"]) for entry in entries] == [
        (file.pk, [[1, "note"]]),
        (other.pk, [[2, "note"], [3, "note"]]),
        (file.pk, [[2, "note"]]),
    ]


def test_an_entry_reads_back_to_the_digest_it_was_written_with(file, camille):
    given = {
        "amount": Decimal("75000.01"),
        "day": date(2026, 11, 20),
        "at": NOON,
        "id": uuid.uuid4(),
        "many": [1, None],
    }
    entry = record(file, "application.open", by=camille, given=given, note="è\u00a0« ’ »")
    read = Entry.objects.get()
    assert read.given["amount"] == "75000.01"
    assert seal.digest_of(read) == entry.digest == read.digest


def test_an_entry_carries_the_request_it_was_made_in(file, camille):
    token = tracing.request_id.set("abc123")
    try:
        assert record(file, "application.open", by=camille).request_id == "abc123"
    finally:
        tracing.request_id.reset(token)


def test_words_never_enter_the_trail_even_when_given_as_facts(file, camille):
    entry = record(
        file,
        "application.open",
        by=camille,
        given={"who": {"name": "Dominique Roy", "mail": "d@roy.example"}, "key": "budget.total"},
        personal={"phone": "514 555-0100", "people": ["Camille", "Dominique"]},
        note="on leave",
    )
    assert entry.given == {
        "who": {"name": {"text": "given.who.name"}, "mail": {"text": "given.who.mail"}},
        "key": "budget.total",
    }
    assert set(entry.personal) == {"given.who.name", "given.who.mail", "phone", "people", "note"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_entry::text FROM audit_entry")
        row = cursor.fetchone()[0]
    for word in ("Dominique", "roy.example", "555-0100", "leave"):
        assert word not in row
    assert {e.field: e.value for e in Erasable.objects.all()} == {
        "given.who.name": "Dominique Roy",
        "given.who.mail": "d@roy.example",
        "phone": "514 555-0100",
        "people": '["Camille","Dominique"]',
        "note": "on leave",
    }


def test_equal_texts_have_different_digests(file, camille):
    first, second = (record(file, "application.open", by=camille, note="same") for _n in range(2))
    assert first.personal["note"] != second.personal["note"]


class Colour(enum.Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("1.10"), "1.10"),
        (Decimal("1E+2"), "100"),
        (NOON, "2026-11-20T17:00:00+00:00"),
        (Colour.RED, "red"),
        (Duty.SCORE, "score"),
        ({"b": {3, 1}, "a": (True, None)}, {"b": [1, 3], "a": [True, None]}),
    ],
)
def test_facts_become_plain_without_loss(value, expected):
    assert seal.plain(value) == expected


@pytest.mark.parametrize("value", [0.1, object(), b"x"])
def test_what_cannot_be_kept_exactly_is_refused(value):
    with pytest.raises(TypeError, match="the trail cannot hold"):
        seal.plain({"x": value})


def test_writers_on_one_subject_make_one_chain(committed_db, file, camille):
    at_once(*[lambda: [record(file, "application.open", by=camille) for _n in range(5)]] * 4)
    assert list(Entry.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 21))
    assert Head.objects.get().count == 20


# ------------------------------------------------------------------ append-only, by the database


@pytest.fixture
def everything(file, camille):
    """One row of each thing that only grows."""
    record(file, "application.open", by=camille, note="why")
    tell(file)
    record_reading(camille, application_id=file.pk, subject=file, what=Read.ANSWERS)
    with clock.at(datetime(2020, 1, 1, tzinfo=UTC)):
        record_reading(camille, application_id=file.pk, subject="award", what=ReadOne.api("award"))
    record_duty(file.pk, by=camille, duty=Duty.PREPARE)
    declare_standing(file.pk, user=camille, standing="clear")


CHANGED = {
    "entry": "verb = 'x'",
    "reading": "what = 'x'",
    "change": "kind = 'x'",
    "epoch": "at = now()",
    "head": "digest = 'x'",
    "erasable": "value = 'x'",
    "standing": "standing = 'unsure'",
    "dutydone": "duty = 'score'",
}


def refused(statement):
    """Whether the database refuses the statement because the table only grows."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(statement)
    except IntegrityError as error:
        return "append-only" in str(error)
    return False


@pytest.mark.parametrize("table", CHANGED)
def test_the_database_refuses_update_delete_and_truncate(everything, table):
    assert refused(f"UPDATE audit_{table} SET {CHANGED[table]}")
    assert refused(f"DELETE FROM audit_{table}")
    assert refused(f"TRUNCATE audit_{table} CASCADE")


def test_every_partition_of_the_readings_refuses_them_too(everything):
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'audit_reading'::regclass")
        partitions = [name for (name,) in cursor.fetchall()]
    assert len(partitions) >= 4
    assert "audit_reading_default" in partitions
    for table in partitions:
        assert refused(f"TRUNCATE {table}")
    assert refused("DELETE FROM audit_reading_default")


@pytest.mark.parametrize("change", [{"count": 3}, {"count": 1}, {"count": 0}, {"subject_id": 9, "count": 2}])
def test_a_head_moves_by_one_entry_only(everything, change):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Head.objects.update(**change)


def test_a_head_starts_empty(machines):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Head.objects.create(subject_type="application", subject_id=5, count=5, digest="x")


# ------------------------------------------------------------------ readings


def test_readings_go_to_the_month_they_were_made_in(camille):
    with clock.at(NOON):
        made = make_reading_partitions(start=date(2031, 11, 1), months=2)
        assert made == ["audit_reading_2031_11", "audit_reading_2031_12", "audit_reading_2032_01"]
        assert make_reading_partitions(start=date(2031, 11, 1), months=2) == []
    with clock.at(datetime(2031, 12, 31, 23, 59, 59, tzinfo=UTC)):
        record_reading(camille, application_id=4, subject="application", what=Read.ANSWERS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT what, actor_id FROM audit_reading_2031_12")
        assert cursor.fetchall() == [("answers", camille.pk)]


def test_a_month_that_was_not_made_in_time_loses_no_reading(camille):
    with clock.at(datetime(2032, 5, 5, tzinfo=UTC)):
        record_reading(camille, application_id=4, subject="application", what=Read.ANSWERS)
    assert make_reading_partitions(start=date(2032, 5, 1), months=0) == []
    assert Reading.objects.get().what == "answers"


def test_what_was_read_is_one_of_a_table_and_which_one_stands_beside_it(camille):
    key = uuid.uuid4()
    for read in (Read.ANSWERS, ReadOne.document(key), ReadOne.section("budget"), ReadOne.step("approve")):
        record_reading(camille, application_id=4, subject="application", what=read)
    rows = Reading.objects.order_by("id")
    assert list(rows.values_list("what", "which")) == [
        ("answers", ""),
        ("document", str(key)),
        ("section", "budget"),
        ("decision step", "approve"),
    ]
    assert [one.read for one in rows] == [
        Read.ANSWERS, ReadOne.document(key), ReadOne.section("budget"), ReadOne.step("approve"),
    ]  # fmt: skip


def test_what_older_rows_say_in_one_text_is_read_as_it_was_meant():
    key = "5e0f4a06-93a4-4f0c-a3e5-1c2d3e4f5a6b"
    for what, subject, meant in (
        ("answers", "application", Read.ANSWERS),
        ("list (CSV)", "application", Read.LIST_CSV),
        ("document", "application", ReadOne(OneOf.DOCUMENT, "")),
        (key, "document", ReadOne.document(uuid.UUID(key))),
        (key, "letter", None),
        ("section project", "application", ReadOne.section("project")),
        ("decision: send_back", "decision", ReadOne.step("send_back")),
        ("api ledger_entry", "ledger_entry", ReadOne.api("ledger_entry")),
        ("something else", "document", None),
    ):
        assert read_of(what, "", subject) == meant
    assert not set(Read.values) & set(OneOf.values)


# ------------------------------------------------------------------ the change feed


def page_after(cursor=querysets.START, limit=1000, expected=1):
    """`changes_after`, once `expected` changes are settled.

    Transaction numbers belong to the whole server: one still running in another database (the tests of another
    worker) holds the feed back for as long as it lasts.
    """
    until = time.monotonic() + 60
    while True:
        changes, after = changes_after(cursor, limit=limit)
        if len(changes) >= expected or time.monotonic() > until:
            return changes, after
        time.sleep(0.05)


@pytest.mark.slow
def test_changes_come_in_order_and_none_is_skipped_by_a_late_commit(committed_db):
    """A transaction that began first and commits last: nothing after it is handed out before it is."""
    first, second, third = (uuid.uuid4() for _n in range(3))
    written, may_commit = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            tell(Told(first))
            written.set()
            assert may_commit.wait(20)
        connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(20)
    tell(Told(second))
    assert changes_after() == ([], querysets.START)
    may_commit.set()
    thread.join()
    changes, cursor = page_after(expected=2)
    assert [c.public_id for c in changes] == [first, second]
    tell(Told(third), gone=True)
    more, cursor = page_after(cursor)
    assert [(c.public_id, c.gone) for c in more] == [(third, True)]
    assert changes_after(cursor) == ([], cursor)


@pytest.mark.slow
def test_changes_come_by_pages(committed_db):
    ids = [uuid.uuid4() for _n in range(5)]
    for public_id in ids:
        tell(Told(public_id, ChangeKind.AWARD))
    seen, cursor = [], querysets.START
    for size in (2, 2, 1):
        page, cursor = page_after(cursor, limit=2, expected=size)
        assert len(page) == size
        seen += [c.public_id for c in page]
    assert seen == ids
    assert changes_after(cursor, limit=2) == ([], cursor)


def test_changes_of_an_earlier_epoch_are_all_settled(machines):
    tell(Told(uuid.uuid4(), ChangeKind.AWARD))
    assert changes_after()[0] == []  # our own transaction still runs
    assert open_epoch() == 2
    assert len(changes_after()[0]) == 1
    assert Change.objects.get().epoch == 1
    assert Epoch.objects.count() == 2


def test_a_cursor_reads_back_and_refuses_what_is_not_one():
    assert Cursor.read(str(Cursor(1, 742, 9))) == Cursor(1, 742, 9)
    for text in ("", "1.2", "1.2.3.4", "1.x.3", "1.-2.3", f"1.2.{2**63}"):
        with pytest.raises(ValueError, match="cursor"):
            Cursor.read(text)


def test_what_is_not_reported_is_not_told_and_what_left_is_told_gone(file, camille):
    record(file, "application.open", by=camille)
    assert [(change.kind, change.gone) for change in Change.objects.all()] == [("application", False)]
    record(file, "application.leave", by=camille, gone=True)
    assert Change.objects.latest("id").gone
    hidden = Told(uuid.uuid4())
    hidden.is_reported = False
    assert tell(hidden) is None
    assert Change.objects.count() == 2


# ------------------------------------------------------------------ duties and declarations


def test_a_duty_is_remembered_once_with_its_first_day(camille):
    with clock.at(NOON):
        record_duty(4, by=camille, duty=Duty.SCORE)
    with clock.at(NOON + timedelta(days=3)):
        record_duty(4, by=camille, duty=Duty.SCORE)
    assert DutyDone.objects.get().at == NOON


def test_the_latest_declaration_counts_and_the_earlier_stays(camille):
    assert not is_barred(4, camille)
    declare_standing(4, user=camille, standing="unsure")
    assert is_barred(4, camille)
    declare_standing(4, user=camille, standing="clear")
    assert not is_barred(4, camille)
    declare_standing(4, user=camille, standing="conflict")
    assert is_barred(4, camille)
    assert not is_barred(5, camille)
    assert list(Standing.objects.values_list("standing", flat=True)) == ["unsure", "clear", "conflict"]


@pytest.mark.parametrize("done", Duty)
@pytest.mark.parametrize("asked", Duty)
def test_one_person_never_does_two_duties_on_one_file(camille, done, asked):
    record_duty(4, by=camille, duty=done)
    one_place = {Duty.PREPARE, Duty.SPONSOR}
    together = done == asked or {done, asked} == one_place
    assert (clash(4, camille, asked) is None) == together
    assert clash(5, camille, asked) is None


def test_a_file_is_known_by_its_subject_or_its_application(file):
    from audit.services import file_of

    assert file_of(file) == file.pk
    assert file_of(Decision(application=file)) == file.pk
