"""Who reviews a file, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from programs.roles import Seat
from questions.schema.reading import Reader
from questions.schema.standing import Decides, Obeyed, Part, Refused, done, refused_values, rule, said
from work.texts import Said

TYPED = "tests/programs/test_policy.py::"
VIEWS = "tests/reviews/test_views.py::"
FILL = "reviews.checks.panel:fill"
SERVICES = "tests/reviews/test_services.py::"
REVIEW_DAYS = 14  # calendar days a reviewer has, where the programme says nothing


class Excluded(TextChoices):
    """Who never reviews a file, beside who belongs to the applicant, a partner or the sponsor: they never do."""

    SPONSOR = "sponsor", gettext_lazy("people who have an interest in the sponsor")
    COMPETITOR = "competitor", gettext_lazy("people who work for a competitor of the applicant")


@dataclass(frozen=True)
class PanelRules:
    """`reviewers`: how many a file has in all, of which so many for each seat. `review_days`: calendar days. `quorum`:
    how many reviews that count close the review of a file; None for all of them."""

    REFUSED: ClassVar[Mapping[str, Refused]] = {"meeting": Refused(Part.MEETINGS)}

    reviewers: int = field(
        default=0,
        metadata=rule(
            Obeyed(
                FILL,
                TYPED + "test_panel_may_ask_for_more_reviewers_than_its_seats",
            ),
            Decides.ORDER,
        ),
    )
    seats: Mapping[Seat, int] = field(
        default_factory=dict,
        hash=False,
        metadata=rule(
            Obeyed(
                FILL,
                SERVICES + "test_the_review_does_not_start_without_its_seats",
            ),
            Decides.ORDER,
        ),
    )
    excluded: tuple[Excluded, ...] = field(
        default=tuple(Excluded),
        metadata=rule(
            Obeyed(
                "reviews.checks.fitness:fitness",
                "tests/reviews/test_fitness.py::test_who_works_for_a_competitor_reviews_where_the_rules_let_them",
            ),
            Decides.ORDER,
            values={"member": Refused(Part.RELATIONS), "customer": Refused(Part.RELATIONS)},
        ),
    )
    anonymous: bool = field(
        default=False,
        metadata=rule(
            Obeyed(
                "reviews.views.interests:declare_own",
                VIEWS + "test_before_declaring_only_the_names_and_the_title_are_shown",
            ),
            Decides.ORDER,
            values={True: Refused(Part.BLIND)},
        ),
    )
    review_days: int = field(
        default=REVIEW_DAYS,
        metadata=rule(
            Obeyed(
                "reviews.services.assignments:review_due",
                SERVICES + "test_review_is_due_the_days_that_the_rules_say",
            ),
            Decides.DELAYS,
        ),
    )
    quorum: int | None = field(
        default=None,
        metadata=rule(
            Obeyed(
                "reviews.checks.panel:quorum_lines",
                "tests/reviews/test_counts.py::test_quorum_is_every_review_asked_or_as_many_as_the_rule_says_with_one_of_each_side",
            ),
            Decides.ORDER,
        ),
    )

    @property
    def by_seat(self) -> dict[str, int]:
        """How many reviewers each side gives, those that give none left out: `{"cluster": 2, "industry": 1}`."""
        return {str(seat): self.seats[seat] for seat in Seat if self.seats.get(seat)}

    @property
    def size(self) -> int:
        """How many reviewers a file needs in all: never less than its seats, at least one."""
        return max(self.reviewers, sum(self.by_seat.values()), 1)

    def to_definition(self) -> dict:
        out = {
            "reviewers": self.reviewers,
            "seats": {str(seat): number for seat, number in self.seats.items()},
            "excluded": [str(one) for one in self.excluded],
            "anonymous": self.anonymous,
            "review_days": self.review_days,
        }
        return out if self.quorum is None else out | {"quorum": self.quorum}

    def said(self) -> list[Said]:
        """Who reviews a file, in words."""
        excluded = [_("people who belong to the applicant, to a partner or to the sponsor"), *self._excluded()]
        days = ngettext("%(count)s calendar day", "%(count)s calendar days", self.review_days)
        return [
            said(self, "reviewers", "seats", name=_("Reviewers per file"), words=self._reviewers()),
            said(self, "quorum", name=_("Reviews needed per file"), words=self._quorum()),
            said(self, "excluded", name=_("Never reviews a file"), words="; ".join(excluded)),
            said(self, "anonymous", name=_("Names"), words=_("Reviewers see who applies.")),
            said(self, "review_days", name=_("Time to review"), words=days % {"count": self.review_days}),
        ]

    def _excluded(self) -> list[str]:
        return [str(one.label) for one in self.excluded]

    def _reviewers(self) -> str:
        whole = ngettext("%(count)s reviewer", "%(count)s reviewers", self.size) % {"count": self.size}
        sides = [_from_side(Seat(seat), count) for seat, count in self.by_seat.items()]
        if not sides:
            return _("%(reviewers)s, from any side.") % {"reviewers": whole}
        if rest := self.size - sum(self.by_seat.values()):
            sides.append(ngettext("%(count)s from any side", "%(count)s from any side", rest) % {"count": rest})
        return _("%(reviewers)s: %(sides)s.") % {"reviewers": whole, "sides": "; ".join(sides)}

    def _quorum(self) -> str:
        if self.quorum is None:
            return _("All of them.")
        return _("At least %(count)s that count, one from each side on the committee.") % {"count": self.quorum}


def _from_side(seat: Seat, count: int) -> str:
    """One whole phrase a side, since words put together do not translate."""
    phrases = {
        Seat.CLUSTER: ngettext("%(count)s from the cluster", "%(count)s from the cluster", count),
        Seat.INDUSTRY: ngettext("%(count)s from industry", "%(count)s from industry", count),
        Seat.INDEPENDENT: ngettext("%(count)s who is independent", "%(count)s who are independent", count),
    }
    return phrases[seat] % {"count": count}


def read_panel(reader: Reader) -> PanelRules:
    """How many reviewers a file has, from where, and who never reviews it."""
    reviewers = reader.integer("reviewers", at_least=0, at_most=20)
    child = reader.child("seats")
    seats = _seats(child) if child else {}
    total = sum(seats.values())
    if isinstance(reviewers, int) and total > reviewers:
        reader.problem(
            _("The seats, %(seats)s, are more than the reviewers, %(count)s.") % {"seats": total, "count": reviewers},
            "seats",
        )
    excluded = tuple(Excluded)
    if "excluded" in reader.node:
        given = reader.strings("excluded", choices=Excluded.values, refused=refused_values(PanelRules, "excluded"))
        excluded = tuple(map(Excluded, given))
        if Excluded.SPONSOR not in excluded:
            reader.problem(
                _("Anyone who has an interest in the sponsor reviews no file, in any programme: add “sponsor”."),
                "excluded",
            )
    else:
        reader.take("excluded")
    anonymous = reader.boolean("anonymous", refused=refused_values(PanelRules, "anonymous"))
    review_days = reader.integer("review_days", required=False, at_least=1, at_most=365)
    quorum = reader.integer("quorum", required=False, at_least=1, at_most=50)
    done(reader, PanelRules)
    panel = PanelRules(reviewers or 0, seats, excluded, anonymous, review_days or REVIEW_DAYS, quorum)
    if quorum is not None:
        _check_quorum(reader, panel, quorum)
    return panel


def _check_quorum(reader: Reader, panel: PanelRules, quorum: int) -> None:
    """A quorum that no file could reach is one of a meeting; one smaller than the sides leaves one of them out."""
    sides = len(panel.by_seat)
    if quorum > panel.size:
        said = _(
            "The quorum (%(quorum)s) is higher than the number of reviewers per file (%(count)s). "
            "Quorum of a meeting: %(why)s."
        )
        why = Refused(Part.MEETINGS).why()
        reader.problem(said % {"quorum": quorum, "count": panel.size, "why": why}, "quorum")
    elif quorum < sides:
        said = _("The quorum (%(quorum)s) must be at least the number of sides on the committee (%(sides)s).")
        reader.problem(said % {"quorum": quorum, "sides": sides}, "quorum")


def _seats(reader: Reader) -> dict[Seat, int]:
    read = {seat: reader.integer(seat, required=False, at_least=0, at_most=20) for seat in Seat}
    reader.done()
    return {seat: number for seat, number in read.items() if number is not None}
