"""What is done of a draft and what is left, part by part."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.checks import (
    ELIGIBILITY_SECTION,
    eligibility_check,
    live_sponsorship,
    missing_answers,
    needs_sponsor,
)
from applications.models import Application
from applications.selectors.answers import answers_of, eligibility_of, form_of
from questions.constants import QuestionType
from questions.schema import Missing
from questions.schema.answers import visible_questions

DONE = "done"  # as components/task_list.html knows it


@dataclass(frozen=True)
class Task:
    """A part to fill in: where it stands in words, and the kind of its tag (`DONE`: no tag)."""

    name: str
    url: str
    status: str
    kind: str
    hint: str = ""

    @property
    def is_done(self) -> bool:
        return self.kind == DONE


def task_list(application: Application) -> list[Task]:
    """One task a section, with the check before and the sponsor after; the last one is to check and submit.

    A section is done where nothing of it keeps the file from being sent: its lines are those of the check.
    """
    form, answers = form_of(application), answers_of(application)
    left = missing_answers(application, answers)
    seen = visible_questions(form, answers)
    items = []
    if eligibility_check(application.call):
        problems = [item for item in left if item.section == ELIGIBILITY_SECTION]
        url = reverse("application-eligibility", args=[application.public_id])
        items.append(_task(_("Eligibility"), url, _status(not problems, bool(eligibility_of(application)), problems)))
    for section in form.sections:
        here = [q for q in seen if q.section == section.key]
        questions = [q for q in here if q.is_answerable and q.type != QuestionType.ATTESTATION]
        if not questions:
            continue
        wrong = [item for item in left if item.section == section.key]
        begun = sum(q.key in answers for q in questions)
        url = reverse("application-section", args=[application.public_id, section.key])
        hint = ""
        if begun and wrong:
            count = len({item.question for item in wrong})
            hint = ngettext("%(count)d answer left", "%(count)d answers left", count) % {"count": count}
        items.append(_task(str(section.title), url, _status(not wrong, bool(begun), wrong), hint))
    if needs_sponsor(application.call):
        items.append(_sponsor_task(application))
    ready = all(item.is_done for item in items)
    url = reverse("application-check", args=[application.public_id])
    items.append(_task(_("Check your answers and submit"), url, (_("Ready"), "good") if ready else (_("To do"), "")))
    return items


def _task(name: str, url: str, status: tuple[str, str], hint: str = "") -> Task:
    words, kind = status
    return Task(name, url, words, kind, hint)


def _status(complete: bool, begun: bool, problems: Iterable[Missing]) -> tuple[str, str]:
    if complete and (begun or not problems):
        return _("Complete"), DONE
    if any(item.reason == "invalid" for item in problems):
        return _("To correct"), "bad"
    return (_("In progress"), "info") if begun else (_("To do"), "")


def _sponsor_task(application: Application) -> Task:
    sponsorship = live_sponsorship(application)
    url = reverse("application-sponsor", args=[application.public_id])
    if sponsorship is None:
        return _task(_("The sponsor's confirmation"), url, (_("To do"), ""))
    if sponsorship.confirmed_at:
        return _task(_("The sponsor's confirmation"), url, (_("Confirmed"), DONE), sponsorship.organisation_name)
    if sponsorship.declined_at:
        return _task(_("The sponsor's confirmation"), url, (_("Declined"), "bad"), sponsorship.organisation_name)
    return _task(_("The sponsor's confirmation"), url, (_("Waiting"), "wait"), sponsorship.organisation_name)
