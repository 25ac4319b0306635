"""Acts and readings of the trail in words, one line each."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cache, partial
from typing import NamedTuple

from django.apps import apps
from django.db.models import Model, Prefetch, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User
from applications.models import Application, Document
from applications.selectors.screening import items_named
from audit.actors import CLOCK, Actor
from audit.models import Entry, Erasable, Reading
from audit.states import ActorKind, OneOf, Read, ReadOne
from desk.constants import FACTS, FACTS_OF, SUBJECTS, TEXTS_LEFT_OUT, VALUES, VALUES_OF, VERBS
from moves.interests import barred_from
from moves.machine import declared, state_field, subject_name
from moves.states import Duty
from reports.models import ApiKey
from work.names import sort_key
from work.templatetags.formats import money, number
from work.texts import Text

PAGE = 100  # lines
MOST_AT_ONCE = 100_000  # lines of one instant

# Facts that are figures, whatever the act: how the house writes each.
FIGURES: Mapping[str, Callable[[str], str]] = {
    "amount": money,
    "limit": money,
    "mean": partial(number, places=2),
    "total": partial(number, places=2),
    "scores": number,
}


@dataclass(frozen=True)
class Line:
    """One act or one reading, in words. `digest` is empty for a reading; `note` the reason, `texts` other words kept
    apart; `erased` says that words were destroyed by schedule. `seq` and `digest` are those of its chain, for whoever
    may read all of that."""

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


class Place(NamedTuple):
    """Where a list of lines goes on: after the `nth` of those of the instant `at` that its reader was shown.

    A row's own number would count what was written between two lines and is not shown.
    """

    at: datetime
    nth: int

    def __str__(self) -> str:
        return f"{int(self.at.timestamp())}.{self.at.microsecond:06}.{self.nth}"

    @classmethod
    def read(cls, text: str) -> "Place":
        """The place that `str` wrote. ValueError when it is none."""
        parts = text.split(".")
        if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 12 for part in parts):
            raise ValueError("not a place in the trail")
        seconds, micro, nth = map(int, parts)
        if not 1 <= nth <= MOST_AT_ONCE:
            raise ValueError("no such number of lines is of one instant")
        return cls(datetime.fromtimestamp(seconds, UTC).replace(microsecond=micro), nth)


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


def of_verbs(*names: str) -> Q:
    """The condition that an entry is of one of these acts, by their full names."""
    found = Q(verb__in=names)
    for name in names:
        subject, _dot, bare = name.partition(".")
        found |= Q(subject_type=subject, verb=bare)
    return found


def verb_words(subject_type: str, verb: str) -> str:
    full = verb_name(subject_type, verb)
    return str(_done().get(full) or VERBS.get(full) or full)


def all_verbs() -> list[tuple[str, str]]:
    """Every verb with its words, in the order of the words: what the search offers."""
    words = {name: str(text) for name, text in (_done() | VERBS).items()}
    return sorted(words.items(), key=lambda pair: sort_key(pair[1]))


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


def lines_of(rows: Iterable[Entry | Reading], *, reader: Actor = CLOCK) -> list[Line]:
    """Entries and readings (mixed) as lines, in the order given.

    Of what is of no file (an envelope, a call), a reader to whom some file is closed is told neither the number of an
    entry nor its fingerprint: the chain counts what was done there for the sake of every file.
    """
    rows = list(rows)
    whole = not barred_from(reader).exists()
    names = _Names(rows)
    references = dict(
        Application.objects.filter(pk__in={r.application_id for r in rows if r.application_id}).values_list(
            "pk", "reference"
        )
    )
    documents, items = _documents(rows), _items(rows)
    lines = []
    for row in rows:
        who, reference = names.of(row), (references.get(row.application_id) if row.application_id else None) or ""
        if isinstance(row, Reading):
            lines.append(_reading(row, who, reference, documents))
        else:
            lines.append(_entry(row, who, reference, items, placed=whole or row.application_id is not None))
    return lines


def _documents(rows: Iterable[Entry | Reading]) -> dict[str, str]:
    """The names of the documents that readings among these rows are of, by their public id; no query where none is."""
    read = [r.read for r in rows if isinstance(r, Reading)]
    keys = {one.which for one in read if isinstance(one, ReadOne) and one.of is OneOf.DOCUMENT and one.which}
    found = Document.objects.filter(public_id__in=keys).select_related("upload")
    return {str(one.public_id): str(one) for one in found}


def _items(rows: Iterable[Entry | Reading]) -> dict[tuple[int, str], Text]:
    """The names of the items of checklists that these rows are of, by file and key; no query where none is."""
    acts = (row for row in rows if isinstance(row, Entry))
    return items_named({act.application_id for act in acts if act.application_id and "item" in act.given})


def _entry(entry: Entry, who: str, reference: str, items: Mapping[tuple[int, str], Text], *, placed: bool) -> Line:
    erasables = {e.field: e for e in entry.erasables.all()}
    given = dict(entry.given)
    if entry.application_id and (item := items.get((entry.application_id, str(given.get("item"))))):
        given["item"] = str(item)
    note, verb = erasables.pop("note", None), verb_name(entry.subject_type, entry.verb)
    return Line(
        at=entry.at,
        what=verb_words(entry.subject_type, entry.verb),
        who=who,
        subject=subject_words(entry.subject_type),
        application_id=entry.application_id,
        verb=verb,
        duty=str(Duty(entry.duty).label) if entry.duty in Duty.values else entry.duty,
        before=state_words(entry.subject_type, entry.before),
        after=state_words(entry.subject_type, entry.after),
        note=note.value if note else "",
        erased=next((e.erased_at for e in [note, *erasables.values()] if e and e.erased_at), None),
        facts=[(name, _valued(key, value, verb)) for key, value in given.items() if (name := _fact(key, value, verb))],
        texts=[
            (str(FACTS.get(e.field) or e.field.removeprefix("given.")), e.value)
            for e in erasables.values()
            if e.value and verb not in TEXTS_LEFT_OUT
        ],
        seq=entry.seq if placed else None,
        digest=entry.digest if placed else "",
        key=f"e{entry.pk}",
        reference=reference,
    )


def _fact(key: str, value: object, verb: str = "") -> str:
    """The name of a fact, in the act of this name; "" for one that says nothing to a reader."""
    names = FACTS | FACTS_OF.get(verb, {})
    return "" if value in (None, "", [], {}) else str(names.get(key, key))


def _valued(key: str, value: object, verb: str = "") -> str:
    """The value of a fact in words, in the act of this name: from its closed list where it has one, as the house writes
    it where it is a figure, one by one when there are several."""
    if isinstance(value, list):
        return ", ".join(_valued(key, one, verb) for one in value)
    if key in FIGURES:
        return _figure(key, value)
    if key == "move" or (key == "verb" and "." in str(value)):
        return verb_words("", str(value))
    lists = {**VALUES, **VALUES_OF.get(verb, {})}
    code = str(value).lower() if isinstance(value, bool) else str(value)
    return str(lists.get(key, {}).get(code) or _plain(value))


def _figure(key: str, value: object) -> str:
    """A figure as the house writes its kind, several by their names; as it was kept, if it is none."""
    if isinstance(value, dict):
        return _named((name, _figure(key, one)) for name, one in value.items())
    try:
        return FIGURES[key](str(Decimal(str(value))))
    except InvalidOperation:
        return str(value)


def _plain(value: object) -> str:
    """A fact as text; words kept apart are shown with the texts."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        told = ((_fact(key, one), _valued(key, one)) for key, one in value.items() if key != "text")
        return _named((name, one) for name, one in told if name) or "…"
    return str(value)


def _named(values: Iterable[tuple[str, str]]) -> str:
    return "; ".join(_("%(label)s: %(error)s") % {"label": name, "error": value} for name, value in values)


def _reading(reading: Reading, who: str, reference: str, documents: Mapping[str, str]) -> Line:
    return Line(
        at=reading.at,
        what=_("Read: %(what)s") % {"what": read_words(reading)},
        who=who,
        subject=subject_words(reading.subject_type),
        application_id=reading.application_id,
        is_reading=True,
        verb="read",
        facts=_which(reading, documents) + _listed(reading),
        key=f"r{reading.pk}",
        reference=reference,
    )


def _which(reading: Reading, documents: Mapping[str, str]) -> list[tuple[str, str]]:
    """Which one was read, where it is one of several. A document that is gone keeps its identifier."""
    if not isinstance(read := reading.read, ReadOne) or not read.which:
        return []
    match read.of:
        case OneOf.API:
            return [(_("resource"), subject_words(read.which))]
        case OneOf.STEP:
            steps = {name: step.terms.label for name, step in declared(_models()["decision"])}
            return [(_("step"), str(steps.get(read.which) or read.which))]
        case OneOf.SECTION:
            return [(_("section"), read.which)]
        case OneOf.DOCUMENT:
            return [(_("document"), documents.get(read.which, read.which))]


def _listed(reading: Reading) -> list[tuple[str, str]]:
    """What was asked of a list taken away as a file, its number of lines and its digest."""
    if reading.question is None:
        return []
    facts = {**reading.question, "count": reading.count, "sha256": reading.digest}
    return [(name, _valued(key, value)) for key, value in facts.items() if (name := _fact(key, value))]


def read_words(reading: Reading) -> str:
    """What was read; the words of the thing for a row that says it as no page does any more."""
    match reading.read:
        case Read():
            return str(reading.read.label)
        case ReadOne():
            return str(reading.read.of.label)
        case _unknown:
            return subject_words(reading.subject_type)


def entries() -> QuerySet[Entry]:
    """Acts, each with the words kept apart of it."""
    return Entry.objects.prefetch_related(Prefetch("erasables", Erasable.objects.order_by("field")))
