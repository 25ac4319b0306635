"""What a call lacks before it can be published: one value a thing, with its sentence and where it is mended."""

import enum
import re
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from letters.states import LetterKind


class Lacks(enum.Enum):
    """What a finding is about, and so where it is mended."""

    FILE = "the programme's file"
    PEOPLE = "the people of the programme"
    MONEY = "the envelopes"


# The parts of the programme's file in words, by the beginning of what the file calls them; the longer ones first.
PLACES = {
    "call.closes": gettext_lazy("Closing of the call"),
    "call.cohorts": gettext_lazy("Closings of the cohorts"),
    "call": gettext_lazy("Call"),
    "programme.funding": gettext_lazy("Agreements that pay"),
    "programme": gettext_lazy("Programme"),
    "form": gettext_lazy("Form"),
    "rubric": gettext_lazy("Rubric"),
    "eligibility": gettext_lazy("Who may apply"),
    "aid": gettext_lazy("Aid"),
    "checklist": gettext_lazy("Screening checklist"),
    "panel": gettext_lazy("Reviews"),
    "ranking": gettext_lazy("Ranking and funding"),
    "service": gettext_lazy("Service standards"),
    "reconsideration": gettext_lazy("Reconsideration"),
    "claims": gettext_lazy("After the award"),
    "indicators": gettext_lazy("After the award"),
}


def _letter(where: str) -> str:
    """The letter of a kind, in words; "" for another thing."""
    found = re.match(r"letters\.(\w+)", where)
    if not found or found[1] not in LetterKind.values:
        return ""
    return _("Letter: %(kind)s") % {"kind": LetterKind(found[1]).label}


@dataclass(frozen=True)
class Finding:
    """`where`: the thing, as the programme's file or the page of the people names it. `message`: what it lacks."""

    lacks: Lacks
    where: str
    message: str

    @property
    def name(self) -> str:
        """The thing in words; what is named in words already, as it is."""
        if self.lacks is not Lacks.FILE:
            return self.where
        said = (words for place, words in PLACES.items() if re.match(rf"{re.escape(place)}(\W|$)", self.where))
        return _letter(self.where) or str(next(said, self.where))

    def __str__(self) -> str:
        return str(_("%(label)s: %(error)s") % {"label": self.where, "error": self.message})
