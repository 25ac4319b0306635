"""The states of a decision."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DecisionState(TextChoices):
    DRAFT = "draft", _("draft")
    ENDORSED = "endorsed", _("endorsed")
    APPROVED = "approved", _("approved")
    CONCURRED = "concurred", _("concurred")
    ISSUED = "issued", _("issued")
    VOID = "void", _("void")
    SUPERSEDED = "superseded", _("superseded")


OPEN = (DecisionState.DRAFT, DecisionState.ENDORSED, DecisionState.APPROVED, DecisionState.CONCURRED)


class DecisionKind(TextChoices):
    """What a decision says."""

    APPROVED = "approved", _("approval")
    PARTIAL = "partial", _("approval in part")
    INVITED = "invited", _("invitation to the next stage")
    WAITLISTED = "waitlisted", _("waiting list")
    DECLINED = "declined", _("refusal")
    INELIGIBLE = "ineligible", _("ineligibility")
    RECONSIDERED = "reconsidered", _("reconsideration")


FUNDED = (DecisionKind.APPROVED, DecisionKind.PARTIAL)


class StepKind(TextChoices):
    """An act of the approval chain, kept even when the chain starts over."""

    ENDORSED = "endorsed", _("endorsed")
    APPROVED = "approved", _("approved")
    CONCURRED = "concurred", _("gave its concurrence")
    SENT_BACK = "sent_back", _("sent back")
    ISSUED = "issued", _("issued")
