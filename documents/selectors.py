"""The documents we make as an administrator reads them: what waits, and what could not be made."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from documents.models import Rendering
from work.selectors import GivenUp


def renderings_about(applications: QuerySet) -> QuerySet[Rendering]:
    """The documents of the files of `applications` (their keys), and those of no file at all."""
    return Rendering.objects.filter(Q(application_id__in=applications) | Q(application_id=None))


def why_lost(error: str) -> str:
    """Why a document could not be made (its `last_error`), as the people of a programme read it."""
    return _("The PDF engine stopped on this document: %(detail)s") % {"detail": error[:300] or "–"}


def told(rendering: Rendering) -> GivenUp:
    """A document that could not be made, and why: its title, but of one of a file, which may be its letter."""
    title = _("Document: “%(title)s”") % {"title": rendering.title}
    return GivenUp(
        pk=rendering.pk,
        what=_("Document of a file") if rendering.application_id else title,
        about="",
        since=rendering.made_at,
        reason=rendering.last_error,
    )
