"""What a call lacks before it can be published: one value a thing, with its sentence and where it is mended."""

import enum
from dataclasses import dataclass

from django.utils.translation import gettext as _


class Lacks(enum.Enum):
    """What a finding is about, and so where it is mended."""

    FILE = "the programme's file"
    PEOPLE = "the people of the programme"
    MONEY = "the envelopes"


@dataclass(frozen=True)
class Finding:
    """`where`: the thing, as the programme's file or the page of the people names it. `message`: what it lacks."""

    lacks: Lacks
    where: str
    message: str

    def __str__(self) -> str:
        return str(_("%(label)s: %(error)s") % {"label": self.where, "error": self.message})
