"""Decisions and concurrences in English: `.waiting_for(user)`, `.of_officer(user)`."""

from collections.abc import Collection
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Self, cast

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When

from accounts.rules import is_person
from applications.querysets import OfFileQuerySet
from audit.actors import Actor
from decisions.states import (
    AWAITED,
    ONCE_APPROVED,
    ONCE_ISSUED,
    OPEN,
    STEPS,
    ConcurrenceState,
    DecisionKind,
    DecisionState,
    StepKind,
    Turn,
)
from moves.duties import excluding
from moves.interests import barred_from
from moves.models import DutyDone
from moves.states import Duty
from programs.querysets import held_on
from programs.roles import ProgramRole

if TYPE_CHECKING:
    from accounts.models import User
    from decisions.models import Concurrence, Decision, DecisionShare, Step

PROGRAM = "application__call__program"


def _of(roles: Collection[str]) -> list[tuple[Turn, ProgramRole]]:
    """The steps that are of one of `roles`, each with its role."""
    return [(turn, turn.row.role) for turn in Turn if turn.row.role and turn.row.role in roles]


class DecisionQuerySet(OfFileQuerySet["Decision"]):
    def visible_to(self, user: Actor) -> Self:
        """Decisions that `user` may open: by a role of the cluster. What the applicant is told of one, its letter says;
        a partner reads its concurrence."""
        return self.of_staff(user)

    def open(self) -> Self:
        """Decisions on their way through the approval chain."""
        return self.filter(state__in=OPEN)

    def issued(self) -> Self:
        return self.filter(state__in=ONCE_ISSUED)

    def told(self) -> Self:
        """Those whose letter was sent."""
        return self.filter(letter__sent_at__isnull=False)

    def in_force(self) -> Self:
        """Those issued that none has taken the place of since."""
        return self.filter(state=DecisionState.ISSUED)

    def latest_first(self) -> Self:
        """Those of a file, the last that was drafted first."""
        return self.order_by("-number")

    def longest_wait_first(self) -> Self:
        """In the order of the queue: by the instant of the state that they wait in."""
        return self.order_by("since", "id")

    def after(self, decision: "Decision") -> Self:
        """Those that come after `decision` in that order."""
        return self.filter(since__gte=decision.since).exclude(since=decision.since, pk__lte=decision.pk)

    def with_turn(self) -> Self:
        """Each with `turn`: the step that it waits for; "" when it waits for none."""
        return self.annotate(turn=self._turn())

    def turns(self) -> dict[int, Turn]:
        """The step that each of these decisions waits for, by the decision's key; without those that wait for none."""
        return {pk: Turn(turn) for pk, turn in self.open().values_list("pk", self._turn())}

    def next_of(self, user: Actor, *, roles: Collection[str] = STEPS) -> Self:
        """Decisions whose next step is one of `user`'s roles (or of those of `roles`); no file they are barred from."""
        if not is_person(user) or not roles:
            return self.none()
        theirs = [self._at(turn) & held_on(user, role, program=PROGRAM) for turn, role in _of(roles)]
        return self.filter(reduce(or_, theirs)).exclude(application__in=barred_from(user))

    def free_to(self, user: Actor, *, roles: Collection[str] = STEPS) -> Self:
        """Of those of `.next_of(user)`, the decisions whose step no earlier act of theirs on the file excludes."""
        duties = [(self._at(turn), turn.row.duty) for turn, _role in _of(roles) if turn.row.duty]
        if not duties:
            return self
        excluded = [at & Q(application__in=excluding(user, duty)) for at, duty in duties]
        before = DutyDone.objects.of(user).filter(application_id=OuterRef("application_id"), at__lt=OuterRef("at"))
        again = Q(kind=DecisionKind.RECONSIDERED) & reduce(or_, [at for at, _duty in duties]) & Exists(before)
        return self.exclude(reduce(or_, excluded)).exclude(again)

    def within_limit_of(self, user: "User", *, roles: Collection[str] = STEPS) -> Self:
        """Of those of `.next_of(user)`, all but those to approve above the limit delegated to them;
        what is refused is of no dollar."""
        if ProgramRole.APPROVER not in roles:
            return self
        limited = held_on(user, ProgramRole.APPROVER, program=PROGRAM, limit="amount")
        return self.filter(~self._at(Turn.APPROVE) | limited)

    def waiting_for(self, user: Actor, *, roles: Collection[str] = STEPS) -> Self:
        """Decisions whose next step is `user`'s to take, as far as who they are and what they did tells: their home
        page lists it, their mail asks for it, and the turnstile finds nothing against their person. `roles`: the only
        ones of theirs to ask of, when the caller knows that they hold no other."""
        if not is_person(user):
            return self.none()
        return self.next_of(user, roles=roles).free_to(user, roles=roles).within_limit_of(user, roles=roles)

    def waiting_for_others(self, user: "User", *, roles: Collection[str] = STEPS) -> Self:
        """Open decisions of the programmes whose officer `user` is, that are not theirs to take further now."""
        run = self.open().filter(held_on(user, ProgramRole.OFFICER, program=PROGRAM)).exclude(self._at(Turn.ISSUE))
        if others := [role for role in STEPS if role in roles and role != ProgramRole.OFFICER]:
            own = type(self)(self.model).waiting_for(user, roles=others)
            run = run.exclude(pk__in=own.values("pk"))
        return run.exclude(application__in=barred_from(user))

    def _turn(self) -> Case:
        steps = [When(self._at(turn), then=Value(turn)) for turn in Turn]
        return Case(*steps, default=Value(""), output_field=models.CharField())

    def _at(self, turn: Turn) -> Q:
        """The one answer to *whose step is next*: the condition that a decision waits for this step."""
        at = Q(state__in=[state for state in DecisionState if state.row.turn is turn])
        kinds = [kind for kind in DecisionKind if kind.row.opinion is turn]
        if kinds:
            return Q(state=DecisionState.DRAFT, kind__in=kinds)
        match turn:
            case Turn.CONCUR:
                return Q(Exists(self._missing()), state=DecisionState.APPROVED)
            case Turn.ISSUE:
                return at & (~Q(state=DecisionState.APPROVED) | Q(~Exists(self._missing())))
            case _:
                return at

    def _missing(self) -> "ConcurrenceQuerySet":
        concurrences = cast("type[Concurrence]", self.model._meta.get_field("concurrences").related_model)
        return concurrences.objects.awaited().filter(decision=OuterRef("pk"))


class StepQuerySet(models.QuerySet["Step"]):
    def counted(self) -> Self:
        """The acts of the present round: none that a return made void."""
        return self.filter(voided_at__isnull=True)

    def returns(self) -> Self:
        """The acts that sent the decision back, of every round."""
        return self.filter(kind=StepKind.SENT_BACK)

    def of_the_cluster(self) -> Self:
        """The acts that took the decision further: without returns, nor what a partner gave."""
        return self.exclude(kind__in=(StepKind.SENT_BACK, StepKind.CONCURRED))

    def latest_first(self) -> Self:
        return self.order_by("-at", "-id")


class ShareQuerySet(models.QuerySet["DecisionShare"]):
    def by_year(self) -> Self:
        """In the order of the fiscal years that they are paid from."""
        return self.order_by("envelope__fiscal_year", "envelope_id")


class ConcurrenceQuerySet(models.QuerySet["Concurrence"]):
    def counted(self) -> Self:
        """Those of the present round: none that a return made void."""
        return self.filter(voided_at__isnull=True)

    def awaited(self) -> Self:
        """Those of the present round that their partner has yet to give."""
        return self.counted().filter(state__in=AWAITED)

    def of_officer(self, user: Actor) -> Self:
        """What `user` is asked, or gave, as concurrence officer of the partner; no file they are barred from."""
        return self.asked_of(user).exclude(application__in=barred_from(user))

    def asked_of(self, user: Actor) -> Self:
        """The same, with the files that are closed to them: the door says so, and why."""
        return self.ever_asked_of(user).counted().filter(decision__state__in=ONCE_APPROVED)

    def ever_asked_of(self, user: Actor) -> Self:
        """The same, and what is asked no more: a return, a withdrawal or another decision made it void since."""
        if not is_person(user):
            return self.none()
        return self.filter(agreement__partner__in=user.partner_seats.concurring().values("partner_id"))

    def waiting(self) -> Self:
        return self.awaited().filter(decision__state=DecisionState.APPROVED)

    def longest_wait_first(self) -> Self:
        """In the order in which they were asked."""
        return self.order_by("asked_at", "id")

    def given(self) -> Self:
        """Those that their partner gave, the latest first."""
        return self.filter(state=ConcurrenceState.GIVEN).order_by("-given_at", "-id")

    def free_to(self, user: Actor) -> Self:
        """Those that no earlier act of `user` on the file keeps them from giving."""
        return self.exclude(application__in=excluding(user, Duty.CONCUR))
