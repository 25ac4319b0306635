"""Files in English: `.visible_to(user)`. One file is read through its door, `applications.access`."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Self, TypeVar, cast

from django.db import models
from django.db.models import Case, CharField, DateTimeField, F, Max, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Greatest

from accounts.rules import is_person
from applications.states import TOLD_AS_THEY_ARE, TOLD_UNDER_WAY, ApplicationState, PublicState
from audit.actors import Actor
from moves.duties import excluding
from moves.interests import barred_from
from moves.states import Duty
from programs.models import Call
from programs.querysets import held_on, read_by
from programs.roles import ProgramRole
from work import clock

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User
    from applications.models import (
        Application,
        ChangeItem,
        ChangeRequest,
        Document,
        Finding,
        ScreeningReturn,
        Snapshot,
        Sponsorship,
    )


def given_by_membership(user: "User") -> Q:
    """The condition that `user` acts for the file's applicant. Drafts too."""
    return Q(organisation__in=user.memberships.current().values("organisation_id"))


def given_by_role(user: "User") -> Q:
    """The condition that a file was submitted, and that `user` reads its programme as staff. Who reads a programme
    reads its files; reviewers read theirs through an assignment. Told of the row itself: a list of every file's key
    would be made before the first is found.
    """
    return ~Q(state=ApplicationState.DRAFT) & read_by(user, "call__program")


def _read_by_role(user: "User") -> Q:
    return given_by_role(user) & ~Q(pk__in=barred_from(user))


def told_as(*told: PublicState) -> Q:
    """The condition that an outsider reads one of these of a file that was sent (`states.public_state`)."""
    by_letter = Q(last_told__in=told)
    if PublicState.BEING_ASSESSED in told:
        by_letter |= Q(last_told="")
    at_once = [state for state in TOLD_AS_THEY_ARE if state.row.told_as in told]
    return Q(state__in=at_once) | (~Q(state__in=TOLD_AS_THEY_ARE) & by_letter)


class ApplicationQuerySet(models.QuerySet["Application"]):
    def of_member(self, user: "Actor | AnonymousUser") -> Self:
        """Files of the organisations `user` acts for, drafts included."""
        return self.filter(given_by_membership(user)) if is_person(user) else self.none()

    def of_staff(self, user: Actor) -> Self:
        """Submitted files that `user` may read by a role of the cluster, without those they are barred from."""
        return self.filter(_read_by_role(user)) if is_person(user) else self.none()

    def held_by(self, user: "User", *roles: ProgramRole) -> Self:
        """Submitted files of the calls on whose programme `user` holds one of `roles` today, without those they are
        barred from. The calls are read first (one query): what waits in them is then one range of an index.
        """
        calls = Call.objects.filter(held_on(user, *roles, program="program"))
        return self.listed(user, list(calls.values_list("pk", flat=True)))

    def free_to(self, user: "User", duty: Duty | None) -> Self:
        """Those where no earlier act of `user` on the file keeps them from `duty`; all of them for what is none."""
        return self.exclude(pk__in=excluding(user, duty)) if duty else self

    def listed(self, user: "User", calls: Collection[int]) -> Self:
        """Submitted files of `calls` (ids the caller knows `user` may read), without those they are barred from."""
        return self.filter(call_id__in=calls).exclude(state=ApplicationState.DRAFT).exclude(pk__in=barred_from(user))

    def visible_to(self, user: Actor) -> Self:
        """Files that `user` may open: their organisation's, drafts included, and the submitted ones of the programmes
        that they read as staff, without those they are barred from. A reviewer's or a partner's are not among them.
        """
        if not is_person(user):
            return self.none()
        return self.filter(given_by_membership(user) | _read_by_role(user))

    def told_under_way(self) -> Self:
        """Those that were sent and, for all that is told of them, are neither decided for good nor left: an outcome
        whose letter waits changes nothing. What a rule about somebody else's file asks, for its answer is read by who
        is told no more."""
        return self.filter(told_as(*TOLD_UNDER_WAY))

    def drafts_of(self, call: Call) -> Self:
        """Drafts of this call, the one that was begun last first."""
        return self.filter(call=call, state=ApplicationState.DRAFT).order_by("-pk")

    def latest_sent_first(self) -> Self:
        """Drafts, then what was sent, the last sent first."""
        return self.order_by(F("submitted_at").desc(nulls_first=True), "-pk")

    def with_told(self) -> Self:
        """Each file with what an outsider may know of it: `told_state`, its `PublicState` (drafts aside: a closed one
        depends on its call), and `told_since`, since when it has read so."""
        requests = cast("type[ChangeRequest]", self.model._meta.get_field("change_requests").related_model)
        latest = requests.objects.filter(application=OuterRef("pk")).order_by().values("application")
        return self.annotate(
            told_state=Case(
                When(state__in=TOLD_AS_THEY_ARE, then=F("state")),
                When(~Q(last_told=""), then=F("last_told")),
                default=Value(str(PublicState.BEING_ASSESSED)),
                output_field=CharField(),
            ),
            told_since=Case(
                When(state__in=TOLD_AS_THEY_ARE, then=F("since")),
                default=Greatest(
                    "submitted_at",
                    "complete_at",
                    "last_told_at",
                    Subquery(latest.annotate(at=Max("answered_at")).values("at")),
                    Subquery(latest.annotate(at=Max("cancelled_at")).values("at")),
                ),
                output_field=DateTimeField(),
            ),
        )


Row = TypeVar("Row", bound=models.Model)


class OfFileQuerySet(models.QuerySet[Row]):
    """Rows that hang on a file, by `application`: who may open one is who may open its file, and asked of it."""

    def of_member(self, user: Actor) -> Self:
        """Those of the files of the organisations that `user` acts for."""
        return self.filter(application__in=self._files().of_member(user).values("pk"))

    def of_staff(self, user: Actor) -> Self:
        """Those of the submitted files that `user` reads by a role of the cluster; of none they are barred from."""
        return self.filter(application__in=self._files().of_staff(user).values("pk"))

    def visible_to(self, user: Actor) -> Self:
        """Those that `user` may open, of the files that they may (`ApplicationQuerySet.visible_to`)."""
        return self.filter(application__in=self._files().visible_to(user).values("pk"))

    def _files(self) -> ApplicationQuerySet:
        files = cast("type[Application]", self.model._meta.get_field("application").related_model)
        return files.objects.all()


class DocumentQuerySet(OfFileQuerySet["Document"]):
    def attached(self) -> Self:
        """Those on their question now, in the order they came. One that was taken off is left out, though a submission
        may still hold it."""
        return self.filter(removed_at=None).order_by("pk")

    def named(self, identifiers: Collection[object]) -> Self:
        """Those with these identifiers, taken off or not, in the order they came."""
        return self.filter(public_id__in=identifiers).order_by("pk")


class SnapshotQuerySet(OfFileQuerySet["Snapshot"]):
    def current(self) -> Self:
        """The submission of each file that counts, at most one: taken back and replaced ones are left out."""
        return self.filter(superseded_at=None)

    def latest_first(self) -> Self:
        """Those of a file, the latest submission first."""
        return self.order_by("-number")


class FindingQuerySet(models.QuerySet["Finding"]):
    def marked(self) -> Self:
        """Those that say compliant or not: marks that were taken back, and own items not marked yet, are left out."""
        return self.filter(passed__isnull=False)


class ScreeningReturnQuerySet(models.QuerySet["ScreeningReturn"]):
    def latest_first(self) -> Self:
        """Those of a file, the last first."""
        return self.order_by("-id")


class ChangeRequestQuerySet(OfFileQuerySet["ChangeRequest"]):
    def waiting(self) -> Self:
        """Those that the applicant has still to answer: at most one a file."""
        return self.filter(answered_at=None, cancelled_at=None)

    def in_time(self) -> Self:
        """Those of `.waiting()` that the applicant still has time to answer."""
        return self.waiting().filter(due__gt=clock.now())

    def overdue(self) -> Self:
        """The others: from the very instant that was given, which is no longer to come."""
        return self.waiting().filter(due__lte=clock.now())

    def latest_first(self) -> Self:
        """Whatever became of them, the one that was asked last first."""
        return self.order_by("-pk")


class ChangeItemQuerySet(models.QuerySet["ChangeItem"]):
    def waiting(self, application: "Application") -> Self:
        """Those of the request that the applicant of this file has still to answer, answered each or not."""
        return self.filter(request__in=application.change_requests.waiting())

    def answered(self) -> Self:
        """Those whose answer was changed since, sent or not."""
        return self.exclude(answered_at=None)

    def unanswered(self) -> Self:
        """Those whose answer is still the one that was submitted."""
        return self.filter(answered_at=None)

    def as_asked(self) -> Self:
        """In the order they were asked."""
        return self.order_by("pk")


class SponsorshipQuerySet(OfFileQuerySet["Sponsorship"]):
    def standing(self) -> Self:
        """Those that the applicant asked and that still stand: it did not cancel them, nor did the sponsor decline."""
        return self.filter(cancelled_at=None, declined_at=None)
