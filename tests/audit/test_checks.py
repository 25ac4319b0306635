"""Tampering, for real: the triggers are switched off, as whoever owns the database can, and the trail is changed."""

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from audit.actors import CLOCK
from audit.checks import Verified, _findings, _moved, _orphans, check_change_kinds, verify
from audit.management.commands.verify_trail import Command
from audit.models import Entry, Erasable, Head
from audit.services import erase_texts, record
from audit.states import ChangeKind
from awards.models import Award
from tests.audit.trail import move_to_the_end, tamper
from tests.decisions import files as decision_files
from tests.moves.machines import Decision, File
from tests.mutants import proves
from work import clock

NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)


@pytest.fixture
def chain(machines, camille):
    """A file with five entries, each with a reason, and another file beside it that nobody touches."""
    file, other = File.objects.create(title="Robot cell"), File.objects.create(title="Paint line")
    for n in range(1, 6):
        record(file, f"application.step{n}", by=camille, given={"amount": n}, note=f"because of {n}")
        record(other, f"application.step{n}", by=camille)
    return file


def findings():
    return [(f.subject_id, f.seq, f.what) for f in verify() if not f.erased]


def test_an_untouched_trail_is_whole(chain):
    count = Verified()
    assert list(verify(count=count)) == []
    assert (count.chains, count.entries, count.faults, count.erased) == (2, 10, 0, 0)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("verb", "application.other"),
        ("before", "approved"),
        ("after", "approved"),
        ("duty", "approve"),
        ("actor_id", 999),
        ("actor_kind", "clock"),
        ("on_behalf_of", "somebody"),
        ("fired_by", "decision.issue"),
        ("application_id", 999),
        ("given", json.dumps({"amount": 3000})),
        ("personal", json.dumps({})),
        ("at", "2020-01-01T00:00:00Z"),
        ("request_id", "another"),
    ],
)
def test_a_changed_entry_is_found_whichever_column_it_is(chain, column, value):
    tamper(f"UPDATE audit_entry SET {column} = %s WHERE subject_id = %s AND seq = 3", value, chain.pk)
    assert (chain.pk, 3, "altered (application.step3): its content is not what its digest says") in [
        (subject, seq, what.replace("application.other", "application.step3")) for subject, seq, what in findings()
    ]


def test_a_changed_entry_whose_digest_was_computed_again_breaks_the_next_one(chain):
    from audit.seal import digest_of

    entry = Entry.objects.get(subject_id=chain.pk, seq=3)
    entry.given = {"amount": 3000}
    tamper(
        "UPDATE audit_entry SET given = %s, digest = %s WHERE id = %s",
        json.dumps(entry.given),
        digest_of(entry),
        entry.pk,
    )
    assert findings() == [(chain.pk, 4, "out of place (application.step4): it does not follow the entry before it")]


def test_a_removed_entry_is_found(chain):
    tamper(
        "DELETE FROM audit_erasable WHERE entry_id = (SELECT id FROM audit_entry WHERE subject_id = %s AND seq = 3)",
        chain.pk,
    )
    tamper("DELETE FROM audit_entry WHERE subject_id = %s AND seq = 3", chain.pk)
    assert findings() == [(chain.pk, 3, "removed")]


def test_a_removed_first_entry_is_found(chain):
    tamper("DELETE FROM audit_entry WHERE subject_id = %s AND seq < 3", chain.pk)
    assert findings() == [(chain.pk, 1, "removed, and the 1 after it")]


def test_a_cut_tail_is_found(chain):
    tamper("DELETE FROM audit_entry WHERE subject_id = %s AND seq > 3", chain.pk)
    assert findings() == [(chain.pk, 4, "removed from the end, and the 1 after it")]


def test_a_cut_tail_whose_head_was_moved_back_without_its_digest_is_found(chain):
    tamper("DELETE FROM audit_entry WHERE subject_id = %s AND seq > 3", chain.pk)
    tamper("UPDATE audit_head SET count = 3 WHERE subject_id = %s", chain.pk)
    assert findings() == [(chain.pk, 3, "the head has another digest than the last entry")]


def test_an_entry_inserted_at_the_end_is_found(chain):
    tamper(
        """
        INSERT INTO audit_entry (head_id, seq, subject_type, subject_id, application_id, verb, duty, before, after,
            actor_kind, actor_id, on_behalf_of, fired_by, given, personal, at, request_id, previous, digest)
        SELECT head_id, 6, subject_type, subject_id, application_id, 'application.invented', duty, before, after,
            actor_kind, actor_id, on_behalf_of, fired_by, given, '{}', at, request_id, digest, repeat('0', 64)
        FROM audit_entry WHERE subject_id = %s AND seq = 5
        """,
        chain.pk,
    )
    assert (chain.pk, 6, "inserted at the end: the head does not count it") in findings()


def test_an_entry_moved_into_another_chain_is_found(chain):
    tamper(
        "UPDATE audit_entry SET head_id = (SELECT id FROM audit_head WHERE subject_id <> %s), seq = 6"
        " WHERE subject_id = %s AND seq = 5",
        chain.pk,
        chain.pk,
    )
    found = findings()
    assert (chain.pk, 5, "removed from the end") in found
    assert any(seq == 6 and what == f"belongs to application {chain.pk}" for _subject, seq, what in found)


def test_two_entries_that_changed_places_are_found(chain):
    for old, new in ((2, 100), (3, 2), (100, 3)):
        tamper("UPDATE audit_entry SET seq = %s WHERE subject_id = %s AND seq = %s", new, chain.pk, old)
    found = findings()
    assert [seq for _subject, seq, what in found if "out of place" in what] == [2, 3, 4]
    assert [seq for _subject, seq, what in found if what.startswith("altered")] == [2, 3]


def test_a_chain_without_its_head_is_found(chain):
    tamper("DELETE FROM audit_head WHERE subject_id = %s", chain.pk)
    assert findings() == [(chain.pk, n, "its chain has no head any more") for n in range(1, 6)]


def test_an_altered_text_is_found(chain):
    tamper("UPDATE audit_erasable SET value = 'because' WHERE value = 'because of 2'")
    assert findings() == [(chain.pk, 2, "“note” was altered: it is not the text its digest says")]


def test_a_removed_text_is_found(chain):
    tamper("DELETE FROM audit_erasable WHERE value = 'because of 2'")
    assert findings() == [(chain.pk, 2, "“note” was removed")]


def test_an_inserted_text_is_found(chain):
    Erasable.objects.create(
        entry=Entry.objects.get(subject_id=chain.pk, seq=2), field="given.more", value="x", salt="y"
    )
    assert findings() == [(chain.pk, 2, "“given.more” was inserted: the entry knows no such text")]


def test_a_text_blanked_by_hand_is_found_even_through_the_door_the_schedule_uses(chain):
    with clock.at(NOON):
        Erasable.objects.filter(value="because of 2").update(value="", salt="", erased_at=clock.now())
    assert findings() == [(chain.pk, 2, "“note” was blanked on 2026-11-20, and no entry says by which rule")]


def test_a_text_erased_by_schedule_is_said_to_be_and_is_no_fault(chain):
    with clock.at(NOON):
        assert erase_texts(Erasable.objects.filter(value="because of 2"), by=CLOCK, rule="notes-7-years") == 1
        assert erase_texts(Erasable.objects.filter(value="because of 2"), by=CLOCK, rule="notes-7-years") == 0
    count = Verified()
    found = [(f.seq, f.what, f.erased) for f in verify(count=count)]
    assert found == [(2, "“note” erased by schedule on 2026-11-20", True)]
    assert (count.chains, count.entries, count.faults, count.erased) == (2, 11, 0, 1)
    assert Entry.objects.get(subject_id=chain.pk, seq=2).note == ""
    entry = Entry.objects.get(verb="trail.erase")
    assert entry.given == {"rule": "notes-7-years", "erased": [[2, "note"]]}


def test_the_command_says_that_the_trail_is_whole(chain):
    out = StringIO()
    call_command("verify_trail", stdout=out)
    assert out.getvalue().strip() == "The trail is whole: 2 chains, 10 entries, 0 texts erased by schedule."


def test_the_command_fails_with_one_and_says_where(chain):
    tamper("UPDATE audit_entry SET verb = 'application.other' WHERE subject_id = %s AND seq = 3", chain.pk)
    out = StringIO()
    with pytest.raises(CommandError, match="1 faults in 2 chains, 10 entries") as failure:
        call_command("verify_trail", stdout=out)
    assert failure.value.returncode == 1
    assert f"application {chain.pk}, entry 3: altered (application.other)" in out.getvalue()


@proves(verify)
def test_one_file_can_be_verified_alone(chain):
    other = Head.objects.exclude(subject_id=chain.pk).get()
    tamper("UPDATE audit_entry SET verb = 'application.other' WHERE subject_id = %s AND seq = 3", chain.pk)
    assert list(verify(application_id=other.application_id)) == []
    assert len(list(verify(application_id=chain.pk))) == 1


@proves(Command.key)
@pytest.mark.parametrize("name", ["reference", "public_id"])
def test_the_command_verifies_the_one_file_that_is_named(cast, programme, name):
    first, second = (decision_files.file_row(cast, programme) for _n in range(2))
    for file in (first, second):
        record(file, "application.read", by=CLOCK)
    tamper("UPDATE audit_entry SET verb = 'application.other' WHERE application_id = %s", first.pk)
    out = StringIO()
    call_command("verify_trail", application=str(getattr(second, name)), stdout=out)
    assert out.getvalue().strip() == "The trail is whole: 1 chains, 1 entries, 0 texts erased by schedule."
    with pytest.raises(CommandError, match="1 faults in 1 chains, 1 entries"):
        call_command("verify_trail", application=str(getattr(first, name)), stdout=StringIO())


def test_the_command_refuses_a_reference_that_does_not_exist(chain):
    with pytest.raises(CommandError, match="FE-2026-99999"):
        call_command("verify_trail", application="FE-2026-99999")


def test_verification_keeps_the_same_number_of_queries_however_long_a_chain(chain, camille, django_assert_num_queries):
    with django_assert_num_queries(4):  # heads, entries, texts, and chains without a head
        list(verify())
    for n in range(50):
        record(chain, "application.more", by=camille, given={"n": n}, note="why")
    with django_assert_num_queries(4):
        assert list(verify()) == []
    assert Head.objects.get(subject_id=chain.pk).count == 55


def test_a_chain_moved_to_another_file_is_found_from_its_own(chain):
    tamper("UPDATE audit_head SET application_id = %s WHERE subject_id = %s", chain.pk + 1000, chain.pk)
    expected = [(chain.pk, 1, "its chain’s head names another file")]
    assert findings() == expected
    assert [(f.subject_id, f.seq, f.what) for f in verify(application_id=chain.pk)] == expected


# ------------------------------------------------------------------ many chains


@pytest.fixture
def chains(chain, camille):
    """The keys of the two files of `chain`; the second has decisions of the keys of both, with two entries each. The
    first and the last entries of the chains lie last in the table."""
    other = File.objects.exclude(pk=chain.pk).get()
    for key in (chain.pk, other.pk):
        decision = Decision.objects.create(pk=key, application=other)
        record(decision, "decision.step1", by=camille), record(decision, "decision.step2", by=camille)
    move_to_the_end("seq = 1"), move_to_the_end("seq = 5")
    return chain.pk, other.pk


def told(**asked):
    return [(f.subject_type, f.subject_id, f.seq) for f in verify(**asked)]


@proves(verify, _findings)
@pytest.mark.parametrize("batch", [500, 1])
def test_faults_are_told_chain_by_chain_from_first_to_last(chains, batch):
    one, other = (("application", key) for key in chains)
    for seq in (4, 2):
        tamper("UPDATE audit_entry SET verb = 'x' WHERE subject_type = 'application' AND seq = %s", seq)
    tamper("DELETE FROM audit_entry WHERE subject_type = 'application' AND seq = 5")
    entries = [[(*chain, 2), (*chain, 4)] for chain in (one, other)]
    ends = [[(*chain, 5)] for chain in (one, other)]
    by_batch = [*entries, *ends] if batch == 500 else [entries[0], ends[0], entries[1], ends[1]]
    assert told(batch=batch) == [found for some in by_batch for found in some]
    assert told(application_id=chains[0], count=(count := Verified())) == [*entries[0], *ends[0]]
    assert (count.chains, count.entries, count.faults, count.erased) == (1, 4, 3, 0)


@proves(verify, _orphans)
def test_chains_without_their_heads_are_told_in_order_and_of_the_file_that_is_asked(chains):
    one, other = chains
    tamper("DELETE FROM audit_head WHERE NOT (subject_type = 'decision' AND subject_id = %s)", one)
    of_file = [("application", other, seq) for seq in range(1, 6)] + [("decision", other, seq) for seq in (1, 2)]
    assert told() == [("application", one, seq) for seq in range(1, 6)] + of_file
    assert told(application_id=other) == of_file
    assert told(application_id=other + 1) == []


@proves(verify, _moved)
def test_each_chain_of_a_file_whose_head_names_another_is_told_once(chains):
    one, other = chains
    tamper("UPDATE audit_head SET application_id = 999 WHERE NOT (subject_type = 'decision' AND subject_id = %s)", one)
    assert told(application_id=other) == [("application", other, 1), ("decision", other, 1)]
    assert told(application_id=one) == [("application", one, 1)]


# ------------------------------------------------------------------ the feed


def test_the_system_does_not_start_with_a_kind_of_change_that_no_model_has(monkeypatch):
    check_change_kinds()
    monkeypatch.delattr(Award, "change_kind")
    with pytest.raises(ImproperlyConfigured, match="award"):
        check_change_kinds()


def test_nor_with_one_that_two_models_have(monkeypatch):
    monkeypatch.setattr(Award, "change_kind", ChangeKind.LETTER)
    with pytest.raises(ImproperlyConfigured, match="award, letter"):
        check_change_kinds()
