"""Who is told, and of what: the next in the chain, the partner's officers, those whose act a return made void; and the
programme's officers, of a step that there is nobody to take."""

from collections.abc import Collection

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applications.models import Application
from applications.pages import FILE_PAGE, FILE_SCREENING
from applications.selectors.people import holders_of, officers_of
from applications.selectors.turns import Stuck, takers_on
from applications.states import MARKABLE, ApplicationState, FileTurn
from audit.actors import Actor
from decisions.models import Concurrence, Decision
from decisions.pages import CONCURRENCE, FILE_DECISION
from decisions.selectors.turns import concurrers_of, partners_people_of, returners_of, stuck_among, takers_of
from decisions.states import ConcurrenceState, DecisionKind, ReturnTo, Turn
from letters.models import Letter
from moves.interests import unbarred
from notifications import messages
from notifications.services import queue_message
from programs.roles import ProgramRole
from reviews.models import Declaration
from reviews.pages import RECOMMEND
from reviews.selectors import panel_reviews
from reviews.selectors import stuck_among as files_stuck
from reviews.selectors.turns import free_for
from reviews.states import ReviewTurn
from work.pages import Link, Page
from work.texts import Text

TO_SEND_BACK = _("send the decision back, for what somebody did before a conflict of interest does not stand")
PAGE_OF = {ReturnTo.START: FILE_DECISION, ReturnTo.PANEL: RECOMMEND, ReturnTo.SCREENING: FILE_SCREENING}
HAVE_SOMEBODY_APPOINTED = _("have somebody appointed, for there is nobody today to take the next one")


def tell_next(decision: Decision) -> None:
    """Tell those who may take the next step, or its partners; and the programme's officers, when there is nobody."""
    _ask_partners(decision)
    takers = takers_of(decision)
    for turn, person in takers:
        _tell(decision, person, turn.value, turn.row.asked, turn=turn.value)
    if not takers:
        for stuck in stuck_among([decision.pk]).values():
            _tell_officers(decision, stuck)


def tell_to_send_back(decision: Decision, ruled: Declaration, *, reason: str) -> None:
    """Tell who may send the decision back that a ruling on this declaration asks for it, with its reason."""
    for person in returners_of(decision):
        _tell(decision, person, f"send_back:{ruled.pk}", TO_SEND_BACK, reason=reason, ruled=ruled)


def tell_stuck() -> int:
    """Tell the programme's officers of each decision, and each file before it has one, whose step there is nobody left
    to take: of what changed since it came to that step (a conflict declared, a role that ended). Once a step. How many
    wait so."""
    stuck = stuck_among(Decision.objects.open().values_list("pk", flat=True))
    for decision in Decision.objects.filter(pk__in=stuck).select_related("application__call__program").order_by("pk"):
        _tell_officers(decision, stuck[decision.pk])
    return len(stuck) + _tell_stuck_files()


def _tell_stuck_files() -> int:
    """The same of the files whose screening, or whose panel's step, there is nobody to take."""
    files = list(Application.objects.filter(state__in=MARKABLE).select_related("call__program").order_by("pk"))
    stuck = files_stuck(files)
    for file in (one for one in files if one.pk in stuck):
        for person in officers_of(file):
            queue_message(
                messages.StepStuck(reference=file.number, title=file.title),
                to=person,
                link=FILE_PAGE(file.number),
                application_id=file.pk,
                key=f"step_stuck:{file.public_id}:{stuck[file.pk].turn}:{file.since.isoformat()}:{person.public_id}",
            )
    return len(stuck)


def _tell_officers(decision: Decision, stuck: Stuck[Turn] | Stuck[ReviewTurn]) -> None:
    """Tell the programme's officers that there is nobody to take this step of the decision."""
    for person in officers_of(decision.application):
        turn = stuck.turn.value
        _tell(decision, person, f"stuck:{turn}", HAVE_SOMEBODY_APPOINTED, turn=turn, is_stuck=True)


def tell_sent_back(decision: Decision, *, by: User, reason: str, to: ReturnTo, asked: Collection[User]) -> None:
    """Tell whose acts of this round are void, as long as they read the file; who was `asked` for its step; whose turn
    it is; and who runs it from there: the programme's officers, the chair, or those who screen. Asked between the move
    and the voiding of the acts."""
    theirs = whose_again(decision, to)
    for person in concerned_by_return(decision, by=by, to=to, asked=asked):
        _tell_return(decision, person, reason, to=to, page=PAGE_OF[to] if person in theirs else FILE_DECISION)
    _tell_partners(decision, by=by)


def tell_returned(decision: Decision, *, by: Actor, reason: str | Text, to: ReturnTo, asked: Collection[User]) -> None:
    """Tell the same people, and the officers, that a decision is void since its file went back by itself, and why."""
    theirs = whose_again(decision, to)
    reopens = to is ReturnTo.PANEL and not panel_reviews(decision.application).complete
    for person in concerned_by_return(decision, by=by, to=to, asked=asked, with_officers=True):
        page = PAGE_OF[to] if person in theirs else FILE_DECISION
        _tell_return(decision, person, reason, to=to, page=page, reopens=reopens)
    _tell_partners(decision, by=by)


def whose_again(decision: Decision, to: ReturnTo) -> list[User]:
    """Who may take the file on, once its decision is sent back to what came before: the chair who may recommend, or who
    reopens the review; or those who may screen it."""
    file = decision.application
    if to is ReturnTo.SCREENING:
        return takers_on(file, FileTurn.SCREEN)
    if to is ReturnTo.PANEL:
        step = ReviewTurn.RECOMMEND if panel_reviews(file).complete else ReviewTurn.REOPEN
        return takers_on(file, step, free_for)
    return []


def _tell_partners(decision: Decision, *, by: Actor) -> None:
    """Tell the officers of each partner that was asked to concur, or had, that it is void; and nothing of why: once a
    round, of which each concurrence is."""
    file = decision.application
    for concurrence in decision.concurrences.counted().select_related("agreement"):
        for person in concerned_by_voiding(concurrence, by=by):
            queue_message(
                messages.ConcurrenceVoid(
                    reference=file.number,
                    title=file.title,
                    was_given=not ConcurrenceState(concurrence.state).row.is_awaited,
                ),
                to=person,
                application_id=file.pk,
                key=f"concurrence_void:{concurrence.public_id}:{person.public_id}",
            )


def concerned_by_voiding(concurrence: Concurrence, *, by: Actor) -> list[User]:
    """Who of its partner is told what became of it; not `by`, nor whoever the file is closed to."""
    people = [person for person in partners_people_of(concurrence) if person.pk != by.pk]
    return unbarred(concurrence.application_id, people)


def _tell_return(
    decision: Decision, person: User, reason: str | Text, *, to: ReturnTo, page: Page, reopens: bool = False
) -> None:
    """`reopens`: its reviews lack the quorum, so that the chair reopens the review first."""
    file = decision.application
    queue_message(
        messages.DecisionSentBack(
            reference=file.number,
            title=file.title,
            reason=reason,
            back_to=Text.of(to.row.told),
            had_approvals=decision.steps.counted().exists(),
            reopens=reopens,
        ),
        to=person,
        link=page(file.number),
        application_id=decision.application_id,
        key=f"decision_sent_back:{decision.public_id}:{_round(decision)}:{person.public_id}",
    )


def asked_for_step(decision: Decision) -> set[User]:
    """Who may take its step today, and was asked to: they are told of its return, from before which they are asked."""
    return {person for _turn, person in takers_of(decision)}


def concerned_by_return(
    decision: Decision, *, by: Actor, to: ReturnTo, asked: Collection[User], with_officers: bool = False
) -> list[User]:
    """Whose acts are void, as long as they read the file; who was `asked` for its step; whose turn it is; and who runs
    it from there: the chair, those who screen or the officers; these too where they have somebody to find. Not `by`,
    nor whoever the file is closed to."""
    file = decision.application
    people = _acted_on(decision) | set(asked)
    people |= {person for _turn, person in takers_of(decision)}
    people |= set(whose_again(decision, to))
    if to is ReturnTo.SCREENING and decision.recommendation is not None:  # it is void with the decision
        people |= set(holders_of(file, ProgramRole.CHAIR))
    people |= set(officers_of(file) if with_officers or to is not ReturnTo.PANEL else ())
    return unbarred(file.pk, sorted((one for one in people if one.pk != by.pk), key=lambda one: one.pk))


def tell_undone(decision: Decision, *, by: Actor) -> None:
    """Tell whose acts on a decision are undone because its file left, and its partners' officers."""
    file = decision.application
    for person, page in concerned_by_undoing(decision, by=by):
        queue_message(
            messages.DecisionUndone(
                reference=file.number,
                title=file.title,
                decision=Text.of(DecisionKind(decision.kind).label),
                amount=decision.amount,
                was_issued=decision.issued_at is not None,
                with_its_call=file.state == ApplicationState.CANCELLED,
            ),
            to=person,
            link=page,
            application_id=file.pk,
            key=f"decision_undone:{decision.public_id}:{person.public_id}",
        )


def concerned_by_undoing(decision: Decision, *, by: Actor) -> list[tuple[User, Link | None]]:
    """Those of the cluster whose acts are undone, as long as they read the file, each with its page; and its partners'
    officers, who have none of it any more. Not `by`, nor whoever the file is closed to, nor the programme's officers:
    a withdrawal is told to them by itself."""
    file = decision.application
    own = _acted_on(decision) - ({by} if file.state == ApplicationState.CANCELLED else set(officers_of(file)))
    counted = decision.concurrences.counted().select_related("agreement")
    partners = {person for concurrence in counted for person in partners_people_of(concurrence)}
    people = unbarred(file.pk, sorted(own | partners, key=lambda one: one.pk))
    return [(person, FILE_DECISION(file.number) if person in own else None) for person in people]


def _acted_on(decision: Decision) -> set[User]:
    """Whose acts of the present round they are, as long as they read the file. A partner has no page of it."""
    acts = decision.steps.counted().of_the_cluster().select_related("by")
    staff = Application.objects.filter(pk=decision.application_id)
    return {person for person in {act.by for act in acts} if staff.of_staff(person).exists()}


def tell_failed(letter: Letter) -> None:
    """Tell the programme's officers that a letter could not be made or sent."""
    application = letter.application
    for person in officers_of(application):
        queue_message(
            messages.LetterFailed(reference=application.number, title=application.title),
            to=person,
            link=FILE_DECISION(application.number),
            application_id=application.pk,
            key=f"letter_failed:{letter.public_id}:{letter.since.isoformat()}:{person.public_id}",
        )


def _tell(
    decision: Decision,
    person: User,
    occasion: str,
    step: str | Promise,
    *,
    reason: str = "",
    turn: str = "",
    is_stuck: bool = False,
    ruled: Declaration | None = None,
) -> None:
    file = decision.application
    queue_message(
        messages.DecisionWaiting(
            reference=file.number,
            title=file.title,
            step=Text.of(step),
            reason=reason,
            turn=turn,
            is_stuck=is_stuck,
            declaration=ruled.pk if ruled else None,
        ),
        to=person,
        link=FILE_DECISION(file.number),
        application_id=decision.application_id,
        key=f"decision_waiting:{decision.public_id}:{occasion}:{_round(decision)}:{person.public_id}",
    )


def _ask_partners(decision: Decision) -> None:
    file = decision.application
    for concurrence in decision.concurrences.waiting().select_related("agreement"):
        for person in concurrers_of(concurrence):
            queue_message(
                messages.ConcurrenceAsked(reference=file.number, title=file.title, amount=decision.amount),
                to=person,
                link=CONCURRENCE(concurrence.public_id),
                application_id=decision.application_id,
                key=f"concurrence_asked:{concurrence.public_id}:{person.public_id}",
            )


def _round(decision: Decision) -> int:
    """How often the decision was sent back before: each round is told anew."""
    return decision.steps.returns().count()
