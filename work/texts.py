"""What a text may hold where it must stay on one line; and the small text of a tag. Pure: no Django."""

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import Promise

BREAKING = frozenset({"Cc", "Zl", "Zp"})  # control characters, and the two separators of lines and paragraphs


def one_line(text: str) -> str:
    """`text` with a space for every control character and every end of line, so that e-mail and pages take it."""
    return "".join(" " if unicodedata.category(character) in BREAKING else character for character in text)


@dataclass(frozen=True)
class Tag:
    """A state in words, as `components/tag.html` draws it. `kind` is good, bad, wait, info, other, or "" for none."""

    text: "str | Promise"
    kind: str = ""
