"""What the pages of programmes show, in this app and in `builder`."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import ClusterRole
from accounts.rules import in_office
from programs.models import Program


@dataclass(frozen=True)
class Tab:
    """A page among its neighbours; `current`: the one that is open."""

    label: str
    url: str
    current: bool


def tabs_of(program: Program, current: str) -> list[Tab]:
    """The pages of a programme as tabs; `current`: the URL name of the one that is open."""
    names = (
        ("program-details", _("Details and calls")),
        ("program-form", _("Form")),
        ("program-rubric", _("Rubric")),
        ("program-rules", _("Rules")),
        ("program-letters", _("Letters")),
        ("program-people", _("People")),
    )
    return [Tab(label, reverse(name, args=[program.slug]), current=name == current) for name, label in names]


def may_import(user: User) -> bool:
    """Whether a bundle may be brought in at all: an officer of a programme, or of the cluster."""
    return (
        Program.objects.managed_by(user).exists()
        or user.cluster_appointments.filter(in_office(), role=ClusterRole.OFFICER).exists()
    )
