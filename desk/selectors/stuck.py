"""Files that nobody can take further, for those who appoint somebody: the administrators."""

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import ClusterRole
from applications.models import Application
from applications.states import MARKABLE
from decisions.models import Decision
from decisions.selectors import stuck_among
from desk.pages import PEOPLE
from desk.roles import RoleKind
from desk.rules import files_looked_after_by
from desk.selectors.roles import roles_of
from reviews import selectors as reviews
from work.selectors import MOST, Rest, WorkLine, first_lines
from work.states import Hat


def work_for(user: User) -> list[WorkLine]:
    """The files that nobody can take further, from their screening to their letter, the first submitted first: by their
    number alone, for an administrator reads no file, and whose turn it is, or since when, would tell how far the
    decision is. The officers, who are told of the same files, say which role each lacks. No query for anybody else."""
    if (RoleKind.CLUSTER, ClusterRole.ADMINISTRATOR) not in roles_of(user):
        return []
    rows = files_looked_after_by(user)
    decisions = list(Decision.objects.open().filter(application__in=rows).select_related("application"))
    by_decision = stuck_among([one.pk for one in decisions])
    found = {one.application_id: one.application for one in decisions if one.pk in by_decision}
    files = list(rows.filter(state__in=MARKABLE).defer("search").select_related("call"))
    by_file = reviews.stuck_among(files)
    found |= {one.pk: one for one in files if one.pk in by_file}
    return first_lines([found[key] for key in sorted(found)], _line, limit=MOST, rest=Rest.ANY)


def _line(file: Application) -> WorkLine:
    """Without a day: the clock starts anew with a finding that nobody outside is told of."""
    label = _("%(reference)s has nobody for its next step") % {"reference": file.reference}
    note = _("Its programme officer says which role it lacks.")
    return WorkLine(_("Appoint somebody"), label, PEOPLE(), role=Hat.ADMINISTRATOR, note=note)
