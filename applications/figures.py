"""The aid that a file may receive, and what it asks: computed in one way for its pages, its receipt and its officer."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from accounts.models import Organisation
from accounts.roles import Ownership
from applications import constants
from applications.models import Application
from applications.selectors.answers import amount_of, answers_of, form_of, levels_of, rows_of
from applications.states import ApplicationState
from programs.money import Aid, compute_aid
from programs.selectors import policy_of
from work import clock
from work.money import cents

ZERO = Decimal("0.00")


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
        recipient=_recipient_of(application.organisation),
        levels=levels_of(form, answers),
        requested=amount_of(answers, constants.REQUESTED),
    )


@dataclass(frozen=True)
class Requested:
    """What is asked in all. `asked` is the applicant's own amount, `bonus` what the rules reserve beside it."""

    asked: Decimal
    bonus: Decimal

    @property
    def total(self) -> Decimal:
        return self.asked + self.bonus


def requested_of(aid: Aid | None, answers: Mapping[str, object]) -> Requested:
    """The amount of the file: what is asked (the most allowed, where the form does not ask), plus the bonus."""
    asked = amount_of(answers, constants.REQUESTED)
    if aid is None:
        return Requested(asked or ZERO, ZERO)
    return Requested(aid.reimbursement if asked is None else asked, aid.bonus)


def totals(aid: Aid, answers: Mapping[str, object], kind: str) -> dict[str, object]:
    """What the page of totals shows: the aid, the request, and all public aid in percent of eligible costs (0-100)."""
    requested = requested_of(aid, answers)
    public = aid.other_weighted + requested.total
    share = cents(public * 100 / aid.eligible) if aid.eligible else ZERO
    return {"aid": aid, "requested": requested, "share": share, "kind": kind}


def _recipient_of(organisation: Organisation) -> str:
    """The type of recipient that the aid rules know the organisation by."""
    return "research" if organisation.ownership == Ownership.ACADEMIC else "enterprise"
