"""Who a person is here today, in one query; and what waits for them, from every room."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import CharField, Value
from django.utils.translation import gettext_lazy as _

from accounts.models import ClusterAppointment, Membership
from accounts.rules import in_office, is_person
from applications import figures as applications
from decisions import figures as decisions
from programs.models import Appointment, PartnerSeat
from reviews import figures as reviews
from work import clock
from work.figures import MOST


def roles_of(user):
    """The roles that `user` holds today, as a set of (kind, role): ("program", "reviewer"), ("company", "signatory")…

    Kinds: "cluster", "program", "partner", "company". One query, remembered on the user for the rest of the request.
    """
    if not is_person(user):
        return frozenset()
    if not hasattr(user, "_roles_today"):
        held = [
            _named("cluster", ClusterAppointment.objects.filter(in_office(), user=user)),
            _named("program", Appointment.objects.filter(in_office(), user=user)),
            _named("partner", PartnerSeat.objects.filter(in_office(), user=user)),
            _named("company", Membership.objects.filter(user=user)),
        ]
        user._roles_today = frozenset(held[0].union(*held[1:]))
    return user._roles_today


def _named(kind, rows):
    return rows.annotate(kind=Value(kind, output_field=CharField())).order_by().values_list("kind", "role")


ROOMS = (applications.work_for, reviews.work_for, decisions.work_for)
SOON = timedelta(days=7)
ROLES = {  # the hats, in the order of a file's life, and what each is called on the page
    "company": _("Company"),
    "officer": _("Programme officer"),
    "screener": _("Screening officer"),
    "reviewer": _("Reviewer"),
    "chair": _("Chair"),
    "endorser": _("Endorser"),
    "approver": _("Approver"),
    "reconsiderer": _("Reconsideration officer"),
    "partner": _("Partner"),
}


@dataclass(frozen=True)
class Day:
    """What waits for a person, sorted: late, due soon, later (or without a date), and what waits for others.

    `hats` are the roles that have something; `more` says that a room had more to tell than it told.
    """

    late: list
    soon: list
    later: list
    others: list
    hats: tuple
    more: bool

    @property
    def count(self):
        return len(self.late) + len(self.soon) + len(self.later)


def day_of(user, role=""):
    """The `Day` of a person; with `role`, only what they do under that hat."""
    told = [room(user) for room in ROOMS]
    lines = [line for lines in told for line in lines]
    hats = tuple(hat for hat in ROLES if any(line.role == hat for line in lines))
    shown = [line for line in lines if not role or line.role == role]
    now = clock.now()
    never = now + timedelta(days=36500)
    shown.sort(key=lambda line: (line.due or never, line.label))
    mine = [line for line in shown if not line.waits_for]
    return Day(
        late=[line for line in mine if line.due and line.due < now],
        soon=[line for line in mine if line.due and now <= line.due <= now + SOON],
        later=[line for line in mine if not line.due or line.due > now + SOON],
        others=[line for line in shown if line.waits_for],
        hats=hats,
        more=any(len([line for line in lines if not line.waits_for]) >= MOST for lines in told),
    )
