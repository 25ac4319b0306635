"""The aid that a file may receive, and what it asks: computed in one way for its pages, its receipt and its officer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from accounts.roles import Ownership
from applications import constants
from applications.models import Application
from applications.selectors.answers import amount_of, answers_of, form_of, levels_of, rows_of
from applications.selectors.submitted import submitted
from applications.states import ApplicationState
from programs.constants import SME_UNDER, Recipient
from programs.money import Aid, CategoryLine, Parts, RowLine, compute_aid
from programs.policy import AidRules
from programs.selectors import policy_of
from questions.constants import QuestionType
from questions.schema import Section
from work import clock
from work.money import cents

ZERO = Decimal("0.00")
# The types of question that the computation reads.
WITH_TOTALS = (QuestionType.BUDGET, QuestionType.FINANCING, QuestionType.ASSESSMENT)


def aid_of(application: Application, answers: Mapping[str, object] | None = None) -> Aid | None:
    """The aid that the file may receive, with every step; None when its form has no budget.

    The eligible window opens on the day of submission: today, while it is a draft.
    """
    form = form_of(application)
    if not form.of_type(QuestionType.BUDGET):
        return None
    answers = answers_of(application) if answers is None else answers
    sent = application.submitted_at if application.state != ApplicationState.DRAFT else None
    rules = policy_of(application.call).aid
    return compute_aid(
        rules,
        rows_of(form, answers, QuestionType.BUDGET),
        rows_of(form, answers, QuestionType.FINANCING),
        submitted_on=clock.day_of(sent) if sent else clock.today(),
        recipient=_recipient_of(application, rules, sent),
        levels=levels_of(form, answers),
        requested=amount_of(answers, constants.REQUESTED),
    )


def requested_of(aid: Aid | None, answers: Mapping[str, object]) -> Parts:
    """What the file asks: the applicant's own amount (the most allowed, where the form does not ask), and the bonus
    that the rules add to it."""
    asked = amount_of(answers, constants.REQUESTED)
    if aid is None:
        return Parts(asked or ZERO)
    return Parts(aid.reimbursement if asked is None else asked, aid.bonus)


@dataclass(frozen=True)
class Totals:
    """What the page of totals shows. `share`: all public aid in percent of eligible costs (0-100); `sources`: whether
    it goes on to the other sources of financing; the lines that the rules cut, beside their table.
    """

    aid: Aid
    requested: Parts
    share: Decimal
    sources: bool
    capped: tuple[CategoryLine, ...] = ()
    refused_rows: tuple[RowLine, ...] = ()


def totals(aid: Aid, answers: Mapping[str, object], *, sources: bool) -> Totals:
    """The aid, what is asked of it, and all public aid."""
    requested = requested_of(aid, answers)
    public = aid.other_weighted + requested.total
    share = cents(public * 100 / aid.eligible) if aid.eligible else ZERO
    return Totals(aid, requested, share, sources)


def totals_of(application: Application, part: Section, answers: Mapping[str, object]) -> Totals | None:
    """The computation of the aid, for a section that holds a part of it; None for any other."""
    holds = any(q.type in WITH_TOTALS or q.key == constants.REQUESTED for q in part.questions)
    aid = aid_of(application, answers) if holds else None
    if aid is None:
        return None
    sources = any(q.type == QuestionType.FINANCING for q in part.questions)
    return replace(
        totals(aid, answers, sources=sources),
        capped=tuple(line for line in aid.categories if line.reasons),
        refused_rows=tuple(row for row in aid.rows if row.is_refused),
    )


def _recipient_of(application: Application, rules: AidRules, sent: datetime | None) -> Recipient:
    """The type of recipient that the rates know the applicant by: from its record as it was submitted, once it was."""
    organisation = application.organisation
    if not rules.tells_recipients_apart:
        return Recipient.ENTERPRISE
    record = submitted(application).organisation if sent else {}
    if record.get("ownership", organisation.ownership) == Ownership.ACADEMIC:
        return Recipient.RESEARCH
    employees = record.get("employees", organisation.employees)
    return Recipient.SME if isinstance(employees, int) and employees < SME_UNDER else Recipient.ENTERPRISE
