"""Service standards: what the programme promises to do within how many days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from programs.constants import DayKind
from questions.schema.reading import Reader
from questions.schema.standing import Decides, Obeyed, Part, Promised, Refused, done, rule, said
from work.calendars import Calendar
from work.clock import Holidays
from work.texts import Said


class Standard(TextChoices):
    """What a promise is about."""

    ACKNOWLEDGE = "acknowledge", gettext_lazy("Acknowledge the submission")
    COMPLETE = "complete", gettext_lazy("Say whether the file is complete")
    DECIDE = "decide", gettext_lazy("Decide")
    CLAIM = "claim", gettext_lazy("Pay a claim")
    RECONSIDER = "reconsider", gettext_lazy("Answer a reconsideration")


class Start(TextChoices):
    """What the days of a promise are counted from."""

    SUBMISSION = "submission", gettext_lazy("from the submission")
    CLOSING = "closing", gettext_lazy("from the closing of the cohort or of the call")
    COMPLETE = "complete", gettext_lazy("from the day the file is first confirmed complete")
    CLOSING_OR_COMPLETE = (
        "closing_or_complete",
        gettext_lazy(
            "from the closing of the cohort or of the call, or from the day the file is first confirmed complete if "
            "that is later"
        ),
    )
    CLAIM = "claim", gettext_lazy("from the claim")
    REQUEST = "request", gettext_lazy("from the request")


# What the days of each may be counted from: what the clock of it can start at.
STARTS = {
    Standard.ACKNOWLEDGE: (Start.SUBMISSION,),
    Standard.COMPLETE: (Start.SUBMISSION,),
    Standard.DECIDE: (Start.SUBMISSION, Start.CLOSING, Start.COMPLETE, Start.CLOSING_OR_COMPLETE),
    Standard.CLAIM: (Start.CLAIM,),
    Standard.RECONSIDER: (Start.REQUEST,),
}
PAUSED = (Standard.COMPLETE, Standard.DECIDE)
"""Their clock stops while changes are awaited from the applicant."""
REQUIRED = (Standard.ACKNOWLEDGE, Standard.DECIDE)
DEADLINES = "applications.selectors.deadlines:"
SHOWN = "tests/applications/test_selectors.py::"
CLOCK = Obeyed(
    DEADLINES + "clock_of", "tests/applications/test_clocks.py::test_each_clock_counts_the_days_that_the_rules_say"
)


@dataclass(frozen=True)
class Promise:
    """So many days of a kind from `start`."""

    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    days: int = field(metadata=rule(CLOCK, Decides.DELAYS))
    kind: DayKind = field(metadata=rule(CLOCK, Decides.DELAYS))
    start: Start = field(
        metadata=rule(
            Obeyed(DEADLINES + "decision_clock", SHOWN + "test_decision_is_counted_from_what_the_rules_say"),
            Decides.DELAYS,
            key="from",
        )
    )

    @property
    def calendar(self) -> Calendar:
        """Which days it counts."""
        whose = Holidays.FEDERAL if self.kind == DayKind.FEDERAL else Holidays.QUEBEC
        return Calendar(business=self.kind != DayKind.CALENDAR, holidays=whose)

    @property
    def length(self) -> str:
        """How long, in words: "10 business days"."""
        if self.kind == DayKind.BUSINESS:
            words = ngettext("%(count)s business day", "%(count)s business days", self.days)
        elif self.kind == DayKind.FEDERAL:
            words = ngettext(
                "%(count)s business day (federal holidays)", "%(count)s business days (federal holidays)", self.days
            )
        else:
            words = ngettext("%(count)s calendar day", "%(count)s calendar days", self.days)
        return words % {"count": self.days}

    def to_definition(self) -> dict:
        return {"days": self.days, "kind": str(self.kind), "from": str(self.start)}

    @property
    def counted(self) -> str:
        """How long, and from what, in words: "10 business days from the submission"."""
        return _("%(days)s %(start)s") % {"days": self.length, "start": self.start.label}

    def words(self) -> str:
        return f"{self.counted}."


@dataclass(frozen=True)
class DecisionPromise(Promise):
    """A file still incomplete `incomplete_moves_after` calendar days after its cohort's closing waits for the next."""

    incomplete_moves_after: int | None = field(
        default=None,
        metadata=rule(
            Obeyed(
                "applications.services.cohorts:move_incomplete_files",
                "tests/applications/test_cohorts.py::test_file_still_incomplete_moves_to_the_next_cohort",
            ),
            Decides.ORDER,
        ),
    )

    def to_definition(self) -> dict:
        out, moves_after = super().to_definition(), self.incomplete_moves_after
        return out if moves_after is None else out | {"incomplete_moves_after": moves_after}

    def words(self) -> str:
        if self.incomplete_moves_after is None:
            return super().words()
        moves = ngettext(
            "A file whose changes are still awaited %(count)s calendar day after its cohort closed "
            "moves to the next cohort.",
            "A file whose changes are still awaited %(count)s calendar days after its cohort closed "
            "moves to the next cohort.",
            self.incomplete_moves_after,
        )
        return f"{super().words()} {moves % {'count': self.incomplete_moves_after}}"


@dataclass(frozen=True)
class ServiceStandards:
    """What is promised of each; None where nothing is."""

    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    acknowledge: Promise | None = field(
        default=None,
        metadata=rule(
            Obeyed(
                "applications.services.submission:submit_application",
                "tests/applications/test_services.py::test_submission_freezes_numbers_and_acknowledges",
            ),
            Decides.DELAYS,
        ),
    )
    complete: Promise | None = field(default=None, metadata=rule(CLOCK, Decides.DELAYS))
    decide: DecisionPromise | None = field(
        default=None,
        metadata=rule(
            Obeyed(DEADLINES + "decision_clock", SHOWN + "test_decision_is_counted_from_what_the_rules_say"),
            Decides.DELAYS,
        ),
    )
    claim: Promise | None = field(default=None, metadata=rule(Promised(Part.CLAIMS), Decides.AFTER))
    reconsider: Promise | None = field(
        default=None,
        metadata=rule(
            Obeyed(
                DEADLINES + "clock_of",
                "tests/decisions/test_reconsideration.py::test_answer_is_due_the_days_that_the_rules_say",
            ),
            Decides.DELAYS,
        ),
    )

    @property
    def promises(self) -> Mapping[Standard, Promise]:
        """What is promised, by what it is about."""
        found = {standard: self.promise(standard) for standard in Standard}
        return {standard: promise for standard, promise in found.items() if promise is not None}

    def promise(self, standard: Standard) -> Promise | None:
        """What is promised for this; None when nothing is."""
        promise: Promise | None = getattr(self, standard.value)
        return promise

    def to_definition(self) -> dict:
        return {str(standard): promise.to_definition() for standard, promise in self.promises.items()}

    def said(self) -> list[Said]:
        """What is promised, in words."""
        return [
            said(self, standard.value, name=str(standard.label), words=self._words(standard, promise))
            for standard, promise in self.promises.items()
        ]

    @staticmethod
    def _words(standard: Standard, promise: Promise) -> str:
        if standard not in PAUSED:
            return promise.words()
        return f"{promise.words()} {_('The days when changes are awaited from the applicant do not count.')}"


def read_service(reader: Reader) -> ServiceStandards:
    read: dict[str, Promise | None] = {}
    for standard in Standard:
        child = reader.child(standard.value, required=standard in REQUIRED)
        read[standard.value] = _promise(child, standard) if child else None
    done(reader, ServiceStandards)
    decide = read.pop(Standard.DECIDE.value)
    assert decide is None or isinstance(decide, DecisionPromise)  # as it was read
    return ServiceStandards(decide=decide, **read)


def _promise(reader: Reader, standard: Standard) -> Promise | None:
    """None when a part of it is missing or wrong: half a promise is none."""
    days, kind = reader.integer("days", at_least=1, at_most=1000), reader.choice("kind", DayKind)
    start = reader.choice("from", [one.value for one in STARTS[standard]])
    if standard != Standard.DECIDE:
        done(reader, Promise)
        return Promise(days, DayKind(kind), Start(start)) if days and kind and start else None
    moves_after = reader.integer("incomplete_moves_after", required=False, at_least=1, at_most=1000)
    done(reader, DecisionPromise)
    return DecisionPromise(days, DayKind(kind), Start(start), moves_after) if days and kind and start else None
