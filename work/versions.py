"""A text that several people may write: whoever comes later is told, sees both, and loses neither.

A page shows a text with its version; a save names the version that it was typed over. Another one was saved since:
`Overtaken`, and nothing is written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import BadRequest
from django.db.models import Model
from django.utils.translation import gettext as _

from work import clock
from work.models import Versioned

LONGEST = 9  # digits: what a column of versions holds


class UnreadableVersion(BadRequest):
    """What came as a version is no number: no page of ours sent it. `message` is for the reader (400)."""

    def __init__(self) -> None:
        self.message = _("The form does not say which version of the text it was written over. Reload the page.")
        super().__init__(self.message)


class Overtaken(Exception):
    """Somebody saved since the version that was read. `theirs` is the row as it is now."""

    def __init__(self, theirs: Versioned) -> None:
        super().__init__(theirs)
        self.theirs = theirs
        self.version = theirs.version
        self.by: Model | None = getattr(theirs, theirs.written_by)
        self.at: datetime | None = getattr(theirs, theirs.written_at)


@dataclass(frozen=True)
class Both:
    """One text written twice: as it is stored, and as it was typed over an earlier version."""

    label: str
    stored: str
    typed: str


@dataclass(frozen=True)
class Meanwhile:
    """What was saved while somebody typed: by whom (None when it is not known), when, and each text that differs."""

    by: Model | None
    at: datetime | None
    own: bool  # by the same person, in another window
    texts: list[Both]


def read_version(typed: object) -> int:
    """The version that came with a form, 0 without one: nothing was read. UnreadableVersion for what is no number."""
    text = str(typed or 0)
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST):
        raise UnreadableVersion
    return int(text)


def says(row: Model, texts: Mapping[str, object]) -> bool:
    """Whether the row already says all of `texts`, by column."""
    return all(getattr(row, name) == text for name, text in texts.items())


def write_over(row: Versioned, *, version: int, by: Model, texts: Mapping[str, object]) -> Iterable[str]:
    """Put `texts` on a row, over the `version` that `by` read. Returns the columns to save.

    Overtaken when somebody saved since, unless they wrote the same. The next version is taken in the database at once,
    and held until the transaction ends: of two who save at one instant, one is overtaken. `row` is as it was just read.
    """
    if says(row, texts):
        version = row.version
    rows = type(row)._base_manager.filter(pk=row.pk)
    if not rows.filter(version=version).update(version=version + 1):
        raise Overtaken(rows.select_related(row.written_by).get())
    for name, value in {**texts, "version": version + 1, row.written_by: by, row.written_at: clock.now()}.items():
        setattr(row, name, value)
    return [*texts, row.written_by, row.written_at]
