"""What a panel or a reviewer lacks before a file opens to them, and a review before it is submitted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import User
from applications import rules as rules_of_files
from applications.models import Application
from moves.refusals import Refusal
from programs.models import Call
from programs.policy import PanelRules
from programs.roles import Seat
from programs.rubric import Rubric
from programs.selectors import policy_of
from reviews import rules
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


def fill(needs: Mapping[str, int], size: int, seats: Iterable[str]) -> list[SeatNeed]:
    """How reviewers of these `seats` meet what is needed of each side, and `size` in all: a list of `SeatNeed`.

    A side counts no more than it needs; what is asked beyond the sides may come from any.
    """
    seats = list(seats)
    lines = [SeatNeed(seat, needed, min(seats.count(seat), needed)) for seat, needed in needs.items()]
    beyond = size - sum(needs.values())
    if beyond > 0:
        spare = len(seats) - sum(line.have for line in lines)
        lines.append(SeatNeed("", beyond, min(spare, beyond)))
    return lines


def is_met(lines: Iterable[SeatNeed]) -> bool:
    """Whether every line of a panel's rule, or of its quorum, has what it needs."""
    return all(line.is_met for line in lines)


def panel_rules(application: Application) -> PanelRules:
    """What the programme asks of the file's panel."""
    return policy_of(application.call).asked_of_panel


def takes_reviewers(application: Application) -> Refusal | None:
    """Why no reviewer can be given the file now, or None: by its state, and where its programme has no reviews."""
    return rules.takes_reviewers(application) or no_reviews(application.call)


def no_reviews(call: Call) -> Refusal | None:
    """Why no file of the call is reviewed, or None."""
    return None if policy_of(call).has_reviews else Refusal(rules_of_files.NO_REVIEWS, code="no_reviews")


def panel_lines(application: Application) -> list[SeatNeed]:
    """The panel as it is assigned: a list of `SeatNeed`. The seat of a person whose role ended is empty, unless their
    review is in."""
    rules = panel_rules(application)
    return fill(rules.by_seat, rules.size, application.assignments.seated().values_list("seat", flat=True))


def quorum_lines(rules: PanelRules, seats: Iterable[str]) -> list[SeatNeed]:
    """How reviews that count, from these `seats`, make the quorum: a list of `SeatNeed`.

    Every review that the panel's rule asks; or as many as its `quorum` says, of which one at least from each side that
    it seats: a file that is scored is always seen by both.
    """
    if rules.quorum is None:
        return fill(rules.by_seat, rules.size, seats)
    return fill(dict.fromkeys(rules.by_seat, 1), rules.quorum, seats)


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
