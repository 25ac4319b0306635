"""Screening a file: opened, found complete, each item marked one by one, then found eligible or not.

Before anything is marked the officer has declared their interests; who prepared or sponsored the file never screens.
"""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from applications.access import open_file
from applications.findings import OWN, Item, checklist_of
from applications.models import Application, Finding
from applications.pages import APPLICATION
from applications.selectors.people import people_of
from applications.selectors.screening import is_edition
from applications.services.changes import close_request
from applications.services.clocks import start_clock
from applications.services.drafts import locked
from audit import services as trail
from audit.actors import Actor
from moves.machine import ask_who, move, refusals
from moves.refusals import Refusal, WrongMoment
from moves.services import record_duty
from moves.states import Duty
from moves.transitions import MoveOf, Reason
from notifications import messages
from notifications.services import queue_message
from work import clock
from work.versions import write_over

CHANGED = gettext_lazy(
    "The file or its checklist has changed since you opened this page. Here it is as it is now: read it, then do it "
    "again."
)


class ScreeningOvertaken(WrongMoment):
    """The checklist is no longer the edition that was read: nothing was done, and its reader reads it again."""

    def __init__(self) -> None:
        super().__init__(Refusal(CHANGED, code="edition"))


def _as_read(
    application: Application, step: MoveOf[Application], *, by: Actor, edition: str | None, with_marks: bool
) -> None:
    """ScreeningOvertaken where the checklist is not as `by` had read it (`selectors.screening.edition_of`); Forbidden
    for the wrong person. The file stays locked: nobody changes it before the step. None: a caller who shows it to
    nobody, and asks nothing."""
    if edition is None:
        return
    application = locked(application)
    ask_who(application, step, by=by)
    if not is_edition(application, edition, with_marks=with_marks):
        raise ScreeningOvertaken


@transaction.atomic
def mark_finding(
    application: Application,
    item: str,
    *,
    by: User,
    passed: bool | None,
    reason: str = "",
    version: int = 0,
    edition: str | None = None,
) -> Finding:
    """Mark one item passed or failed, with the reason; None takes the mark back. Returns the `Finding`.

    `version` is the one that was read, 0 for an item that had no mark: Overtaken when somebody marked it since.
    `edition`: of the checklist that was read: ScreeningOvertaken when the applicant has sent another submission since,
    or the file came back; what others marked meanwhile is no matter. None: not asked.
    A failed item needs its reason by the time the file is found ineligible: the letter says it.
    """
    application = locked(application)
    _ask(application, by)
    if edition is not None and not is_edition(application, edition, with_marks=False):
        raise ScreeningOvertaken
    known = next((one for one in checklist_of(application) if one.key == item), None)
    if known is None:
        raise WrongMoment(Refusal(_("This item is not on the checklist."), code="item"))
    return _mark(application, known, by=by, passed=passed, reason=reason, version=version)


@transaction.atomic
def confirm_marks(application: Application, *, by: User, edition: str) -> list[Finding]:
    """Say, in one act, that every mark that is to be looked at again still holds: each keeps its result and its note.
    Returns the findings, none when nothing is left to look at again.

    `edition`: of the checklist that was read (`selectors.screening.edition_of`): ScreeningOvertaken when it says
    anything else since. Nobody confirms a mark, or after a reason, that their page did not show.
    """
    application = locked(application)
    _ask(application, by)
    waiting = [item for item in checklist_of(application) if item.stale]
    if waiting and not is_edition(application, edition, with_marks=True):
        raise ScreeningOvertaken
    confirmed = []
    for item in waiting:
        assert item.finding is not None  # it was marked
        reason = item.finding.reason
        confirmed.append(_mark(application, item, by=by, passed=item.marked, reason=reason, version=item.version))
    return confirmed


def _mark(
    application: Application, known: Item, *, by: User, passed: bool | None, reason: str, version: int
) -> Finding:
    item, automatic = known.key, known.automatic
    texts = {"passed": passed, "reason": (reason or "").strip()}
    finding = application.findings.filter(item=item).first()
    if finding is None:
        finding = Finding(application=application, item=item, by=by, at=clock.now(), **texts)
    else:
        write_over(finding, version=version, by=by, texts=texts)
    finding.automatic = automatic.passed if automatic else None
    finding.evidence = {"facts": list(automatic.facts)} if automatic else {}
    finding.save()
    given = {"item": item, "passed": passed, "automatic": automatic.passed if automatic else None}
    personal = {"reason": finding.reason} if finding.reason else None
    trail.record(application, "application.mark_finding", by=by, given=given, personal=personal)
    record_duty(application.pk, by=by, duty=Duty.SCREEN)
    return finding


@transaction.atomic
def add_own_item(application: Application, *, by: User, text_fr: str, text_en: str) -> Finding:
    """Add an item of the officer's own to the checklist of this file, in both languages."""
    application = locked(application)
    _ask(application, by)
    text_fr, text_en = " ".join(text_fr.split())[:250], " ".join(text_en.split())[:250]
    if not text_fr or not text_en:
        raise WrongMoment(Refusal(_("Write the item in both languages."), code="text"))
    number = application.findings.filter(item__startswith=OWN).count() + 1
    finding = Finding.objects.create(
        application=application, item=f"{OWN}{number}", own_fr=text_fr, own_en=text_en, by=by, at=clock.now()
    )
    trail.record(
        application,
        "application.add_item",
        by=by,
        given={"item": finding.item},
        personal={"text_fr": text_fr, "text_en": text_en},
    )
    return finding


@transaction.atomic
def find_complete(application: Application, *, by: Actor, edition: str | None = None) -> Application:
    """Every piece is there: the clock of completeness stops, that of the decision runs, and the applicant is told the
    date. Whoever finds it has opened the file, which is not taken back from then on. Returns the row.

    `edition`: of the checklist that was read: ScreeningOvertaken where it is of another submission, or was when the
    file had not come back. Of the two other findings, where anything of it has changed. None: not asked.
    """
    _as_read(application, Application.find_complete, by=by, edition=edition, with_marks=False)
    application = move(open_file(application, by=by), Application.find_complete, by=by)
    application.complete_at = application.since
    application.first_complete_at = application.first_complete_at or application.since
    application.save(update_fields=["complete_at", "first_complete_at"])
    for person in people_of(application):
        queue_message(
            messages.ApplicationComplete(
                reference=application.number, title=application.title, day=clock.day_of(application.complete_at)
            ),
            to=person,
            link=APPLICATION(application.public_id),
            application_id=application.pk,
            key=f"application_complete:{application.public_id}:{application.complete_at.isoformat()}:{person.pk}",
        )
    start_clock(application)
    return application


@transaction.atomic
def find_eligible(application: Application, *, by: Actor, edition: str | None = None) -> Application:
    """Every item is marked and passed: the file is eligible. Returns the row."""
    _as_read(application, Application.find_eligible, by=by, edition=edition, with_marks=True)
    return move(application, Application.find_eligible, by=by)


@transaction.atomic
def find_ineligible(application: Application, *, by: Actor, edition: str | None = None) -> Application:
    """An item failed, with its reason. A decision is drafted by reaction; its clock runs. Returns the row."""
    _as_read(application, Application.find_ineligible, by=by, edition=edition, with_marks=True)
    application = move(application, Application.find_ineligible, by=by)
    close_request(application, by=by)
    start_clock(application)
    return application


@transaction.atomic
def screen_again(application: Application, *, by: Actor, reason: str) -> Application:
    """Send a file back to be screened, for its screening came before a conflict of interest and does not stand. Returns
    the row. Forbidden but for who rules on that; WrongMoment where nothing came before one, or without words."""
    return move(application, Application.screen_again, by=by, given=Reason((reason or "").strip()))


def marking_refusals(application: Application, *, by: Actor) -> tuple[Refusal, ...]:
    """What stands in the way of marking the checklist: it is a part of the finding, and open as long as the file can
    still be found ineligible. Forbidden for the wrong person; WrongMoment once it is closed."""
    try:
        return refusals(application, Application.find_ineligible, by=by, part=True)
    except WrongMoment:
        raise WrongMoment(Refusal(_("The checklist of this file is closed."), code="state")) from None


def _ask(application: Application, by: Actor) -> None:
    if waiting := marking_refusals(application, by=by):
        raise WrongMoment(*waiting)
