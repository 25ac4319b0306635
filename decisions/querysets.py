"""Decisions and concurrences in English: `.waiting_for(user)`, `.of_officer(user)`."""

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Self, cast

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When

from accounts.rules import is_person
from audit.actors import Actor
from decisions.states import AWAITED, ONCE_APPROVED, ONCE_ISSUED, OPEN, DecisionKind, DecisionState, Turn
from funding.roles import PartnerRole
from moves.duties import excluding
from moves.interests import barred_from
from moves.models import DutyDone
from programs.querysets import held_on
from programs.roles import ProgramRole

if TYPE_CHECKING:
    from accounts.models import User
    from decisions.models import Concurrence, Decision

PROGRAM = "application__call__program"


class DecisionQuerySet(models.QuerySet["Decision"]):
    def open(self) -> Self:
        """Decisions on their way through the approval chain."""
        return self.filter(state__in=OPEN)

    def issued(self) -> Self:
        return self.filter(state__in=ONCE_ISSUED)

    def turns(self) -> dict[int, Turn]:
        """The step that each of these decisions waits for, by the decision's key; without those that wait for none."""
        steps = [When(self._at(turn), then=Value(turn)) for turn in Turn]
        waiting = self.open().annotate(turn=Case(*steps, output_field=models.CharField()))
        return {pk: Turn(turn) for pk, turn in waiting.values_list("pk", "turn")}

    def next_of(self, user: Actor) -> Self:
        """Decisions whose next step is one of `user`'s roles; no file they are barred from."""
        if not is_person(user):
            return self.none()
        theirs = [self._at(turn) & held_on(user, turn.row.role, program=PROGRAM) for turn in Turn if turn.row.role]
        return self.filter(reduce(or_, theirs)).exclude(application__in=barred_from(user))

    def free_to(self, user: Actor) -> Self:
        """Of those of `.next_of(user)`, the decisions whose step no earlier act of theirs on the file excludes."""
        duties = [(self._at(turn), turn.row.duty) for turn in Turn if turn.row.role and turn.row.duty]
        excluded = [at & Q(application__in=excluding(user, duty)) for at, duty in duties]
        before = DutyDone.objects.filter(
            application_id=OuterRef("application_id"), user_id=user.pk or 0, at__lt=OuterRef("at")
        )
        again = Q(kind=DecisionKind.RECONSIDERED) & reduce(or_, [at for at, _duty in duties]) & Exists(before)
        return self.exclude(reduce(or_, excluded)).exclude(again)

    def within_limit_of(self, user: "User") -> Self:
        """Of those of `.next_of(user)`, all but those to approve above the limit delegated to them;
        what is refused is of no dollar."""
        limited = held_on(user, ProgramRole.APPROVER, program=PROGRAM, limit="amount")
        return self.filter(~self._at(Turn.APPROVE) | limited)

    def waiting_for(self, user: Actor) -> Self:
        """Decisions whose next step is `user`'s to take, as far as who they are and what they did tells: their home
        page lists it, their mail asks for it, and the turnstile finds nothing against their person."""
        return self.next_of(user).free_to(user).within_limit_of(user) if is_person(user) else self.none()

    def _at(self, turn: Turn) -> Q:
        """The one answer to *whose step is next*: the condition that a decision waits for this step."""
        at = Q(state__in=[state for state in DecisionState if state.row.turn is turn])
        match turn:
            case Turn.ENDORSE:
                return at & ~Q(kind=DecisionKind.RECONSIDERED)
            case Turn.RECONSIDER:
                return Q(state=DecisionState.DRAFT, kind=DecisionKind.RECONSIDERED)
            case Turn.CONCUR:
                return Q(Exists(self._missing()), state=DecisionState.APPROVED)
            case Turn.ISSUE:
                return at & (~Q(state=DecisionState.APPROVED) | Q(~Exists(self._missing())))
            case Turn.APPROVE:
                return at

    def _missing(self) -> "ConcurrenceQuerySet":
        concurrences = cast("type[Concurrence]", self.model._meta.get_field("concurrences").related_model)
        return concurrences.objects.awaited().filter(decision=OuterRef("pk"))


class ConcurrenceQuerySet(models.QuerySet["Concurrence"]):
    def counted(self) -> Self:
        """Those of the present round: none that a return made void."""
        return self.filter(voided_at__isnull=True)

    def awaited(self) -> Self:
        """Those of the present round that their partner has yet to give."""
        return self.counted().filter(state__in=AWAITED)

    def of_officer(self, user: Actor) -> Self:
        """What `user` is asked, or gave, as concurrence officer of the partner; no file they are barred from."""
        if not is_person(user):
            return self.none()
        partners = user.partner_seats.held_today().filter(role=PartnerRole.CONCURRENCE).values("partner_id")
        return (
            self.counted()
            .filter(agreement__partner__in=partners)
            .filter(decision__state__in=ONCE_APPROVED)
            .exclude(application__in=barred_from(user))
        )

    def waiting(self) -> Self:
        return self.awaited().filter(decision__state=DecisionState.APPROVED)
