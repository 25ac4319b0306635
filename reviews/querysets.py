"""Assignments, declarations and recommendations in English. Which files a reviewer reads: `reviews.access`."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce

from accounts.rules import is_person
from applications.querysets import OfFileQuerySet
from applications.states import LEFT, ApplicationState
from audit.actors import Actor
from moves.interests import barred_from
from moves.models import Stance
from programs.querysets import held_by_theirs
from programs.roles import ProgramRole
from reviews.states import LIVE, READABLE, REFUSED, WAITING, Answer, AssignmentState, PastReview, SitsAs

if TYPE_CHECKING:
    from accounts.models import User
    from applications.models import Application
    from reviews.models import Assignment, Declaration, Panel, PanelSeat, Recommendation


def _is_in_office() -> Q:
    """The condition that the reviewer of an assignment holds that role today on its file's programme."""
    return held_by_theirs(ProgramRole.REVIEWER, person="reviewer", program="application__call__program")


def _in_office(seat: str, program: str) -> Q:
    """The condition that the person of the seat that `seat` leads to still holds the role by which they sit."""
    chair, reviewer = (
        held_by_theirs(role, person=f"{seat}person", program=program)
        for role in (ProgramRole.CHAIR, ProgramRole.REVIEWER)
    )
    in_the_chair = Q(**{f"{seat}sits_as": SitsAs.CHAIR})
    return Q(chair, in_the_chair) | Q(reviewer, ~in_the_chair)


def vacancy() -> Case:
    """Of each seat of a panel, joined to it: whether its person holds no more the role by which they sit."""
    return Case(When(_in_office("seats__", "call__program"), then=False), default=True)


def _on_a_side() -> Exists:
    """The condition that an assignment's file is closed to its reviewer by a party that they act for, or did."""
    own = Stance.objects.filter(application_id=OuterRef("application_id"), user_id=OuterRef("reviewer_id"))
    return Exists(own.side_barring())


def _gives() -> Q:
    """The condition that an assignment's reviewer may still give the review: they hold the role, and are on no side."""
    return _is_in_office() & ~Q(_on_a_side())


class PanelQuerySet(models.QuerySet["Panel"]):
    def running(self) -> Self:
        """Those that have files: one a call, one a file that was given its own. Those that ended are left out."""
        return self.filter(until__isnull=True)

    def of_file(self, application: "Application") -> Self:
        """Those that have the file, or had it: its call's, and its own. Those of other files are left out."""
        return self.filter(Q(application=application) | Q(application=None, call_id=application.call_id))


class PanelSeatQuerySet(models.QuerySet["PanelSeat"]):
    def running(self) -> Self:
        """Seats that somebody has: those that ended are left out. What each is worth today: `vacant`."""
        return self.filter(until__isnull=True)

    def vacant(self) -> Self:
        """Seats of people who hold no more the role by which they sat."""
        return self.exclude(_in_office("", "panel__call__program"))


class AssignmentQuerySet(OfFileQuerySet["Assignment"]):
    def visible_to(self, user: Actor) -> Self:
        """Reviews that `user` may open: those of the files that they read by a role of the cluster, and their own,
        while they may read its file: submitted, or accepted and the review begun, by a reviewer of today to whom the
        file is open. Of the others that were given to them, they read the declaration (`of_reviewer`)."""
        to_begin = Q(application__state=ApplicationState.ELIGIBLE) & ~Q(state=AssignmentState.SUBMITTED)
        return self.open_to(user).readable().exclude(to_begin) | self.of_staff(user)

    def of_reviewer(self, user: Actor) -> Self:
        """Those given to `user`, whatever became of them. Nobody else's; none for whoever is no person with an open
        account. Those of a file that a conflict closes to them are there: what they show of it, its page decides.
        """
        return self.filter(reviewer=user) if is_person(user) else self.none()

    def open_to(self, user: Actor) -> Self:
        """Those given to `user` of which they are told what becomes: they are a reviewer of the programme today, and no
        conflict closes the file to them. Of the others a person is told the same whatever became of them, for it would
        tell what became of the file."""
        return self.of_reviewer(user).exclude(application__in=barred_from(user)).filter(_is_in_office())

    def past_of(self, user: Actor) -> Self:
        """Those given to `user` that they are not to review now, as they may know of them: `told`, a `PastReview`, and
        whether they may read it (`opens`). By the day their review came in, else that on which they were given, the
        latest first. What they have in hand is left out."""
        in_hand = self.open_to(user).awaited().order_by()
        closed, submitted = Q(application__in=barred_from(user)), Q(state=AssignmentState.SUBMITTED)
        told = Case(
            When(closed, then=Value(PastReview.CLOSED)),
            When(submitted, then=Value(PastReview.SUBMITTED)),
            When(Q(submitted_at__isnull=False) & ~_is_in_office(), then=Value(PastReview.SUBMITTED)),
            default=Value(PastReview.LEFT),
        )
        opens = Case(When(closed, then=False), When(submitted & _is_in_office(), then=True), default=False)
        rows = self.of_reviewer(user).exclude(pk__in=in_hand.values("pk"))
        return rows.annotate(told=told, opens=opens).order_by(Coalesce("submitted_at", "at").desc(), "-id")

    def readable(self) -> Self:
        """Those whose file its reviewer may read: accepted or submitted. Offered, declined, recused and cancelled ones
        are left out; a conflict of interest is asked beside this, by the door or by the list."""
        return self.filter(state__in=READABLE)

    def held(self) -> Self:
        """Those by which a reviewer has the file, as they know it: declined, recused and cancelled ones are left out.
        One that a reconsideration set aside stays: its reviewer is not told that a new panel has the file."""
        return self.filter(state__in=LIVE)

    def live(self) -> Self:
        """Those by which a reviewer has the file: of those held, the ones set aside are left out."""
        return self.held().filter(set_aside_at__isnull=True)

    def refused(self) -> Self:
        """Those that their reviewer left, by a refusal or a conflict: they are not asked again."""
        return self.filter(state__in=REFUSED)

    def waiting(self) -> Self:
        """What a reviewer still has to do, soonest due first, skipped ones last. What is submitted, or left, is out; so
        is what was set aside with an earlier panel."""
        rows = self.filter(state__in=WAITING, set_aside_at__isnull=True)
        return rows.order_by(F("skipped_at").asc(nulls_first=True), "due", "id")

    def awaited(self) -> Self:
        """What is still to come, in the order of `waiting`: of those who hold a reviewer's role today and act for no
        party of the file. A role that ended takes its pending reviews with it, and so does a side: no ruling opens the
        file to it, as one may to a doubt. What was submitted before stays."""
        return self.waiting().filter(_gives())

    def vacant(self) -> Self:
        """Those that nobody will give any more: not submitted, and their reviewer's role has ended, or they act for a
        party of the file: what is waiting and not awaited."""
        return self.waiting().exclude(_gives())

    def on_a_side(self) -> Self:
        """Those of people who act for a party of the file, or did within the look-back."""
        return self.filter(_on_a_side())

    def seated(self) -> Self:
        """Those that fill a seat of the file's panel: submitted, or awaited. Those that left it are out, and the vacant
        ones."""
        return self.live().exclude(pk__in=self.vacant().order_by().values("pk"))

    def submitted(self) -> Self:
        """Those whose review is in, whether it counts or not."""
        return self.filter(state=AssignmentState.SUBMITTED)

    def untold(self) -> Self:
        """Those of the present round, as their reviewer may know of it: what they led to is not told yet. Whatever is
        decided changes nothing of it before the letter. Those of files that were told of since, of withdrawn and of
        cancelled ones are left out."""
        since = Q(application__last_told_at__lt=F("submitted_at"))
        return self.exclude(application__state__in=LEFT).filter(Q(application__last_told_at=None) | since)

    def by_state(self) -> Self:
        """With the reviewer of each: those whose review is in, that are offered, accepted; and of those who left,
        recused, declined, cancelled. Of each state, as they were given."""
        return self.select_related("reviewer").order_by("-state", "id")

    def as_they_came(self) -> Self:
        """With what each scores, in the order in which the reviews came in."""
        return self.prefetch_related("scores").order_by("submitted_at", "id")

    def counted(self) -> Self:
        """Reviews that count, the only road to them: submitted with their total, by the panel that now has the file,
        by somebody to whom it is not closed. Those recused, set aside by a reconsideration, reopened, cancelled or
        never submitted are left out, and that of a person who has been unsure of their interests since, until the
        chair rules. Whom they came to act for since takes nothing from what they gave before. What they say together:
        `reviews.selectors.PanelReviews`."""
        return self._of_a_panel(None)

    def beside(self, assignment: "Assignment") -> Self:
        """The other reviews that count with this one, or that did for the panel that it was of: what its reviewer reads
        of their colleagues stays what it was, whichever panel has the file now. Those of another panel are left out.
        """
        rows = self.filter(application=assignment.application_id)._of_a_panel(assignment.set_aside_at)
        return rows.exclude(pk=assignment.pk)

    def _of_a_panel(self, set_aside_at: datetime | None) -> Self:
        """What counts of the panel whose reviews were set aside at that instant; None: of the one that has the file."""
        closed = Stance.objects.filter(application_id=OuterRef("application_id"), user_id=OuterRef("reviewer_id"))
        rows = self.submitted().filter(set_aside_at=set_aside_at, total__isnull=False)
        return rows.exclude(Exists(closed.declared_barring()))


class DeclarationQuerySet(models.QuerySet["Declaration"]):
    def latest_of_each(self) -> Self:
        """The declaration that counts of each person on each file: earlier ones are left out."""
        newer = self.model._default_manager.filter(
            application=OuterRef("application"), user=OuterRef("user"), pk__gt=OuterRef("pk")
        )
        return self.exclude(Exists(newer))

    def of_person(self, user: "User") -> Self:
        """Those of one person."""
        return self.filter(user=user)

    def ruled(self) -> Self:
        """Doubts that the chair ruled on."""
        return self.filter(ruled_by__isnull=False)

    def to_rule_on(self) -> Self:
        """Doubts that wait for the chair's ruling, oldest first. Those ruled on, or declared again since, are out."""
        return self.filter(answer=Answer.UNSURE, ruled_by=None).latest_of_each().order_by("id")

    def touching(self) -> Self:
        """What came late: a conflict, or a doubt, that touches acts of its person on the file and that nobody else has
        ruled on, the earliest first. Those declared again since are left out, and doubts that were cleared."""
        closed = Stance.objects.filter(application_id=OuterRef("application_id"), user_id=OuterRef("user_id"))
        rows = self.exclude(touches="").filter(Exists(closed.declared_barring()), upheld_by=None)
        return rows.latest_of_each().order_by("id")

    def upheld(self) -> Self:
        """Those whose acts stand, as somebody else ruled, the earliest first. Those declared again since are out."""
        return self.filter(upheld_by__isnull=False).latest_of_each().order_by("id")

    def to_rule_or_touching(self) -> Self:
        """Those that somebody is to rule on: doubts, and what came late. At most one a person and a file."""
        return self.to_rule_on().order_by() | self.touching().order_by()


class RecommendationQuerySet(models.QuerySet["Recommendation"]):
    def standing(self) -> Self:
        """Those that stand, at most one a file: void ones are left out."""
        return self.filter(voided_at__isnull=True)
