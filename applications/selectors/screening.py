"""From when the marks of a checklist count, what of it somebody has read, and whose work a finding is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from applications.models import Application, Finding, ScreeningReturn
from applications.rules import Again
from applications.selectors.submitted import current_snapshot
from applications.states import IN_SCREENING
from audit.models import Entry
from audit.services import subject_of
from audit.states import ActorKind
from moves.models import DutyDone, Stance
from moves.states import Duty
from programs.selectors import policy_of
from work.texts import Text

FINDINGS = ("application.find_eligible", "application.find_ineligible")
MARK = "application.mark_finding"


@dataclass(frozen=True)
class Opened:
    """When the screening of a file last began. `returned`: the act that brought it back after a finding; None where the
    applicant's latest submission began it. Marks made before do not count until they are looked at again.

    `which`: of which submission it is, and how often the file has come back, as one word.
    """

    at: datetime | None
    which: str
    returned: ScreeningReturn | None = None


@dataclass(frozen=True)
class Mark:
    """A mark of the checklist as it was at some instant: what was found of which item, why, by whom and when. `reason`
    is "" once it was erased; `at` None of a mark that has no instant."""

    of: Finding
    passed: bool | None
    reason: str
    by: User | None
    at: datetime | None


def marks_at(application: Application, at: datetime) -> list[Mark]:
    """Each mark of its checklist as it stood at that instant, in the order in which their items were first marked. One
    made again since is read in the trail, and left out where nothing is kept of it. One query; three more where any was
    made again."""
    rows = list(application.findings.select_related("by").order_by("id"))
    again = any(row.at is not None and row.at > at for row in rows)
    kept, people = _kept_of(application, at) if again else ({}, {})
    found = []
    for row in rows:
        if row.at is None or row.at <= at:
            found.append(Mark(row, row.passed, row.reason, row.by, row.at))
        elif (entry := kept.get(row.item)) is not None:
            reason = next((one.value for one in entry.erasables.all() if one.field == "reason"), "")
            found.append(Mark(row, entry.given["passed"], reason, people.get(entry.actor_id), entry.at))
    return found


def _kept_of(application: Application, at: datetime) -> tuple[dict[str, Entry], dict[int | None, User]]:
    """What the trail keeps of the marks made until then: the last of each item, by its key; and who made them."""
    made = Entry.objects.of(*subject_of(application)).filter(verb=MARK, at__lte=at).prefetch_related("erasables")
    kept = {str(entry.given["item"]): entry for entry in made}
    people = User.objects.in_bulk({entry.actor_id for entry in kept.values()})  # none but a person marks
    return kept, dict(people)


def screening_of(application: Application) -> Opened:
    """When its screening last began: at its latest submission, or at its return since. Two queries."""
    snapshot = current_snapshot(application)
    sent = snapshot.at if snapshot else None
    returns = list(application.screening_returns.latest_first().select_related("by"))
    which = f"{snapshot.number if snapshot else 0}.{len(returns)}"
    if returns and (sent is None or returns[0].at > sent):
        return Opened(returns[0].at, which, returns[0])
    return Opened(sent, which)


def again_of(finding: Finding | None, opened: Opened, closed_to: Collection[int]) -> Again | None:
    """Why a mark does not count until somebody looks at it again; None for one that does, or that says nothing.
    `closed_to`: as `closed_to_markers` gives them."""
    if finding is None or finding.passed is None:
        return None
    if finding.at and opened.at and finding.at < opened.at:
        return Again.RETURNED if opened.returned else Again.SENT
    return Again.CLOSED if finding.by_id in closed_to else None


def edition_of(application: Application) -> str:
    """What somebody reads who reads the checklist of a file now, as one word: of which submission, how often the file
    came back, how many marks were ever made, and which of them are to be looked at again. A page shows a checklist read
    after its edition: an act names the edition that was read before it."""
    opened, closed_to = screening_of(application), closed_to_markers(application)
    marks = list(application.findings.all())
    again = sorted(mark.item for mark in marks if again_of(mark, opened, closed_to))
    return ".".join([opened.which, str(sum(mark.version for mark in marks)), *again])


def is_edition(application: Application, edition: str, *, with_marks: bool) -> bool:
    """Whether the checklist is, now, as `edition` says that it was read; `with_marks`: the marks of each item too."""
    if with_marks:
        return edition == edition_of(application)
    return edition.split(".")[:2] == screening_of(application).which.split(".")


def closed_to_markers(application: Application) -> set[int]:
    """Keys of those who marked a file in screening and to whom it is closed: no mark of theirs counts before somebody
    else looks at it again. None once it was found eligible or not: the finding is ruled on, not its marks."""
    if application.state not in IN_SCREENING:
        return set()
    closed = Stance.objects.barring().filter(application_id=application.pk)
    return set(closed.filter(user_id__in=application.findings.values("by_id")).values_list("user_id", flat=True))


def items_named(files: Collection[int]) -> dict[tuple[int, str], Text]:
    """What each item of the checklists of these files is called, by file and key: those of the rules of its call, then
    the officers' own. Two queries, none for no file."""
    names: dict[tuple[int, str], Text] = {}
    for file in Application.objects.filter(pk__in=files).select_related("call__rules"):
        names |= {(file.pk, item.key): item.label for item in policy_of(file.call).screening.items}
    for one in Finding.objects.filter(application__in=files):
        if one.own_fr:
            names[one.application_id, one.item] = Text(one.own_fr, one.own_en)
    return names


def screened_by(application: Application) -> set[int]:
    """Keys of those whose work the finding of a file is: whoever made a mark that counts, and whoever found it eligible
    or not; everybody who screened it, where the trail does not say who found it so. Nobody in screening: there, marks
    alone are to be looked at again."""
    if application.state in IN_SCREENING:
        return set()
    found = Entry.objects.of(*subject_of(application)).filter(verb__in=FINDINGS).last()
    if found is None:
        return set(DutyDone.objects.on(application.pk, Duty.SCREEN).values_list("user_id", flat=True))
    since, marks = screening_of(application).at, application.findings.marked()
    people = {by for by, at in marks.values_list("by_id", "at") if by and (since is None or (at and at >= since))}
    return people | ({found.actor_id} if found.actor_kind == ActorKind.PERSON and found.actor_id else set())
