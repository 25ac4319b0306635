"""What is derived from a file: its form, its answers, the aid they may receive, and when a service clock ends.

The page while it is written, the check before it is sent, the receipt and the officer all read these.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from accounts.models import Organisation
from accounts.roles import Ownership
from applications import constants
from applications.models import Application
from applications.states import ApplicationState
from programs.constants import DayKind
from programs.models import Call
from programs.money import Aid, compute_aid
from programs.policy import Standard
from programs.selectors import policy_of, read_once
from questions.schema import Form, level_gains, parse_form
from work import clock
from work.money import cents

ZERO = Decimal("0.00")


def form_of(application: Application) -> Form:
    """The form of the file's call, parsed once in a process: a published version never changes."""
    form = application.call.form
    assert form is not None  # a call has its form before it is published, and files only after
    return read_once(form, parse_form)


def answers_of(application: Application) -> dict[str, object]:
    """Every stored answer of a file by question, the eligibility check's apart: `eligibility_of`."""
    return {
        answer.question: answer.value
        for answer in application.answers.all()
        if answer.question != constants.ELIGIBILITY and answer.value is not None
    }


def eligibility_of(application: Application) -> dict[str, object]:
    """The answers to the two-minute check, by question; empty when it was not made."""
    return next((a.value or {} for a in application.answers.all() if a.question == constants.ELIGIBILITY), {})


def recipient_of(organisation: Organisation) -> str:
    """The type of recipient that the aid rules know the organisation by."""
    return "research" if organisation.ownership == Ownership.ACADEMIC else "enterprise"


def rows_of(form: Form, answers: Mapping[str, object], kind: str) -> list[dict[str, object]]:
    """The rows of every table of this kind (`budget`, `financing`), as kept."""
    tables = [answers.get(question.key) for question in form.of_type(kind)]
    return [row for table in tables if isinstance(table, list) for row in table if isinstance(row, dict)]


def levels_of(form: Form, answers: Mapping[str, object]) -> int:
    """The full levels that the assessment grids aim to gain, all axes together."""
    total = 0
    for question in form.of_type("assessment"):
        grid = answers.get(question.key)
        total += sum(gain.levels for gain in level_gains(question, grid)) if isinstance(grid, dict) else 0
    return total


def amount_of(answers: Mapping[str, object], key: str) -> Decimal | None:
    """The amount of one money answer; None when it is not given or not an amount."""
    try:
        return cents(str(answers.get(key) or "").strip())
    except (ArithmeticError, ValueError):
        return None


def aid_of(application: Application, answers: Mapping[str, object] | None = None) -> Aid | None:
    """The aid that the file may receive, with every step; None when its form has no budget.

    The eligible window opens on the day of submission: today, while it is a draft.
    """
    form = form_of(application)
    if not form.of_type("budget"):
        return None
    answers = answers_of(application) if answers is None else answers
    sent = application.submitted_at if application.state != ApplicationState.DRAFT else None
    return compute_aid(
        policy_of(application.call).aid,
        rows_of(form, answers, "budget"),
        rows_of(form, answers, "financing"),
        submitted_on=clock.day_of(sent) if sent else clock.today(),
        recipient=recipient_of(application.organisation),
        levels=levels_of(form, answers),
        requested=amount_of(answers, constants.REQUESTED),
    )


@dataclass(frozen=True)
class Request:
    """What is asked in all. `asked` is the applicant's own amount, `bonus` what the rules reserve beside it."""

    asked: Decimal
    bonus: Decimal

    @property
    def total(self) -> Decimal:
        return self.asked + self.bonus


def request_of(aid: Aid | None, answers: Mapping[str, object]) -> Request:
    """The amount of the file: what is asked (the most allowed, where the form does not ask), plus the bonus."""
    asked = amount_of(answers, constants.REQUESTED)
    if aid is None:
        return Request(asked or ZERO, ZERO)
    return Request(aid.reimbursement if asked is None else asked, aid.bonus)


def totals(aid: Aid, answers: Mapping[str, object], kind: str) -> dict[str, object]:
    """What the page of totals shows: the aid, the request, and all public aid in percent of eligible costs (0-100)."""
    request = request_of(aid, answers)
    public = aid.other_weighted + request.total
    share = cents(public * 100 / aid.eligible) if aid.eligible else ZERO
    return {"aid": aid, "request": request, "share": share, "kind": kind}


def service_due(call: Call, standard: Standard, start: datetime) -> datetime | None:
    """When the service clock of `standard` that starts at `start` ends: a day's end.

    None when the programme promises nothing of it.
    """
    promise = policy_of(call).service.promise(standard)
    if promise is None:
        return None
    day = clock.day_of(start)
    if promise.kind == DayKind.BUSINESS:
        return clock.end_of(clock.add_business_days(day, promise.days))
    return clock.end_of(day + timedelta(days=promise.days))


def cohort_of(call: Call, at: datetime, began_at: datetime | None) -> tuple[datetime, bool]:
    """(closing of the cohort, whether it took the grace) of a submission that reaches us at `at`.

    One that began before a closing, and comes within the grace after it, belongs to that closing.
    """
    if began_at is not None and began_at <= at:
        closing = call.cohort_at(began_at)
        assert closing is not None  # a call that takes submissions has its closing
        if began_at < closing <= at < closing + timedelta(minutes=call.grace_minutes):
            return closing, True
    present = call.cohort_at(at)
    assert present is not None
    return present, False
