"""What a file still misses before it can be submitted, each with the section and the question to go to."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications import constants
from applications.figures import aid_of
from applications.models import Application, Sponsorship
from applications.selectors.answers import answers_of, eligibility_of, form_of
from audit.actors import Actor
from funding.figures import FileName
from programs.models import Call
from programs.money.reasons import EARLY, REQUESTED_TOO_MUCH
from programs.policy import Eligibility
from programs.selectors import policy_of
from questions.constants import QuestionType
from questions.schema import Form, Missing, Question, missing
from questions.schema.answers import visible_questions
from work import clock
from work.money import ZERO, format_money

ELIGIBILITY_SECTION = "eligibility"


def eligibility_check(call: Call) -> Eligibility | None:
    """The call's two-minute check; None when its rules have none."""
    return policy_of(call).eligibility if call.rules_id else None


def needs_sponsor(call: Call) -> bool:
    """Whether the programme wants a sponsor's confirmation: one of its screening items looks for it."""
    return policy_of(call).screening.wants_sponsor


def attestations_of(form: Form, answers: Mapping[str, object]) -> list[Question]:
    """The statements that the signatory attests when submitting: those shown for these answers."""
    return [question for question in visible_questions(form, answers) if question.type == QuestionType.ATTESTATION]


def unsaid(form: Form, answers: Mapping[str, object]) -> list[Missing]:
    """What is missing in the form itself. Attestations are left out: they are made while submitting."""
    attested = {question.key for question in form.of_type(QuestionType.ATTESTATION)}
    return [item for item in missing(form, answers, today=clock.today()) if item.question not in attested]


def missing_answers(application: Application, answers: Mapping[str, object] | None = None) -> list[Missing]:
    """What is left to answer or to correct: the two-minute check, the form, then the amounts. Empty: it may be sent."""
    answers = answers_of(application) if answers is None else answers
    form = form_of(application)
    found = missing_eligibility(application) + unsaid(form, answers)
    return found + ([] if found else missing_amounts(application, answers))


def missing_eligibility(application: Application) -> list[Missing]:
    """The two-minute check not made, or an answer of it that refuses the organisation."""
    check = eligibility_check(application.call)
    if check is None:
        return []
    said = eligibility_of(application)
    refused = check.refusals(said)
    if refused:
        return [Missing(ELIGIBILITY_SECTION, item.question.key, "invalid", str(item.refusal)) for item in refused]
    if not check.is_complete(said):
        return [Missing(ELIGIBILITY_SECTION, "", "empty", _("Answer the eligibility questions."))]
    return []


def missing_amounts(application: Application, answers: Mapping[str, object]) -> list[Missing]:
    """Amounts that contradict the aid rules: asked once the tables themselves are right."""
    aid = aid_of(application, answers)
    if aid is None:
        return []
    form = form_of(application)
    budget = form.of_type(QuestionType.BUDGET)[0]
    if aid.total <= 0:
        sentence = aid.reasons[0].sentence if aid.reasons else _("No aid can be granted for this budget.")
        return [Missing(budget.section, budget.key, "invalid", sentence)]
    question = form.question(constants.REQUESTED)
    too_much = next((reason for reason in aid.reasons if reason.code == REQUESTED_TOO_MUCH), None)
    if question is not None and too_much is not None:
        return [Missing(question.section, question.key, "invalid", too_much.sentence)]
    return []


def advice_on(application: Application, question: Question, answers: Mapping[str, object]) -> str:
    """What an answer of a draft that is right costs all the same, in a sentence to show beside it; "" when nothing.

    A project that begins before the day of submission: the costs incurred before are not eligible, and the screening
    finds it.
    """
    period = answers.get(constants.PERIOD)
    if question.key != constants.PERIOD or not isinstance(period, dict) or not period.get("from"):
        return ""
    today = clock.today()
    if not str(period["from"]) < today.isoformat():
        return ""
    said = _("The project begins before the day of submission: the screening will find it.")
    opens = policy_of(application.call).aid.window.start
    day = clock.format_day(opens if isinstance(opens, date) else today, get_language() or "fr")
    aid = aid_of(application, answers)
    early = [line for line in aid.rows if any(reason.code == EARLY for reason in line.reasons)] if aid else []
    if lost := sum((line.refused for line in early), ZERO):
        cost = _("Costs incurred before %(day)s are not eligible. In your budget: %(amount)s.")
        return f"{said} {cost % {'day': day, 'amount': format_money(lost, get_language() or 'fr')}}"
    return f"{said} {_('Costs incurred before %(day)s are not eligible.') % {'day': day}}"


def live_sponsorship(application: Application) -> Sponsorship | None:
    """The sponsor's request that counts: confirmed, else asked and not answered, else declined; None without one."""
    rows = [s for s in application.sponsorships.all() if s.cancelled_at is None]
    rows.sort(key=lambda s: (s.confirmed_at is not None, s.declined_at is None, s.invited_at), reverse=True)
    return rows[0] if rows else None


def unconfirmed(application: Application) -> int:
    """How many partners must still confirm their part before the file may be sent."""
    if not needs_sponsor(application.call):
        return 0
    sponsorship = live_sponsorship(application)
    return 0 if sponsorship is not None and sponsorship.confirmed_at else 1


def name_files(ids: Iterable[int], reader: Actor) -> dict[int, FileName]:
    """How the pages of the apps below name the files among `ids` that `reader` may open as staff."""
    files = Application.objects.of_staff(reader).filter(pk__in=ids).values_list("pk", "reference")
    return {pk: FileName(reference or "", reverse("file-answers", args=[reference])) for pk, reference in files}
