"""What a panel or a reviewer lacks before a file opens to them, and a review before it is submitted."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import User
from applications.models import Application
from programs.models import Call
from programs.policy import PanelRules
from programs.roles import Seat
from programs.rubric import Rubric
from programs.selectors import policy_of
from reviews.models import Assignment, Undertaking


@dataclass(frozen=True)
class SeatNeed:
    """One line of the panel's rule: a side, how many it needs, how many it has."""

    seat: str
    needed: int
    have: int

    @property
    def label(self) -> str:
        return str(Seat(self.seat).label) if self.seat else _("any side")

    @property
    def is_met(self) -> bool:
        return self.have >= self.needed


def fill(application: Application, seats: Iterable[str]) -> list[SeatNeed]:
    """How the panel's rule is met by reviewers of these `seats`: a list of `SeatNeed`.

    A side counts no more than it needs; what a panel asks beyond its sides may come from any.
    """
    panel, seats = policy_of(application.call).panel or PanelRules(), list(seats)
    lines = [SeatNeed(seat, needed, min(seats.count(seat), needed)) for seat, needed in panel.by_seat.items()]
    beyond = panel.size - sum(panel.by_seat.values())
    if beyond > 0:
        spare = len(seats) - sum(line.have for line in lines)
        lines.append(SeatNeed("", beyond, min(spare, beyond)))
    return lines


def panel_lines(application: Application) -> list[SeatNeed]:
    """The panel as it is assigned: a list of `SeatNeed`."""
    return fill(application, application.assignments.live().values_list("seat", flat=True))


def panel_problems(application: Application) -> list[str]:
    """What the assigned panel lacks, as sentences; an empty list when the panel rule is satisfied."""
    return [
        _("%(have)d of %(needed)d reviewers: %(seat)s") % {"have": line.have, "needed": line.needed, "seat": line.label}
        for line in panel_lines(application)
        if not line.is_met
    ]


def has_signed(call: Call, user: User) -> bool:
    """Whether `user` signed the confidentiality undertaking of the call."""
    return Undertaking.objects.filter(call=call, user=user).exists()


def unfinished(assignment: Assignment, rubric: Rubric) -> tuple[list[str], list[str]]:
    """What a review lacks: keys of required criteria without a score, and of criteria scored or required without a
    comment. Two lists, in the rubric's order."""
    scores = {score.criterion: score for score in assignment.scores.all()}
    unscored, without_comment = [], []
    for criterion in rubric.criteria:
        score = scores.get(criterion.key)
        scored = bool(score and score.point)
        if criterion.required and not scored:
            unscored.append(criterion.key)
        if (criterion.required or scored) and not (score and score.has_comment):
            without_comment.append(criterion.key)
    return unscored, without_comment
