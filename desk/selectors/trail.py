"""The trail in words: acts and readings of one file in one chronology, and a search over all of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from heapq import merge
from itertools import islice
from typing import Any

from django.apps import apps
from django.db.models import Exists, Model, OuterRef, Prefetch, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import Cluster, Membership, Organisation, User
from applications.models import Application
from audit import checks
from audit.models import Entry, Erasable, Reading
from audit.states import ActorKind
from desk.constants import FACTS, READ, SUBJECTS, VALUES, VERBS
from funding.models import Agreement, Envelope, LedgerEntry, Partner
from moves.machine import declared, state_field, subject_name
from moves.states import Duty
from programs.models import Appointment, Call, Program
from reports.models import ApiKey
from work.models import Job

PAGE = 100


@dataclass(frozen=True)
class Line:
    """One act or one reading, in words. `digest` is empty for a reading; `note` the reason, `texts` other words kept
    apart; `erased` says that words were destroyed by schedule."""

    at: datetime
    what: str
    who: str
    subject: str
    application_id: int | None
    is_reading: bool = False
    verb: str = ""
    duty: str = ""
    before: str = ""
    after: str = ""
    note: str = ""
    erased: datetime | None = None
    facts: list = field(default_factory=list)
    texts: list = field(default_factory=list)
    seq: int | None = None
    digest: str = ""
    key: str = ""
    reference: str = ""


# ------------------------------------------------------------------ the words


@cache
def _models() -> dict[str, type[Model]]:
    return {subject_name(model): model for model in apps.get_models() if state_field(model) is not None}


@cache
def _done() -> dict[str, str | Promise]:
    """Each move by its full name, with the words of its timeline."""
    words = {}
    for subject, model in _models().items():
        for name, step in declared(model):
            words[f"{subject}.{name}"] = step.terms.done
    return words


def verb_name(subject_type: str, verb: str) -> str:
    """A verb's full name: apps may leave the subject out of it."""
    return verb if "." in verb else f"{subject_type}.{verb}"


def verb_words(subject_type: str, verb: str) -> str:
    full = verb_name(subject_type, verb)
    return str(_done().get(full) or VERBS.get(full) or full)


def all_verbs() -> list[tuple[str, str]]:
    """Every verb with its words, in the order of the words: what the search offers."""
    words = {name: str(text) for name, text in (_done() | VERBS).items()}
    return sorted(words.items(), key=lambda pair: pair[1].casefold())


def state_words(subject_type: str, state: str) -> str:
    if not state:
        return ""
    field = state_field(model) if (model := _models().get(subject_type)) else None
    return str(dict(field.flatchoices).get(state, state)) if field else state


def subject_words(subject_type: str) -> str:
    return str(SUBJECTS.get(subject_type, subject_type))


# ----------------------------------------------------------------- the actors


class _Names:
    """Who the actors of some rows are: one query for people, one for keys, whatever the number of rows."""

    def __init__(self, rows: Iterable[Entry | Reading]) -> None:
        ids = {kind: {r.actor_id for r in rows if r.actor_kind == kind} for kind in (ActorKind.PERSON, ActorKind.KEY)}
        self.people = User.objects.in_bulk(ids[ActorKind.PERSON])
        self.keys = ApiKey.objects.in_bulk(ids[ActorKind.KEY])

    def of(self, row: Entry | Reading) -> str:
        match row.actor_kind:
            case ActorKind.PERSON:
                user = self.people.get(row.actor_id)
                name = user.full_name if user else _("A person since removed")
            case ActorKind.KEY:
                key = self.keys.get(row.actor_id)
                name = _("API key “%(name)s”") % {"name": key.name} if key else str(ActorKind.KEY.label)
            case ActorKind.CLOCK:
                name = _("The system")
            case _other:
                name = str(ActorKind(row.actor_kind).label)
        return f"{name} ({row.on_behalf_of})" if row.on_behalf_of else name


def lines_of(rows: Iterable[Entry | Reading]) -> list[Line]:
    """Entries and readings (mixed) as lines, in the order given."""
    rows = list(rows)
    names = _Names(rows)
    references = dict(
        Application.objects.filter(pk__in={r.application_id for r in rows if r.application_id}).values_list(
            "pk", "reference"
        )
    )
    lines = []
    for row in rows:
        who, reference = names.of(row), (references.get(row.application_id) if row.application_id else None) or ""
        lines.append(_reading(row, who, reference) if isinstance(row, Reading) else _entry(row, who, reference))
    return lines


def _entry(entry: Entry, who: str, reference: str) -> Line:
    erasables = {e.field: e for e in entry.erasables.all()}
    note = erasables.pop("note", None)
    return Line(
        at=entry.at,
        what=verb_words(entry.subject_type, entry.verb),
        who=who,
        subject=subject_words(entry.subject_type),
        application_id=entry.application_id,
        verb=verb_name(entry.subject_type, entry.verb),
        duty=str(Duty(entry.duty).label) if entry.duty in Duty.values else entry.duty,
        before=state_words(entry.subject_type, entry.before),
        after=state_words(entry.subject_type, entry.after),
        note=note.value if note else "",
        erased=next((e.erased_at for e in [note, *erasables.values()] if e and e.erased_at), None),
        facts=[(name, _valued(key, value)) for key, value in entry.given.items() if (name := _fact(key, value))],
        texts=[
            (str(FACTS.get(e.field) or e.field.removeprefix("given.")), e.value) for e in erasables.values() if e.value
        ],
        seq=entry.seq,
        digest=entry.digest,
        key=f"e{entry.pk}",
        reference=reference,
    )


def _fact(key: str, value: object) -> str:
    """The name of a fact; "" for one that says nothing to a reader."""
    return "" if value in (None, "", [], {}) else str(FACTS.get(key, key))


def _valued(key: str, value: object) -> str:
    """The value of a fact in words: from its closed list where it has one."""
    words = VALUES.get(key)
    return str(words[value]) if words and isinstance(value, str) and value in words else _plain(value)


def _plain(value: object) -> str:
    """A fact as text: a list by commas; words kept apart are shown with the texts."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value)
    if isinstance(value, dict):
        told = ((_fact(key, one), _valued(key, one)) for key, one in value.items() if key != "text")
        return "; ".join(f"{name}: {one}" for name, one in told if name) or "…"
    return str(value)


def _reading(reading: Reading, who: str, reference: str) -> Line:
    return Line(
        at=reading.at,
        what=_("Read: %(what)s") % {"what": read_words(reading)},
        who=who,
        subject=subject_words(reading.subject_type),
        application_id=reading.application_id,
        is_reading=True,
        verb="read",
        facts=_listed(reading),
        key=f"r{reading.pk}",
        reference=reference,
    )


def _listed(reading: Reading) -> list[tuple[str, str]]:
    """What was asked of a list taken away as a file, its number of lines and its digest."""
    if reading.question is None:
        return []
    facts = {**reading.question, "count": reading.count, "sha256": reading.digest}
    return [(name, _valued(key, value)) for key, value in facts.items() if (name := _fact(key, value))]


def read_words(reading: Reading) -> str:
    """What was read: its own words where they are known, else the thing's."""
    return str(READ.get(reading.what) or subject_words(reading.subject_type))


# ----------------------------------------------------------------- one file

Place = tuple[datetime, str, int]
"""Where a line stands in the order of time: its instant, kind ("e" or "r") and number."""


def of_file(application: Application) -> QuerySet[Entry]:
    """Acts on a file: on the file and what hangs on it, and on each envelope for its sake."""
    touched = LedgerEntry.objects.filter(application_id=application.pk).values("envelope_id")
    money = Q(subject_type="envelope", subject_id__in=touched, given__application=application.pk)
    return entries().filter(Q(application_id=application.pk) | money)


def entries() -> QuerySet[Entry]:
    return Entry.objects.prefetch_related(Prefetch("erasables", Erasable.objects.order_by("field")))


def chronicle(
    application: Application, *, after: str = "", readings: bool = True, size: int = PAGE
) -> tuple[list[Line], str]:
    """Up to `size` lines of a file, from the first draft on, after the key `after`; and the key to ask with next.

    Acts and readings in one order of time. The key is that of the last line: its instant, kind and number.
    """
    since = _after(after)
    acts = of_file(application)
    read = Reading.objects.of_file(application.pk) if readings else Reading.objects.none()
    found = [
        *_next(acts, "e", since, size + 1),
        *_next(read, "r", since, size + 1),
    ]
    found.sort(key=_place)
    page, more = found[:size], len(found) > size
    return lines_of(page), _key(page[-1]) if more else ""


def whole_chronicle(application: Application, *, batch: int = 500) -> Iterator[Line]:
    """Every line of a file, in order, read in batches: for the export."""
    acts = of_file(application).order_by("at", "id").iterator(chunk_size=batch)
    read = Reading.objects.of_file(application.pk).order_by("at", "id").iterator(chunk_size=batch)
    rows = merge(acts, read, key=_place)
    while some := list(islice(rows, batch)):
        yield from lines_of(some)


def _place(row: Entry | Reading) -> Place:
    return row.at, "r" if isinstance(row, Reading) else "e", row.pk


def _key(row: Entry | Reading) -> str:
    at, kind, pk = _place(row)
    return f"{at.timestamp():.6f}{kind}{pk}"


def _after(key: str) -> Place | None:
    """(instant, kind, number) of a key; None for none. ValueError for what is not a key."""
    if not key:
        return None
    stamp, kind, pk = key.partition("r") if "r" in key else key.partition("e")
    if kind not in ("e", "r"):
        raise ValueError("not a place in the trail")
    whole, _dot, micro = stamp.partition(".")
    at = datetime.fromtimestamp(int(whole), UTC).replace(microsecond=int(micro or 0))
    return at, kind, int(pk)


def _next(rows: QuerySet[Any], kind: str, since: Place | None, size: int) -> QuerySet[Any]:
    if since is not None:
        at, last, pk = since
        same = Q(at=at, pk__gt=pk) if kind == last else (Q(at=at) if kind > last else Q(pk__in=[]))
        rows = rows.filter(Q(at__gt=at) | same)
    return rows.order_by("at", "id")[:size]


def subjects_of(application: Application) -> int:
    """How many chains a file has."""
    return Entry.objects.filter(application_id=application.pk).values("head_id").distinct().count()


def verified(application: Application) -> tuple[checks.Verified, list[checks.Finding]]:
    """Every chain of a file, recomputed now: what was counted, and every fault or scheduled erasure."""
    count = checks.Verified()
    return count, list(checks.verify(application_id=application.pk, count=count))


# ----------------------------------------------------------------- the search


@dataclass(frozen=True)
class Filter:
    """What the auditor looks for. Empty parts do not count."""

    reference: str = ""
    person: str = ""
    verb: str = ""
    first: datetime | None = None
    last: datetime | None = None
    readings: bool = False


def matching(
    clusters: QuerySet[Cluster], wanted: Filter, *, before: int | None = None, size: int = PAGE
) -> tuple[list[Line], int | None]:
    """Lines of the trail of `clusters`, the latest first, and the number to ask with next (None at the end)."""
    rows: QuerySet[Any] = Reading.objects.all() if wanted.readings else entries()
    if wanted.reference:
        key = Application.objects.filter(reference__iexact=wanted.reference).values_list("pk", flat=True).first()
        rows = Reading.objects.of_file(key or 0) if wanted.readings else entries().filter(application_id=key or 0)
    rows = rows.filter(_of_clusters(clusters, wanted.readings))
    if wanted.person:
        rows = rows.filter(actor_kind=ActorKind.PERSON, actor_id__in=_people(wanted.person))
    if wanted.verb and not wanted.readings:
        subject, _dot, bare = wanted.verb.partition(".")
        rows = rows.filter(Q(verb=wanted.verb) | Q(subject_type=subject, verb=bare))
    if wanted.first:
        rows = rows.filter(at__gte=wanted.first)
    if wanted.last:
        rows = rows.filter(at__lte=wanted.last)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-id")[: size + 1])
    return lines_of(found[:size]), found[size - 1].pk if len(found) > size else None


def _people(text: str) -> QuerySet[User, Mapping[str, object]]:
    """People whose name or e-mail address holds every word of `text`: a subquery."""
    people = User.objects.all()
    for word in text.split():
        people = people.filter(
            Q(given_name__icontains=word) | Q(family_name__icontains=word) | Q(email__icontains=word)
        )
    return people.values("pk")


def _of_clusters(clusters: QuerySet[Cluster], readings: bool) -> Q:
    """The condition that a row is of these clusters: of one of their files, or of what they own or gave a role to."""
    files = Application.objects.filter(call__program__cluster__in=clusters).values("pk")
    own = Q(application_id__in=files)
    if readings:
        return own | Q(application_id=None, actor_kind=ActorKind.PERSON, actor_id__in=_staff(clusters))
    alone = Q(application_id=None)
    for subject, rows in {
        "cluster": Cluster.objects.filter(pk__in=clusters),
        "program": Program.objects.filter(cluster__in=clusters),
        "call": Call.objects.filter(program__cluster__in=clusters),
        "partner": Partner.objects.filter(cluster__in=clusters),
        "agreement": Agreement.objects.filter(partner__cluster__in=clusters),
        "envelope": Envelope.objects.filter(agreement__partner__cluster__in=clusters),
        "api_key": ApiKey.objects.filter(partner__cluster__in=clusters),
        "organisation": Organisation.objects.filter(applications__call__program__cluster__in=clusters),
        "user": User.objects.filter(pk__in=_staff(clusters)),
        "job": Job.objects.filter(owner__in=_staff(clusters)),
    }.items():
        own |= alone & Q(subject_type=subject, subject_id__in=rows.values("pk"))
    return own | alone & Q(subject_type__in=["interest", "undertaking"], actor_id__in=_staff(clusters))


def _staff(clusters: QuerySet[Cluster]) -> QuerySet[User, Mapping[str, object]]:
    """People with a role in these clusters, or for a company that applied to them: a subquery."""
    held = Exists(Appointment.objects.filter(cluster__in=clusters, user=OuterRef("pk")))
    wide = Q(cluster_appointments__cluster__in=clusters)
    company = Exists(
        Membership.objects.filter(user=OuterRef("pk"), organisation__applications__call__program__cluster__in=clusters)
    )
    return User.objects.filter(held | wide | company).values("pk")
