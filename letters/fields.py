"""The fields that a letter's template may use. Each is declared once, by the app that fills it (`register`).

Nothing else than `{{ key }}` is ever interpreted in a template.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeAlias, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from letters.states import LetterKind

S = TypeVar("S")
_MARK = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


@dataclass(frozen=True)
class Field(Generic[S]):
    """`{{ key }}` in a template: its name, its examples, and `value(subject, language)`, asked with that language on.

    A value is text, empty where nothing is known; of a `block`, which stands alone in its paragraph, it is safe HTML.
    `kinds`: the kinds of letter that have it; empty: all of them. `optional`: it may be left empty, and its paragraph,
    or its line of a list, is then left out. `lacks(subject, language)`: whether a part is missing of a value that has
    something.
    """

    key: str
    name: str | Promise
    value: Callable[[S, str], str]
    example_fr: str
    example_en: str
    block: bool = False
    kinds: tuple[LetterKind, ...] = ()
    optional: bool = False
    lacks: Callable[[S, str], bool] | None = None


AnyField: TypeAlias = Field[Any]  # of whatever subject: named and shown, and filled only by `values_of`
_FIELDS: dict[str, tuple[type, AnyField]] = {}


def register(subject: type[S], *fields: Field[S]) -> None:
    """Declare fields of the letters about a `subject` (`letters.subjects.Subject`, or what a higher app makes of it).

    ImproperlyConfigured when another field has the same key.
    """
    for field in fields:
        if _FIELDS.setdefault(field.key, (subject, field)) != (subject, field):
            raise ImproperlyConfigured(f"the field {field.key} of letters is declared twice")


def known() -> Mapping[str, AnyField]:
    """Every field of letters, by key."""
    return MappingProxyType({key: field for key, (_subject, field) in _FIELDS.items()})


def fields_in(text: str) -> list[str]:
    """The keys of the fields that a template's text uses, in order, repeats included."""
    return _MARK.findall(text)


def values_of(subject: object, keys: Iterable[str], language: str) -> dict[str, str]:
    """The value, in `language`, of each of the fields `keys` that a letter about `subject` has."""
    with translation.override(language):
        return {
            key: _FIELDS[key][1].value(subject, language)
            for key in dict.fromkeys(keys)
            if key in _FIELDS and isinstance(subject, _FIELDS[key][0])
        }


def lacking(subject: object, keys: Iterable[str], language: str) -> list[str]:
    """Which of the fields `keys` would be empty, or would lack a part, in the letter about `subject`; in that order."""
    values, every = values_of(subject, keys, language), known()
    return [
        key
        for key in dict.fromkeys(keys)
        if key not in values
        or (not values[key] and not every[key].optional)
        or ((lacks := every[key].lacks) is not None and lacks(subject, language))
    ]


def check(text: str, kind: str) -> list[str]:
    """What is wrong with one text of a template: a field that does not exist or that this kind of letter does not have,
    a block amid a sentence, any other brace. Sentences, in the language that is on."""
    wrong: list[str | Promise] = []
    every = known()
    for key in dict.fromkeys(fields_in(text)):
        field = every.get(key)
        if field is None:
            wrong.append(_("“%(field)s” is not a field of letters.") % {"field": key})
        elif field.kinds and kind not in field.kinds:
            wrong.append(_("“%(field)s” does not exist in this kind of letter.") % {"field": key})
        elif field.block and any(
            key in fields_in(part) and _MARK.sub("", part).strip() for part in re.split(r"\n\s*\n", text)
        ):
            wrong.append(_("“%(field)s” must stand alone in its paragraph.") % {"field": key})
    rest = _MARK.sub("", text)
    if "{" in rest or "}" in rest:
        wrong.append(_("A brace is used outside a field; write fields as {{ name }}."))
    return [str(sentence) for sentence in wrong]


def without_empty(part: str, values: Mapping[str, str]) -> str:
    """A paragraph of a template without what it says of an optional field that has no value: all of it, or that line of
    a list; "" where nothing is left."""
    every = known()

    def says_nothing(text: str) -> bool:
        return any(every[key].optional and not values[key] for key in fields_in(text))

    lines = part.splitlines()
    if all(line.startswith("- ") for line in lines):
        return "\n".join(line for line in lines if not says_nothing(line))
    return "" if says_nothing(part) else part


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each field replaced by its value, once: what a value contains is never read as a field again.
    KeyError for a field without a value."""
    return _MARK.sub(lambda found: str(values[found.group(1)]), text)
