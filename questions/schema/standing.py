"""Where each key of a bundle stands: obeyed, promised, or refused. Held in the type that it is read into.

- *Obeyed*: it names the code that obeys it and the test that shows it (`tests/house/test_policy.py` finds both).
- *Promised*: it belongs to a part that is not built yet. Stored, said as "will apply to…", and acknowledged by the
  officer who publishes. Nothing that decides eligibility, order or money before the letter may be promised.
- *Refused* by name, with the part that it waits for and the keys known at that place.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, is_dataclass
from typing import ClassVar, Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from questions.schema.reading import Reader
from work.texts import Said


class Part(TextChoices):
    """A part of the product that is not built yet."""

    CLAIMS = "claims", gettext_lazy("claims and payments")
    REPORTS = "reports", gettext_lazy("progress and outcome reports")
    MEETINGS = "meetings", gettext_lazy("committee meetings")
    SEVERITY = "severity", gettext_lazy("severity-adjusted scores")
    FIRST_COME = "first_come", gettext_lazy("first-come calls")
    BLIND = "blind", gettext_lazy("blind review")
    CONSORTIUM = "consortium", gettext_lazy("consortium projects")
    RELATIONS = "relations", gettext_lazy("business relations on record")
    STAGES = "stages", gettext_lazy("calls in several stages")
    ZONES = "zones", gettext_lazy("calls in another time zone")
    RETENTION = "retention", gettext_lazy("the retention of files")


class Decides(enum.Enum):
    """What a key has a say in."""

    WORDS = "what people read, and what a thing is called"
    ASKED = "what is asked of an applicant, and which answers are good"
    ELIGIBILITY = "who may apply, and what of a project is eligible"
    ORDER = "who is reviewed by whom, and in which order files come"
    MONEY = "how much, before the letter"
    DELAYS = "how long something takes"
    AFTER = "what follows the letter"


BEFORE_LETTER = frozenset({Decides.ASKED, Decides.ELIGIBILITY, Decides.ORDER, Decides.MONEY})


@dataclass(frozen=True)
class Obeyed:
    """`by`: the code that obeys it, `module:name`; `shown_by`: the test that fails when it is not,
    `tests/…/test_….py::test_…`. References, since what obeys stands above this app."""

    by: str
    shown_by: str


@dataclass(frozen=True)
class Promised:
    part: Part


@dataclass(frozen=True)
class Refused:
    """`part`: what it waits for; None for what no programme may say."""

    part: Part | None = None

    def why(self) -> str:
        if self.part is None:
            return _("no programme may ask for this")
        return _("this feature is not available yet (%(part)s)") % {"part": self.part.label}


Standing = Obeyed | Promised | Refused


@dataclass(frozen=True)
class Rule:
    """One key of a bundle. `key`: its name there, where the field has another; `values`: those of its values that are
    refused by name."""

    standing: Obeyed | Promised
    decides: Decides
    key: str = ""
    values: Mapping[object, Refused] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if isinstance(self.standing, Promised) and self.decides in BEFORE_LETTER:
            raise ValueError(f"what decides {self.decides.value} is obeyed or refused, never promised")


_RULE = "rule"
Keys = Mapping[str, Rule | None]  # what a bundle may write at one place; None: what only holds more keys


def rule(
    standing: Obeyed | Promised, decides: Decides, *, key: str = "", values: Mapping[object, Refused] | None = None
) -> dict[str, Rule]:
    """The metadata of a field that is a rule."""
    return {_RULE: Rule(standing, decides, key, values or {})}


class Theme(Protocol):
    """A type of rules: a frozen dataclass whose fields are rules, or hold more of them. Or the type of another part of
    a bundle, which says its keys apart from its fields: `KEYS: ClassVar[Keys]`."""

    REFUSED: ClassVar[Mapping[str, Refused]]  # keys that are refused by name


def rule_of(one: Field[object]) -> Rule | None:
    """The rule that a field is; None for one that only holds rules."""
    found = one.metadata.get(_RULE)
    return found if isinstance(found, Rule) else None


def rules_in(theme: type) -> dict[str, Rule]:
    """The rules of a type, by the name of the field."""
    if not is_dataclass(theme):
        raise TypeError(f"{theme.__name__} is not a theme")
    found = {one.name: rule_of(one) for one in fields(theme)}
    return {name: known for name, known in found.items() if known is not None}


def keys_of(theme: type | Keys) -> list[str]:
    """The keys that a bundle may write for a type, in the order of its fields."""
    if not isinstance(theme, type):
        return list(theme)
    said: Keys | None = getattr(theme, "KEYS", None)
    if said is not None:
        return list(said)
    if not is_dataclass(theme):
        raise TypeError(f"{theme.__name__} is not a theme")
    return [(found.key if (found := rule_of(one)) else "") or one.name for one in fields(theme)]


def obeyed(decides: Decides, by: str, shown_by: str) -> Rule:
    """A key that stands apart from the fields of its type (`KEYS`), and is obeyed."""
    return Rule(Obeyed(by, shown_by), decides)


def refused_values(theme: type, name: str) -> dict[str, str]:
    """Why each value of the field `name` that is refused by name is: by the value as a bundle writes it."""
    return {_written(value): refused.why() for value, refused in rules_in(theme)[name].values.items()}


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def done(reader: Reader, theme: type[Theme] | Keys, *also: str) -> None:
    """Ends the reading of a theme: notes every key that it refuses by name, and every key that it does not know.
    `theme`: its type, or its keys where no type holds it. `also`: keys that the caller reads at the same place, and
    that stand in a type of its own.

    LookupError for a key that was read and that stands nowhere.
    """
    refused = theme.REFUSED if isinstance(theme, type) else {}
    reader.done({key: one.why() for key, one in refused.items()})
    if stray := sorted((reader.asked or set()).difference(keys_of(theme), also)):
        raise LookupError(f"no standing is said for {', '.join(stray)} ({'.'.join(map(str, reader.path))})")


def promised_keys(keys: Keys, path: str) -> list[str]:
    """Those of `keys` that are promised, under `path`: `agreements.audit_years`."""
    return [f"{path}.{key}" for key, known in keys.items() if known and isinstance(known.standing, Promised)]


def is_promised(theme: type, name: str) -> bool:
    return isinstance(rules_in(theme)[name].standing, Promised)


def promised_in(theme: object, path: str) -> list[str]:
    """The keys that `theme` says and that are promised, under `path`: `claims.every`."""
    known = rules_in(type(theme))
    written = [name for name in known if getattr(theme, name) is not None]
    return [f"{path}.{known[name].key or name}" for name in written if is_promised(type(theme), name)]


def later_of(known: Rule | None) -> str:
    """The part that a key waits for, in words; "" for one that is obeyed."""
    return str(known.standing.part.label) if known and isinstance(known.standing, Promised) else ""


def said(theme: object, *fields_said: str, name: str, words: str) -> Said:
    """What these fields of `theme` say; with the part that they wait for, where they are promised."""
    later = [later_of(rules_in(type(theme))[one]) for one in fields_said]
    return Said(name, words, later=next(filter(None, later), ""))
