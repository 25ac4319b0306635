"""The states of an assignment, and what a person declares before acting on a file."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AssignmentState(TextChoices):
    OFFERED = "offered", _("offered")
    ACCEPTED = "accepted", _("accepted")
    SUBMITTED = "submitted", pgettext_lazy("review", "submitted")
    DECLINED = "declined", pgettext_lazy("review", "declined")
    RECUSED = "recused", _("recused")
    CANCELLED = "cancelled", _("cancelled")


# The file's content is visible to its reviewer in these two states only.
READABLE = (AssignmentState.ACCEPTED, AssignmentState.SUBMITTED)
LIVE = (AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.SUBMITTED)


class Answer(TextChoices):
    """What a person declares of a file. *Unsure* blocks like a conflict until the chair rules."""

    NONE = "none", _("no conflict of interest")
    CONFLICT = "conflict", _("conflict of interest")
    UNSURE = "unsure", _("unsure")


class InterestKind(TextChoices):
    EMPLOYER = "employer", _("employer")
    DIRECTORSHIP = "directorship", _("directorship")
    SHAREHOLDING = "shareholding", _("shareholding")
    FAMILY = "family", _("family")
    MENTORING = "mentoring", _("mentoring")
    COMPETITOR = "competitor", _("competitor")
