"""A text in both languages; what a text may hold where it must stay on one line; and the small text of a tag.

Pure: no Django beyond translation.
"""

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from django.utils.translation import get_language, override

if TYPE_CHECKING:
    from django.utils.functional import Promise

BREAKING = frozenset({"Cc", "Zl", "Zp"})  # control characters, and the two separators of lines and paragraphs


def one_line(text: str) -> str:
    """`text` with a space for every control character and every end of line, so that e-mail and pages take it."""
    return "".join(" " if unicodedata.category(character) in BREAKING else character for character in text)


@dataclass(frozen=True)
class Text:
    """A text in both languages. `str(text)` is the one of the reader, so `{{ question.label }}` is enough in a page."""

    fr: str = ""
    en: str = ""

    def __str__(self) -> str:
        return self.in_language(get_language())

    def __bool__(self) -> bool:
        return bool(self.fr or self.en)

    def in_language(self, language: str | None) -> str:
        """The text in `language` ("en", "en-ca"…); French, the original, for anything else."""
        return self.en if (language or "fr").startswith("en") else self.fr

    @classmethod
    def of(cls, words: "str | Promise") -> Self:
        """A lazy text, said in both."""
        with override("fr"):
            french = str(words)
        with override("en"):
            return cls(french, str(words))

    def as_dict(self) -> dict[str, str]:
        return {"fr": self.fr, "en": self.en}


@dataclass(frozen=True)
class Tag:
    """A state in words, as `components/tag.html` draws it. `kind` is good, bad, wait, info, other, or "" for none."""

    text: "str | Promise"
    kind: str = ""
