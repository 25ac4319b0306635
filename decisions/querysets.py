"""Decisions and concurrences in English: `.waiting_for(user)`, `.of_officer(user)`."""

from typing import TYPE_CHECKING, Self, cast

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.rules import in_office, is_person
from audit.actors import Actor
from decisions.states import AWAITED, ONCE_APPROVED, ONCE_ISSUED, OPEN, DecisionKind, DecisionState
from funding.roles import PartnerRole
from moves.interests import barred_from
from programs.querysets import held_on
from programs.roles import ProgramRole

if TYPE_CHECKING:
    from decisions.models import Concurrence, Decision

PROGRAM = "application__call__program"


class DecisionQuerySet(models.QuerySet["Decision"]):
    def open(self) -> Self:
        """Decisions on their way through the approval chain."""
        return self.filter(state__in=OPEN)

    def issued(self) -> Self:
        return self.filter(state__in=ONCE_ISSUED)

    def waiting_for_partner(self) -> Self:
        """Approved, and a partner's concurrence is still missing."""
        return self.filter(state=DecisionState.APPROVED).filter(Exists(self._missing()))

    def to_issue(self) -> Self:
        """Approved with nothing left to ask, or concurred."""
        return self.filter(
            Q(state=DecisionState.CONCURRED) | Q(state=DecisionState.APPROVED) & ~Exists(self._missing())
        )

    def waiting_for(self, user: Actor) -> Self:
        """Open decisions whose next step is one of `user`'s roles, without the files they are barred from."""
        if not is_person(user):
            return self.none()
        ready = Q(state=DecisionState.CONCURRED) | Q(state=DecisionState.APPROVED) & ~Exists(self._missing())
        afresh = Q(kind=DecisionKind.RECONSIDERED)
        return self.filter(
            Q(state=DecisionState.DRAFT) & ~afresh & held_on(user, ProgramRole.ENDORSER, program=PROGRAM)
            | Q(state=DecisionState.DRAFT) & afresh & held_on(user, ProgramRole.RECONSIDERER, program=PROGRAM)
            | Q(state=DecisionState.ENDORSED) & held_on(user, ProgramRole.APPROVER, program=PROGRAM)
            | ready & held_on(user, ProgramRole.OFFICER, program=PROGRAM)
        ).exclude(application__in=barred_from(user))

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
