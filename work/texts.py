"""A text as people type and paste it, read in one way at every door; a text in both languages; the text of a tag.

Pure: no Django beyond translation.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

BREAKING = frozenset({"Cc", "Zl", "Zp"})  # control characters, and the two separators of lines and paragraphs
END_OF_LINE = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
# What word processors put for a list mark: places of the fonts Symbol and Wingdings, which mean nothing elsewhere.
LIST_MARKS = str.maketrans(dict.fromkeys("\uf02d\uf06e\uf06f\uf076\uf0a7\uf0a8\uf0b7\uf0d8\uf0e0\uf0fc", "•"))
# Without width, and not seen where they stand: soft hyphens, marks of direction and of byte order. The two that join
# letters and pictures (U+200C, U+200D) stay.
UNSEEN = re.compile("[\xad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]")
# What leaves nothing on a screen or a sheet: spaces, controls, what Unicode says is never shown
# (`Default_Ignorable_Code_Point`), and what is drawn as nothing: the empty pattern of braille, the null note head, a
# filler of Khitan.
NOTHING = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    r"\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U00016fe4\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff]*"
)
UNSHOWABLE = frozenset({"Co", "Cs"})  # private use, half a character
# Where any of these is, each character is looked at; elsewhere, in nearly every text, none has to be.
SUSPECT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\uf8ff\ufdd0-\ufdef\ufffe\uffff\U0001fff0-\U0010ffff]")


class Unshowable(ValueError):
    """A text holds a character that no screen or sheet can show. The message says where, in the reader's language."""

    def __init__(self, character: str, before: str) -> None:
        """`before`: the text that comes before the character."""
        code = f"U+{ord(character):04X}"
        if words := one_line(before)[-30:].strip():
            sentence = _("Delete the character that follows “%(words)s”: it cannot be shown or printed (%(code)s).")
        else:
            sentence = _("Delete the first character: it cannot be shown or printed (%(code)s).")
        super().__init__(sentence % {"words": words, "code": code})


def is_blank(text: str) -> bool:
    """Whether `text` shows nothing to the eye: empty, spaces, or characters that are drawn as nothing."""
    return NOTHING.fullmatch(text) is not None


def read_text(typed: str) -> str:
    """A text of several lines as it is kept. Unshowable for a character that nothing can show.

    Composed (NFC); "\\n" ends a line; a list mark that came from a word processor is "•"; control characters and what
    is not seen are left out; no space at either end. "" for a text that shows nothing.
    """
    text = UNSEEN.sub("", END_OF_LINE.sub("\n", typed))
    if is_blank(text):
        return ""
    if not SUSPECT.search(text):
        return unicodedata.normalize("NFC", text).strip()
    kept: list[str] = []
    for character in text.translate(LIST_MARKS):
        category = unicodedata.category(character)
        if category in UNSHOWABLE or _is_none(character):
            raise Unshowable(character, "".join(kept))
        if category != "Cc" or character in "\n\t":
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def mended(text: str) -> str:
    """A text kept before it was read at the door, with nothing in it that no screen or sheet shows. Never refused.

    A list mark is a list mark; what would be refused at the door is left out. Spaces at either end stay.
    """
    text = UNSEEN.sub("", END_OF_LINE.sub("\n", text))
    if not SUSPECT.search(text):
        return text
    return "".join(one for one in text.translate(LIST_MARKS) if one in "\n\t" or not _is_fault(one))


def _is_fault(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", *UNSHOWABLE} or _is_none(character)


def _is_none(character: str) -> bool:
    """Whether it is no character and never will be. One that is not assigned yet may be newer than this interpreter."""
    code = ord(character)
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def read_line(typed: str) -> str:
    """A text of one line as it is kept: as `read_text`, a space for each end of line and control character."""
    return read_text(one_line(typed))


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

    @classmethod
    def joined(cls, words: "Iterable[str | Promise]") -> Self:
        """Lazy texts after one another, with commas, said in both. Empty for none."""
        said = [cls.of(one) for one in words]
        return cls(", ".join(one.fr for one in said), ", ".join(one.en for one in said))

    def as_dict(self) -> dict[str, str]:
        return {"fr": self.fr, "en": self.en}


@dataclass(frozen=True)
class Said:
    """A rule in words, in the reader's language: what it is about, and what it says. `later`: of one that nothing obeys
    yet, the part of the product that it will apply to."""

    name: str
    words: str
    later: str = ""


@dataclass(frozen=True)
class Tag:
    """A state in words, as `components/tag.html` draws it. `kind` is good, bad, wait, info, other, or "" for none."""

    text: "str | Promise"
    kind: str = ""
