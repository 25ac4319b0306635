"""What an examination gives: a finding, or a refusal with its sentence."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext

from documents.constants import KINDS, FileKind
from documents.states import Malware


@dataclass(frozen=True)
class Finding:
    """kind: by content; size in bytes; sha256 in hex; has_text: None unless a PDF that was read in time; malware: the
    scanner's word."""

    kind: FileKind
    size: int
    sha256: str
    has_text: bool | None
    malware: Malware


class Unacceptable(Exception):
    """A file is refused. `message`: a sentence in the reader's language; `code`: the reason, for tests and logs."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


def megabytes(size: int) -> str:
    """`size` in bytes as the language writes it: 10 Mo, 10 MB; one decimal where it is not whole. Powers of ten."""
    unit = "Mo" if (get_language() or "fr").startswith("fr") else "MB"
    value = size / 1_000_000
    return f"{number_format(round(value, 1), 0 if value == int(value) else 1)}\N{NO-BREAK SPACE}{unit}"


def accepted(accept: Iterable[str], limit: int) -> str:
    """The last sentence of every refusal: which kinds, and how large."""
    kinds = ", ".join(str(KINDS[key].label) for key in accept)
    return gettext("We accept %(kinds)s, up to %(limit)s a file.") % {
        "kinds": kinds,
        "limit": megabytes(limit),
    }
