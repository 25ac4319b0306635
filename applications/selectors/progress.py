"""Where a file stands, as its applicant may know it: never an outcome before its letter."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications.models import Application, ChangeRequest
from applications.selectors.cohorts import goes_on_to
from applications.selectors.deadlines import decision_clock, service_due, stay_told
from applications.states import LEFT, ApplicationState, PublicState
from audit.models import Entry
from programs.policy import Standard, Start
from programs.selectors import policy_of
from work import clock


@dataclass(frozen=True)
class Span:
    """A step of the bridge: `done`, `now` or `later`, with a few words or none."""

    label: str
    state: str
    note: str = ""


@dataclass(frozen=True)
class Happened:
    """A line of the timeline."""

    what: str
    at: datetime
    who: str = ""


@dataclass(frozen=True)
class Again:
    """When it was `found` complete, and when the applicant `sent` changes since."""

    found: datetime
    sent: datetime


def bridge(application: Application) -> list[Span]:
    """The steps that an applicant may see: submitted, assessed, decided. Withdrawn, or cancelled with its call, a file
    goes no further: that comes last, after the steps that were told."""
    language = _language()
    if application.state == ApplicationState.DRAFT:
        return [
            Span(_("Draft"), "now"),
            Span(_("Submitted"), "later"),
            Span(_("Being assessed"), "later"),
            Span(_("Decision"), "later"),
        ]
    assert application.submitted_at is not None  # no draft: it was submitted
    told, state, has_left = application.outcome_at, application.public_state, application.state in LEFT
    between = _("Changes requested") if state is PublicState.CHANGES_REQUESTED else _("Being assessed")
    complete = ""
    if application.complete_at:
        complete = _("complete on %(day)s") % {"day": clock.format_day(application.complete_at, language)}
    road = [
        Span(_("Submitted"), "done", clock.format_day(application.submitted_at, language)),
        Span(between, "done" if told or has_left else "now", complete),
    ]
    if told:
        road.append(Span(_("Decision"), "done" if has_left else "now", clock.format_day(told, language)))
    if has_left:  # told at once
        left = clock.format_day(application.since, language)
        return [*road, Span(capfirst(str(state.label)), "now", _("since %(day)s") % {"day": left})]
    return road if told else [*road, Span(_("Decision"), "later")]


def found_complete(application: Application) -> list[datetime]:
    """Each time it was found complete, which was told each time, first to last. What is sent again is found complete
    anew: the trail keeps what the row forgets, and the row what was found before there was a trail of it."""
    told = Entry.objects.of_file(application.pk).filter(verb="application.find_complete")
    row = (application.first_complete_at, application.complete_at)
    return sorted(set(told.values_list("at", flat=True)) or {at for at in row if at})


def checked_again(application: Application) -> Again | None:
    """When it was last found complete, and when changes came after that, which nobody has found complete yet. None for
    any other file."""
    if application.complete_at or application.first_complete_at is None:
        return None
    found = found_complete(application)[-1]
    sent = max((one.answered_at for one in application.change_requests.all() if one.answered_at), default=None)
    return Again(found, sent) if sent else None


def timeline(application: Application) -> list[Happened]:
    """What the applicant did, and what they were told, newest first."""
    lines = [Happened(_("Draft started"), application.created_at, application.created_by.full_name)]
    for snapshot in application.snapshots.select_related("by").order_by("number"):
        what = _("Application submitted") if snapshot.number == 1 else _("Application sent again")
        lines.append(Happened(what, snapshot.at, snapshot.by.full_name))
    for sponsorship in application.sponsorships.all():
        if sponsorship.confirmed_at:
            who = f"{sponsorship.confirmed_name}, {sponsorship.organisation_name}"
            lines.append(Happened(_("Sponsorship confirmed"), sponsorship.confirmed_at, who))
    for asked in application.change_requests.all():
        lines.append(Happened(_("Changes requested"), asked.at, application.call.program.cluster.name))
        if asked.cancelled_at and not (application.state in LEFT and asked.cancelled_at >= application.since):
            # Of one that ended with the file, the end of the file is told.
            cancelled = _("Request for changes cancelled")
            lines.append(Happened(cancelled, asked.cancelled_at, application.call.program.cluster.name))
    for found in found_complete(application):
        lines.append(Happened(_("Confirmed complete"), found, application.call.program.cluster.name))
    if application.state in LEFT:
        lines.append(Happened(capfirst(str(application.get_state_display())), application.since))
    if application.outcome_at:
        lines.append(Happened(_("Decision letter sent"), application.outcome_at))
    lines.reverse()  # of two things at one instant, the later one comes first
    return sorted(lines, key=lambda line: line.at, reverse=True)


def next_steps(application: Application) -> list[str]:
    """What happens next, with its dates, in sentences: to a file that is being assessed or, for all that is told of it,
    waits on the list. None to any other."""
    told = application.public_state
    if told is PublicState.WAITLISTED:
        return [
            _waits(application),
            _("You have nothing more to submit. We will write to you once it is decided."),
        ]
    if told is not PublicState.BEING_ASSESSED:
        return []
    language = _language()
    steps = [_completeness(application)]
    cohort = application.cohort_closes_at
    if cohort:
        if cohort > clock.now():
            sentence = (
                _("Its cohort closes on %(instant)s; all its files are then compared.")
                if policy_of(application.call).ranking.within_cohort
                else _("Its cohort closes on %(instant)s.")
            )
            steps.append(sentence % {"instant": clock.format_instant(cohort, language)})
        steps.append(_decided(application))
    steps.append(
        _("If we need anything clarified, we will write to you; you can reply from this page.")
        if application.complete_at
        else _("If something is missing, we will write to you; you can reply from this page.")
    )
    return [step for step in steps if step]


def _waits(application: Application) -> str:
    """With which files one that waits on the list is compared, as its letter said it: until those have all come, and
    since."""
    goes_on = goes_on_to(application)
    if goes_on is None:
        return _("Your application is on the waiting list. It is not ranked again with the files of a later cohort.")
    sentence = (
        _("Your application is on the waiting list. It is ranked again with the files of the cohort of %(day)s.")
        if goes_on.joined
        else _(
            "Your application is on the waiting list. It will be ranked again with the files of the next cohort, "
            "which closes on %(day)s."
        )
    )
    return sentence % {"day": clock.format_day(goes_on.closing, _language())}


def while_awaited(request: ChangeRequest) -> str:
    """In which cohort a file is whose changes are asked, and until when they may come for it to stay there, where that
    is the next day to come: sooner than the day to answer by, or after it. "" for a call without cohorts."""
    application, language = request.application, _language()
    cohort = application.cohort_closes_at
    if cohort is None or not application.call.cohorts:
        return ""
    said = _("Your application is in the cohort of %(day)s.") % {"day": clock.format_day(cohort, language)}
    stay = stay_told(request)
    if stay is None:
        return said
    days = {
        "until": clock.format_instant(stay.until, language),
        "closing": clock.format_day(stay.next_closing, language),
    }
    stays = (
        _(
            "To stay in it, send the changes by %(until)s; after that, it moves to the next cohort, which closes on "
            "%(closing)s."
        )
        if request.is_late
        else _(
            "To stay in it, send the changes by %(until)s, even if you were given longer; after that, it moves to the "
            "next cohort, which closes on %(closing)s."
        )
    )
    return f"{said} {stays % days}"


def _decided(application: Application) -> str:
    """By when the decision is sent, of what the applicant was told alone: until its file is found complete, where the
    rules count from that day, from what it will be counted."""
    delay, promise = decision_clock(application), policy_of(application.call).service.decide
    if delay is not None and delay.due is not None:
        due = delay.due
        sentence = (
            _("The decision was due by %(day)s. It is late; it will still reach you by letter.")
            if due < clock.now()
            else _("The decision is sent to you by letter by %(day)s.")
        )
        return sentence % {"day": clock.format_day(due, _language())}
    if promise is None or delay is not None:  # nothing is promised; or its clock is paused, which the page says
        return ""
    closing = application.cohort_closes_at
    if promise.start == Start.CLOSING_OR_COMPLETE and closing is not None and closing > clock.now():
        until = clock.format_day(promise.calendar.ends(closing, promise.days), _language())
        return _(
            "The decision is sent to you by letter by %(day)s, if your application is confirmed complete before its "
            "cohort closes; otherwise, within %(length)s of the day it is confirmed complete."
        ) % {"day": until, "length": promise.length}
    sentence = _(
        "The decision is sent to you by letter within %(length)s of the day your application is confirmed complete."
    )
    return sentence % {"length": promise.length}


def _completeness(application: Application) -> str:
    """By when the applicant is told that every piece is there. Of what it may know alone, the day that it submitted:
    the clock of the row is another's, once the file is found eligible or not. After a request for changes the promise
    was paused, and no day is given."""
    assert application.submitted_at is not None  # no draft: it was submitted
    if application.complete_at:
        return _("Your application has everything required: it was confirmed complete on %(day)s.") % {
            "day": clock.format_day(application.complete_at, _language())
        }
    if again := checked_again(application):
        return _(
            "Your application was confirmed complete on %(day)s. You sent changes on %(sent)s: we are checking again "
            "that it has everything required."
        ) % {"day": clock.format_day(again.found, _language()), "sent": clock.format_day(again.sent, _language())}
    due = service_due(application.call, Standard.COMPLETE, application.submitted_at)
    if due is None:
        return ""
    if application.change_requests.exists():
        return _("We are checking that what you sent is complete.")
    sentence = (
        _("We were to tell you by %(day)s whether your application is complete. We are late.")
        if due < clock.now()
        else _("By %(day)s, we will tell you whether your application is complete.")
    )
    return sentence % {"day": clock.format_day(due, _language())}


def _language() -> str:
    return get_language() or "fr"
