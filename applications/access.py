"""The one door to a file: whoever reads one, on a page, in a download or a fragment, comes through here.

It asks by which right the person reads it, and whether a conflict of interest closes it to them; it stamps the first
opening by those who run it, and records the reading. Lists ask the same rights of the querysets.

There are five rights, and a page names the one that it asks:

    OWN         here              the applicant's own people: drafts, answers, their documents, letters, requests
    STAFF       here              a role of the programme or cluster: answers, documents, screening, reviews, decision
    REVIEWER    reviews.access    a review that they accepted: the evidence and its documents, no hidden answer
    TO_DECLARE  reviews.access    a part in the file, before they declare: its title and the names, no document
    PARTNER     decisions.access  a concurrence asked of their ministry: the award, its reasons, no document

What does not come through it, and why:

    the sponsor's link   `applications.views.sponsor`: its right is the link, of somebody who may have no account; it
                         says the title and the summary, to the sponsor's own side, and records them
    the trail of a file  comes through it, and records its own reading: its page shows the readings before it
    a ministry's API     `reports.api`: its right is a key, or a seat, of a partner; its rows are the partner's own
                         (`reports.selectors.scope`), less what a conflict closes to who asks from a seat, or to
                         who made the key, and each answer is a reading
    lists                one reading each (`audit.services.record_list_reading`), their rows asked of the same rights:
                         the list of files, on its page and as CSV; a search; a call's ranking; a reviewer's files, to
                         review and reviewed; decisions that wait; what a partner is asked to concur in; its awards; the
                         statement of an envelope, on its page and as CSV; the trail searched, each page of it; each
                         page and each CSV of the API
    one's own list       the company's own files: what is read of each is recorded once it is opened
    home                 what waits for a person: numbers, and the files that they open next

`tests/house/test_file_doors.py` looks for what fetches a file otherwise. Who gets what at each address is
`tests/access/table.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q
from django.http import Http404

from accounts.models import User
from accounts.rules import is_person
from applications.models import Application
from applications.querysets import given_by_membership, given_by_role
from applications.rules import is_officer, is_screener
from applications.states import ApplicationState
from audit import services as trail
from audit.actors import Actor
from audit.states import Read, ReadOne
from moves.interests import ask_unbarred
from moves.models import Stance
from work import clock

RELATED = ("call__program__cluster", "call__form", "call__rules", "call__rubric", "organisation")
# A definition is parsed once in a process, and read then.
PARSED = ("call__form__definition", "call__rules__definition", "call__rubric__definition")


def nothing_more(_application: Application, _person: User) -> None:
    """The file is given, and open: most rights ask no more."""


@dataclass(frozen=True)
class Right:
    """A right to read files: `files(person)` is the condition on a file that gives it.

    `ask`: what its app asks of a file that it gives, and refuses with the reason. `despite_conflict`: no conflict of
    interest closes it, as for their own file. `opens`: they run the file, so that their first reading is its opening.
    """

    files: Callable[[User], Q]
    ask: Callable[[Application, User], None] = nothing_more
    despite_conflict: bool = False
    opens: bool = False


# The applicant's own people, and whom a role of the cluster gives the file. Higher apps have theirs: a file to review.
OWN = Right(given_by_membership, despite_conflict=True)
STAFF = Right(given_by_role, opens=True)


def enter(
    person: User,
    right: Right,
    *,
    read: Read | ReadOne | None,
    subject: Model | str | None = None,
    **which: object,
) -> Application:
    """The file that `which` names (`reference=…`, `public_id=…`), for `person` to read by this right.

    Http404 where the right does not give it; Forbidden, with the reason, when a conflict of interest closes it; what
    else the right asks.
    `read` says which part of it is shown (of `subject`, the file itself by default) and is recorded; None when the
    request only acts, and shows nothing.
    """
    if not is_person(person):  # an account that was closed since
        raise Http404
    files = Application.objects.filter(right.files(person), **which).select_related(*RELATED).defer(*PARSED)
    if not right.despite_conflict:
        bars = Stance.objects.filter(application_id=OuterRef("pk"), user_id=person.pk).barring()
        files = files.annotate(is_closed=Exists(bars))
    found = files.first()
    if found is None:
        raise Http404
    if getattr(found, "is_closed", False):
        ask_unbarred(found.pk, person)
    right.ask(found, person)
    application = open_file(found, by=person) if right.opens else found
    if read:
        trail.record_reading(person, application_id=application.pk, subject=subject or application, what=read)
    return application


def open_file(application: Application, *, by: Actor) -> Application:
    """Stamp the first reading by an officer or a screener: from here the applicant no longer takes it back.

    Anybody else's reading, and every later one, changes nothing. Returns the row as it is now.
    """
    if application.opened_at is not None or application.state == ApplicationState.DRAFT:
        return application
    if not (is_screener(application, by) or is_officer(application, by)):
        return application
    with transaction.atomic():
        rows = Application.objects.select_for_update(of=("self",), no_key=True)
        application = rows.select_related(*RELATED).defer(*PARSED).get(pk=application.pk)
        if application.opened_at is None and application.state != ApplicationState.DRAFT:
            application.opened_at = clock.now()
            application.save(update_fields=["opened_at"])
            trail.record(application, "application.open", by=by)
    return application
