"""The order of the files that pass, and where the line falls (docs/scoring.md)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.constants import Allocation, LineStrategy, Order
from programs.policy.numbers import written
from questions.schema.reading import Reader
from questions.schema.standing import Decides, Obeyed, Part, Refused, done, refused_values, rule, said
from work.numbers import write_number
from work.texts import Said

DISCUSS_SPREAD = Decimal(20)  # points between two reviews above which the panel discusses (docs/scoring.md 6)
RANKING = "reviews.selectors.ranking:"
SHOWN = "tests/reviews/test_selectors.py::"


@dataclass(frozen=True)
class RankingRules:
    """`ties`: the keys of the criteria that part two equal files, in order. `discuss_spread`: points out of 100.

    `within_cohort`: files are ranked with those of their own closing; `waitlist_to_next_cohort`: what waits from an
    earlier one competes again with them.
    """

    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    order: Order = field(
        default=Order.RAW,
        metadata=rule(
            Obeyed(RANKING + "ranking", SHOWN + "test_files_are_ordered_as_the_rules_say"),
            Decides.ORDER,
            values={"moderated": Refused(Part.MEETINGS), "adjusted": Refused(Part.SEVERITY)},
        ),
    )
    line: LineStrategy = field(
        default=LineStrategy.STRICT,
        metadata=rule(
            Obeyed(
                "reviews.scoring:draw_line", "tests/reviews/test_scoring.py::test_the_line_falls_where_the_page_says"
            ),
            Decides.MONEY,
        ),
    )
    allocation: Allocation = field(
        default=Allocation.RANKED,
        metadata=rule(
            Obeyed(
                "reviews.scoring:draw_line", "tests/reviews/test_scoring.py::test_the_line_falls_where_the_page_says"
            ),
            Decides.MONEY,
            values={"first_come": Refused(Part.FIRST_COME)},
        ),
    )
    discuss_spread: Decimal = field(
        default=DISCUSS_SPREAD,
        metadata=rule(
            Obeyed(
                "reviews.selectors.panel:panel_reviews",
                SHOWN + "test_file_is_discussed_when_its_totals_are_further_apart_than_the_programme_says",
            ),
            Decides.ORDER,
        ),
    )
    within_cohort: bool = field(
        default=False,
        metadata=rule(Obeyed(RANKING + "ranking", SHOWN + "test_cohort_ranks_as_the_rules_say"), Decides.ORDER),
    )
    waitlist_to_next_cohort: bool = field(
        default=False,
        metadata=rule(Obeyed(RANKING + "ranking", SHOWN + "test_cohort_ranks_as_the_rules_say"), Decides.ORDER),
    )
    ties: tuple[str, ...] = field(
        default=(),
        metadata=rule(
            Obeyed(
                "reviews.scoring:draw_line",
                "tests/reviews/test_scoring.py::test_ties_are_broken_in_the_declared_order_then_shared",
            ),
            Decides.ORDER,
        ),
    )

    def to_definition(self) -> dict:
        return {
            "order": str(self.order),
            "line": str(self.line),
            "allocation": str(self.allocation),
            "discuss_spread": written(self.discuss_spread),
            "within_cohort": self.within_cohort,
            "waitlist_to_next_cohort": self.waitlist_to_next_cohort,
            "ties": list(self.ties),
        }

    def said(self, criteria: Mapping[str, str]) -> list[Said]:
        """The order and the line, in words. `criteria`: the names of those of the rubric, by key."""
        points = ngettext("%(count)s point", "%(count)s points", int(self.discuss_spread)) % {
            "count": write_number(self.discuss_spread.normalize())
        }
        spread = _("Discussed when two of its reviews are more than %(points)s apart, out of 100.")
        return [
            said(self, "allocation", name=_("How the money goes"), words=str(self.allocation.label)),
            said(self, "order", name=_("Order of the files that pass"), words=str(self.order.label)),
            said(self, "ties", name=_("Between equal files"), words=self._ties(criteria)),
            said(self, "line", name=_("At the funding line"), words=str(self.line.label)),
            said(self, "discuss_spread", name=_("A file whose reviews differ"), words=spread % {"points": points}),
            said(self, "within_cohort", name=_("Ranked with"), words=self._ranked_with()),
            said(self, "waitlist_to_next_cohort", name=_("The waiting list"), words=self._waiting()),
        ]

    def _ties(self, criteria: Mapping[str, str]) -> str:
        if not self.ties:
            return _("They share their rank: the committee settles it.")
        names = "; ".join(criteria.get(key, key) for key in self.ties)
        said = _(
            "The file with the higher score on these criteria comes first, in this order: %(names)s. Files that are "
            "still equal share their rank: the committee settles it."
        )
        return said % {"names": names}

    def _ranked_with(self) -> str:
        if self.within_cohort:
            return _("The files of its own cohort alone.")
        return _("Every file of the call whose cohort has closed, whatever that cohort.")

    def _waiting(self) -> str:
        if self.waitlist_to_next_cohort:
            return _("A waitlisted file competes again with the next cohort.")
        return _("A waitlisted file does not compete again with a later cohort.")


def read_ranking(reader: Reader, criteria: Collection[str] | None) -> RankingRules:
    """`criteria`: the keys that `ties` may name; None where the rubric is not at hand."""
    order = reader.choice("order", Order, refused=refused_values(RankingRules, "order"))
    line = reader.choice("line", LineStrategy)
    allocation = reader.choice(
        "allocation", Allocation, required=False, refused=refused_values(RankingRules, "allocation")
    )
    spread = reader.number("discuss_spread", required=False, at_least=0, at_most=100)
    rules = RankingRules(
        order=Order(order) if order else Order.RAW,
        line=LineStrategy(line) if line else LineStrategy.STRICT,
        allocation=Allocation(allocation) if allocation else Allocation.RANKED,
        discuss_spread=DISCUSS_SPREAD if spread is None else spread,
        within_cohort=reader.boolean("within_cohort"),
        waitlist_to_next_cohort=reader.boolean("waitlist_to_next_cohort"),
        ties=reader.strings("ties", choices=criteria),
    )
    done(reader, RankingRules)
    return rules
