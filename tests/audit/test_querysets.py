"""Which entries, changes and readings are found, and in which order."""

import uuid

from audit.models import Change, Entry, Reading
from audit.querysets import ChangeQuerySet, Cursor, EntryQuerySet, ReadingQuerySet
from audit.services import open_epoch, record
from tests.audit.trail import move_to_the_end
from tests.moves.machines import Decision, File
from tests.mutants import proves


@proves(EntryQuerySet.of_file, EntryQuerySet.of)
def test_entries_are_those_of_the_file_or_of_one_subject_from_first_to_last(file, camille):
    """A decision of the file has the key of another file; the first entries lie last in the table."""
    other = File.objects.create(title="Paint line", owner=camille.pk)
    decision = Decision.objects.create(pk=other.pk, application=file)
    subjects = {"file": file, "decision": decision, "other": other}
    names = ["file", "decision", "other", "file", "decision", "file"]
    written = [record(subjects[name], f"application.step{n}", by=camille) for n, name in enumerate(names)]
    move_to_the_end("seq = 1")
    of = {name: [one for one, whose in zip(written, names, strict=True) if whose == name] for name in subjects}
    assert list(Entry.objects.of("application", file.pk)) == of["file"]
    assert list(Entry.objects.of("decision", decision.pk)) == of["decision"]
    assert list(Entry.objects.of("application", other.pk)) == of["other"]
    assert list(Entry.objects.of_file(file.pk)) == [one for one in written if one not in of["other"]]


@proves(ChangeQuerySet.settled, ChangeQuerySet.after)
def test_changes_come_by_epoch_transaction_and_key_once_no_transaction_can_come_before(machines):
    """Ours still runs: what it wrote is handed out in the epoch that follows, and not before."""
    places = [(2, 5), (1, 10), (1, 9), (1, 9)]

    def put(**more):
        return Change.objects.create(kind="award", public_id=uuid.uuid4(), **more)

    last, third, first, second = (put(epoch=epoch, xid=xid) for epoch, xid in places)
    ours = put(epoch=1)
    order = [first, second, third, last]
    assert list(Change.objects.settled()) == order
    for place, change in enumerate(order):
        cursor = Cursor(change.epoch, Change.objects.get(pk=change.pk).xid, change.pk)
        assert list(Change.objects.settled().after(cursor)) == order[place + 1 :]
    assert open_epoch() == 2
    assert list(Change.objects.settled()) == [first, second, third, ours, last]


@proves(ReadingQuerySet.of_file)
def test_readings_of_a_file_are_its_own_and_those_of_the_lists_that_it_was_in(camille):
    def put(**more):
        return Reading.objects.create(actor_kind="person", actor_id=camille.pk, subject_type="x", what="x", **more)

    own, inside = put(application_id=4), put(listed=[3, 4, 5])
    put(application_id=5), put(listed=[3, 5]), put(), put(listed=[])
    assert set(Reading.objects.of_file(4)) == {own, inside}
