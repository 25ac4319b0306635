"""Files that nobody can take further, for those who appoint somebody: the administrators."""

from datetime import datetime

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
    """The files that nobody can take further, from their screening to their letter, the longest wait first: by their
    number alone, for an administrator reads no file. No query for anybody else."""
    if (RoleKind.CLUSTER, ClusterRole.ADMINISTRATOR) not in roles_of(user):
        return []
    rows = files_looked_after_by(user)
    decisions = list(Decision.objects.open().filter(application__in=rows).select_related("application"))
    by_decision = stuck_among([one.pk for one in decisions])
    found = [(one.since, one.application, by_decision[one.pk].awaits) for one in decisions if one.pk in by_decision]
    files = list(rows.filter(state__in=MARKABLE).defer("search").select_related("call"))
    by_file = reviews.stuck_among(files)
    found += [(one.since, one, by_file[one.pk].awaits) for one in files if one.pk in by_file]
    found.sort(key=lambda each: (each[0], each[1].pk))
    return first_lines(found, _line, limit=MOST, rest=Rest.ANY)


def _line(found: tuple[datetime, Application, str]) -> WorkLine:
    _since, file, awaits = found
    label = _("%(reference)s has nobody for its next step") % {"reference": file.reference}
    return WorkLine(_("Appoint somebody"), label, PEOPLE(), due=file.due, role=Hat.ADMINISTRATOR, note=awaits)
