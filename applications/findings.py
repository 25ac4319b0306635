"""What the system finds by itself about each item of a screening checklist, and the checklist as an officer reads it.

A finding proposes; a person decides. What the system cannot tell is `None`: the officer looks.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from applications import constants
from applications.checks import eligibility_check, live_sponsorship
from applications.figures import aid_of
from applications.models import Application, Finding
from applications.rules import Again
from applications.selectors.answers import eligibility_of, form_of
from applications.selectors.screening import again_of, closed_to_markers, screening_of
from applications.selectors.submitted import Submitted, current_snapshot, read_snapshot
from applications.states import VALID
from audit.actors import Actor
from moves.interests import barred_from
from programs.policy import AutomaticCheck
from programs.selectors import policy_of
from questions.constants import QuestionType
from questions.schema.answers import visible_questions
from questions.schema.values import add_months
from work import clock
from work.money import format_money, format_percent
from work.names import folded
from work.texts import Text

OWN = "own-"  # the keys of an officer's own items begin so


@dataclass(frozen=True)
class Automatic:
    """`passed`: True, False, or None when the system cannot tell. `facts`: sentences that say why."""

    passed: bool | None
    facts: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return {True: "good", False: "bad", None: "wait"}[self.passed]

    @property
    def label(self) -> str:
        return {True: _("Nothing wrong found"), False: _("Something found"), None: _("To be checked")}[self.passed]


@dataclass(frozen=True)
class Item:
    """One item of the checklist of a file. `finding` is what the officer marked, None before; `again`: why that does
    not count until it is looked at again."""

    key: str
    label: Text
    help: Text = field(default_factory=Text)
    automatic: Automatic | None = None
    finding: Finding | None = None
    own: bool = False
    again: Again | None = None
    version: int = 0  # of its mark; 0 before the first

    @property
    def stale(self) -> bool:
        """Whether its mark is to be looked at again."""
        return self.again is not None

    @property
    def marked(self) -> bool | None:
        """What the officer marked, whenever that was."""
        return self.finding.passed if self.finding else None

    @property
    def passed(self) -> bool | None:
        """What the mark says of the submission that stands; None while nobody has looked at it."""
        return None if self.stale else self.marked

    @property
    def label_of_mark(self) -> str:
        if self.stale:
            return _("to look at again")
        return {True: _("compliant"), False: _("not compliant"), None: _("to mark")}[self.passed]

    @property
    def kind(self) -> str:
        return "wait" if self.stale else {True: "good", False: "bad", None: ""}[self.passed]


def checklist_of(application: Application, *, reader: Actor | None = None) -> list[Item]:
    """The items of the call's rules, then the officer's own, each with what the system found and what was marked.

    The system reads what was submitted, never what the applicant is changing now. Given a `reader`, it
    says nothing of files that are closed to them.
    """
    snapshot = current_snapshot(application)
    content = read_snapshot(snapshot) if snapshot else Submitted()
    answers = content.answers
    marked = {finding.item: finding for finding in application.findings.select_related("by").order_by("pk")}
    opened, closed_to = screening_of(application), closed_to_markers(application)
    cache: dict[AutomaticCheck, Automatic] = {}
    items = []
    for rule in policy_of(application.call).screening.items:
        name = rule.automatic
        if name and name not in cache:
            check = partial(duplicates, reader=reader) if name == AutomaticCheck.DUPLICATES else CHECKS[name]
            cache[name] = check(application, answers, content)
        finding = marked.pop(rule.key, None)
        items.append(
            Item(
                key=rule.key,
                label=rule.label,
                help=rule.help,
                automatic=cache.get(name) if name else None,
                finding=finding,
                again=again_of(finding, opened, closed_to),
                version=finding.version if finding else 0,
            )
        )
    for key, finding in marked.items():
        if key.startswith(OWN):
            label = Text(finding.own_fr, finding.own_en)
            mark = finding if finding.passed is not None else None
            again = again_of(mark, opened, closed_to)
            items.append(Item(key, label, finding=mark, own=True, again=again, version=finding.version))
    return items


def because_of(items: Iterable[Item]) -> Again | None:
    """Why these items are to be looked at again; None where there are several reasons, or nothing to look at."""
    reasons = {item.again for item in items if item.again}
    return reasons.pop() if len(reasons) == 1 else None


# ------------------------------------------------------- what is found, by name


def eligibility(application: Application, answers: Mapping[str, object], content: Submitted) -> Automatic:
    """The two-minute check, answered; and what it says against the record of the organisation."""
    check = eligibility_check(application.call)
    if check is None:
        return Automatic(None, (_("This programme has no eligibility questions."),))
    said = content.eligibility or eligibility_of(application)
    refused = [str(item.refusal) for item in check.refusals(said)]
    if refused:
        return Automatic(False, tuple(refused))
    facts = [_("Every answer to the eligibility questions is favourable.")]
    organisation = content.organisation
    employees = organisation.get("employees")
    if employees is not None:
        facts.append(_("Employees on the organisation's record: %(count)s.") % {"count": employees})
        if "staff" in said and said["staff"] != employees:
            facts.append(_("The eligibility questions were answered with %(count)s.") % {"count": said["staff"]})
    naics = answers.get("naics") or organisation.get("naics")
    if naics:
        facts.append(_("Main NAICS code: %(code)s.") % {"code": naics})
    return Automatic(True if check.is_complete(said) else None, tuple(facts))


def dates(application: Application, answers: Mapping[str, object], content: Submitted) -> Automatic:
    """The project within the window of eligible costs, and no longer than the form allows."""
    question = form_of(application).question(constants.PERIOD)
    period = answers.get(constants.PERIOD)
    if question is None or not isinstance(period, dict):
        return Automatic(None, (_("The form does not ask for the dates of the project."),))
    start, end = date.fromisoformat(period["from"]), date.fromisoformat(period["to"])
    language = _language()
    facts = [
        _("From %(start)s to %(end)s.")
        % {"start": clock.format_day(start, language), "end": clock.format_day(end, language)}
    ]
    wrong = []
    assert application.submitted_at is not None  # only submitted files are screened
    submitted_on = clock.day_of(application.submitted_at)
    if start < submitted_on:
        wrong.append(
            _("It starts before the day of submission, %(day)s.") % {"day": clock.format_day(submitted_on, language)}
        )
    until = policy_of(application.call).aid.window.until
    if until and end > until:
        last = clock.format_day(until, language)
        wrong.append(_("It ends after %(day)s, the last day of eligible costs.") % {"day": last})
    months = question.limits.get("max_months")
    if months and end > add_months(start, months):
        longer = ngettext("It lasts more than %(count)s month.", "It lasts more than %(count)s months.", months)
        wrong.append(longer % {"count": months})
    return Automatic(not wrong, tuple(facts + wrong))


def amounts(application: Application, answers: Mapping[str, object], content: Submitted) -> Automatic:
    """The smallest project, the stacking of public aid, and what is asked, by the same computation as everywhere."""
    aid = aid_of(application, answers)
    if aid is None:
        return Automatic(None, (_("The form has no budget."),))
    smallest, language = policy_of(application.call).aid.min_project, _language()
    facts = [_("Eligible costs: %(amount)s.") % {"amount": format_money(aid.eligible, language)}]
    wrong = []
    if aid.eligible < smallest:
        least = format_money(smallest, language)
        wrong.append(_("They are below the smallest project, %(amount)s.") % {"amount": least})
    facts.append(
        _("Total public aid: %(share)s of eligible costs, for a cap of %(cap)s.")
        % {"share": format_percent(aid.stack_percent, language), "cap": format_percent(aid.stacking_cap, language)}
    )
    if aid.stack_percent > aid.stacking_cap:
        wrong.append(_("Public aid is above the cap."))
    asked = application.requested_amount
    if asked is not None:
        facts.append(
            _("Aid requested, bonus included: %(asked)s. The most that can be granted: %(most)s.")
            % {"asked": format_money(asked, language), "most": format_money(aid.total, language)}
        )
        if asked > aid.total:
            wrong.append(_("The aid requested is above what can be granted."))
    return Automatic(not wrong, tuple(facts + wrong))


def attestations(application: Application, answers: Mapping[str, object], content: Submitted) -> Automatic:
    """Every attestation that was shown and required is signed."""
    seen = visible_questions(form_of(application), answers)
    needed = [q for q in seen if q.type == QuestionType.ATTESTATION and q.required]
    missing = [str(q.label) for q in needed if answers.get(q.key) is not True]
    if missing:
        return Automatic(False, (_("Not attested: %(names)s.") % {"names": ", ".join(missing)},))
    return Automatic(
        True,
        (_("Attestations signed by %(name)s: %(count)s.") % {"count": len(needed), "name": content.signed_name},),
    )


def sponsor(application: Application, answers: Mapping[str, object], content: Submitted) -> Automatic:
    """The customer confirmed on its own page."""
    sponsorship = live_sponsorship(application)
    if sponsorship is None:
        return Automatic(False, (_("No sponsor was asked."),))
    if sponsorship.confirmed_at is None:
        return Automatic(False, (_("%(name)s has not confirmed.") % {"name": sponsorship.organisation_name},))
    values = {
        "name": sponsorship.confirmed_name,
        "organisation": sponsorship.organisation_name,
        "day": clock.format_day(sponsorship.confirmed_at, _language()),
    }
    return Automatic(True, (_("Confirmed by %(name)s, %(organisation)s, on %(day)s.") % values,))


def duplicates(
    application: Application, answers: Mapping[str, object], content: Submitted, *, reader: Actor | None = None
) -> Automatic:
    """Every other file of the organisation in the programme, in the order they came. The same title is a duplicate;
    another one, a question. Files that are closed to the reader are left out."""
    others = (
        Application.objects.filter(
            organisation_id=application.organisation_id, call__program_id=application.call.program_id
        )
        .exclude(pk=application.pk)
        .filter(state__in=VALID)
        .order_by("pk")
    )
    if reader:
        others = others.exclude(pk__in=barred_from(reader))
    same: list[Application] = []
    other: list[Application] = []
    for one in others:
        (same if folded(one.title).strip() == folded(application.title).strip() else other).append(one)
    if same:
        return Automatic(
            False, tuple(_("%(reference)s has the same title.") % {"reference": o.reference} for o in same)
        )
    if other:
        return Automatic(
            None,
            tuple(
                _("Also applied: %(reference)s, “%(title)s”.") % {"reference": o.reference, "title": o.title}
                for o in other
            ),
        )
    if reader and barred_from(reader).exists():  # there may be one among those, of whichever organisation
        said = _("No other application of this organisation in this programme, among the files that are open to you.")
        return Automatic(None, (said,))
    return Automatic(True, (_("No other application of this organisation in this programme."),))


def exclusion_list(application: Application, answers: Mapping[str, object], content: Submitted) -> Automatic:
    """The system keeps no list: the officer consults the public register."""
    neq = application.organisation.neq
    return Automatic(None, (_("Consult the public register for NEQ %(neq)s.") % {"neq": neq},))


CHECKS: dict[AutomaticCheck, Callable[[Application, Mapping[str, object], Submitted], Automatic]] = {
    AutomaticCheck.ELIGIBILITY: eligibility,
    AutomaticCheck.DATES: dates,
    AutomaticCheck.AMOUNTS: amounts,
    AutomaticCheck.ATTESTATIONS: attestations,
    AutomaticCheck.SPONSOR: sponsor,
    AutomaticCheck.DUPLICATES: duplicates,
    AutomaticCheck.EXCLUSION_LIST: exclusion_list,
}


def _language() -> str:
    return get_language() or "fr"
