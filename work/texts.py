"""What a text may hold where it must stay on one line. Pure: no Django."""

import unicodedata

BREAKING = frozenset({"Cc", "Zl", "Zp"})  # control characters, and the two separators of lines and paragraphs


def one_line(text: str) -> str:
    """`text` with a space for every control character and every end of line, so that e-mail and pages take it."""
    return "".join(" " if unicodedata.category(character) in BREAKING else character for character in text)
