"""Decisions that nobody can take further, for those who appoint somebody: the administrators."""

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import ClusterRole
from decisions.models import Decision
from decisions.selectors import stuck_among
from desk.pages import PEOPLE
from desk.roles import RoleKind
from desk.rules import files_looked_after_by
from desk.selectors.roles import roles_of
from work.selectors import MOST, WorkLine
from work.states import Hat


def work_for(user: User) -> list[WorkLine]:
    """The decisions whose step there is nobody to take, the longest wait first: by their number alone, for an
    administrator reads no file. No query for anybody else."""
    if (RoleKind.CLUSTER, ClusterRole.ADMINISTRATOR) not in roles_of(user):
        return []
    rows = Decision.objects.open().filter(application__in=files_looked_after_by(user))
    stuck = stuck_among(rows.values_list("pk", flat=True))
    found = rows.filter(pk__in=stuck).select_related("application").longest_wait_first()
    return [
        WorkLine(
            what=_("Appoint somebody"),
            label=_("%(reference)s has nobody for its next step") % {"reference": decision.application.reference},
            link=PEOPLE(),
            due=decision.application.due,
            role=Hat.ADMINISTRATOR,
            note=stuck[decision.pk].awaits,
        )
        for decision in found[:MOST]
    ]
