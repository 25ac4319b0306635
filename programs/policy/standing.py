"""Where each key of a programme's rules stands: obeyed, promised, or refused. Held in its type, beside its field.

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
    MEETINGS = "meetings", gettext_lazy("panel meetings")
    SEVERITY = "severity", gettext_lazy("severity-adjusted scores")
    FIRST_COME = "first_come", gettext_lazy("first-come calls")
    BLIND = "blind", gettext_lazy("blind review")
    CONSORTIUM = "consortium", gettext_lazy("consortium projects")
    RELATIONS = "relations", gettext_lazy("business relations on record")


class Decides(enum.Enum):
    """What a rule has a say in."""

    ELIGIBILITY = "who may apply, and what of a project is eligible"
    ORDER = "who is reviewed by whom, and in which order files come"
    MONEY = "how much, before the letter"
    DELAYS = "how long something takes"
    AFTER = "what follows the letter"


BEFORE_LETTER = frozenset({Decides.ELIGIBILITY, Decides.ORDER, Decides.MONEY})


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
        return _("this comes with a part that is not built yet: %(part)s") % {"part": self.part.label}


Standing = Obeyed | Promised | Refused


@dataclass(frozen=True)
class Rule:
    """One key of a theme. `key`: its name in a bundle, where the field has another; `values`: those of its values
    that are refused by name."""

    standing: Obeyed | Promised
    decides: Decides
    key: str = ""
    values: Mapping[object, Refused] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if isinstance(self.standing, Promised) and self.decides in BEFORE_LETTER:
            raise ValueError(f"what decides {self.decides.value} is obeyed or refused, never promised")


_RULE = "rule"


def rule(
    standing: Obeyed | Promised, decides: Decides, *, key: str = "", values: Mapping[object, Refused] | None = None
) -> dict[str, Rule]:
    """The metadata of a field that is a rule."""
    return {_RULE: Rule(standing, decides, key, values or {})}


class Theme(Protocol):
    """A type of rules: a frozen dataclass whose fields are rules, or hold more of them."""

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


def keys_of(theme: type) -> list[str]:
    """The keys that a bundle may write for a type, in the order of its fields."""
    if not is_dataclass(theme):
        raise TypeError(f"{theme.__name__} is not a theme")
    return [(found.key if (found := rule_of(one)) else "") or one.name for one in fields(theme)]


def refused_values(theme: type, name: str) -> dict[str, str]:
    """Why each value of the field `name` that is refused by name is: by the value as a bundle writes it."""
    return {_written(value): refused.why() for value, refused in rules_in(theme)[name].values.items()}


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def done(reader: Reader, theme: type[Theme]) -> None:
    """Ends the reading of a theme: notes every key that it refuses by name, and every key that it does not know."""
    reader.done({key: refused.why() for key, refused in theme.REFUSED.items()})


def is_promised(theme: type, name: str) -> bool:
    return isinstance(rules_in(theme)[name].standing, Promised)


def promised_in(theme: object, path: str) -> list[str]:
    """The keys that `theme` says and that are promised, under `path`: `claims.every`."""
    known = rules_in(type(theme))
    written = [name for name in known if getattr(theme, name) is not None]
    return [f"{path}.{known[name].key or name}" for name in written if is_promised(type(theme), name)]


def said(theme: object, *fields_said: str, name: str, words: str) -> Said:
    """What these fields of `theme` say; with the part that they wait for, where they are promised."""
    known = [rules_in(type(theme))[one] for one in fields_said]
    parts = [one.standing.part for one in known if isinstance(one.standing, Promised)]
    return Said(name, words, later=str(parts[0].label) if parts else "")
