"""Decisions and concurrences in English: `.waiting_for(user)`, `.of_officer(user)`."""

from typing import TYPE_CHECKING, Self, cast

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When

from accounts.rules import in_office, is_person
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
        found = self._with_turn().exclude(turn="").values_list("pk", "turn")
        return {pk: Turn(turn) for pk, turn in found}

    def next_of(self, user: Actor) -> Self:
        """Decisions whose next step is one of `user`'s roles; no file they are barred from."""
        if not is_person(user):
            return self.none()
        theirs = Q(pk=None)
        for turn in Turn:
            if turn.row.role is not None:
                theirs |= Q(turn=turn) & held_on(user, turn.row.role, program=PROGRAM)
        return self._with_turn().filter(theirs).exclude(application__in=barred_from(user))

    def free_to(self, user: Actor) -> Self:
        """Of those of `.next_of(user)`, the decisions whose step no earlier act of theirs excludes."""
        excluded = Q(pk=None)
        for turn in Turn:
            if turn.row.duty is not None:
                excluded |= Q(turn=turn, application__in=excluding(user, turn.row.duty))
        before = DutyDone.objects.filter(
            application_id=OuterRef("application_id"), user_id=user.pk or 0, at__lt=OuterRef("at")
        )
        own = Q(turn__in=[turn for turn in Turn if turn.row.duty is not None], kind=DecisionKind.RECONSIDERED)
        return self._with_turn().exclude(excluded).exclude(own & Exists(before))

    def within_limit_of(self, user: "User") -> Self:
        """Of those of `.next_of(user)`, all but those to approve above the limit delegated to them;
        what is refused is of no dollar."""
        limited = held_on(user, ProgramRole.APPROVER, program=PROGRAM, limit="amount")
        return self._with_turn().filter(~Q(turn=Turn.APPROVE) | limited)

    def waiting_for(self, user: Actor) -> Self:
        """Decisions whose next step is `user`'s to take, as far as who they are and what they did tells: their home
        page lists it, their mail asks for it, and the turnstile finds nothing against their person."""
        return self.next_of(user).free_to(user).within_limit_of(user) if is_person(user) else self.none()

    def _with_turn(self) -> Self:
        """Each with `turn`, the one answer to *whose step is next*; "" when it is nobody's."""
        if "turn" in self.query.annotations:
            return self
        afresh = When(state=DecisionState.DRAFT, kind=DecisionKind.RECONSIDERED, then=Value(Turn.RECONSIDER))
        asked = When(Q(state=DecisionState.APPROVED) & Exists(self._missing()), then=Value(Turn.CONCUR))
        rows = [When(state=state, then=Value(state.row.turn)) for state in DecisionState if state.row.turn is not None]
        return self.annotate(turn=Case(afresh, asked, *rows, default=Value(""), output_field=models.CharField()))

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
        partners = user.partner_seats.filter(in_office(), role=PartnerRole.CONCURRENCE).values("partner_id")
        return (
            self.counted()
            .filter(agreement__partner__in=partners)
            .filter(decision__state__in=ONCE_APPROVED)
            .exclude(application__in=barred_from(user))
        )

    def waiting(self) -> Self:
        return self.awaited().filter(decision__state=DecisionState.APPROVED)
