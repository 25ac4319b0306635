"""The closed lists of the turnstile: duties, and where a person stands towards a file."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Duty(TextChoices):
    """The acts on one file that must be done by different persons (product, "Who uses it").

    `PREPARE` and `SPONSOR` are one place: whoever did either may do the other, and nothing else on the file.
    """

    PREPARE = "prepare", _("prepare the application")
    SPONSOR = "sponsor", _("sponsor the application")
    SCREEN = "screen", _("screen for eligibility")
    CONFIRM = "confirm", _("confirm the file")
    SCORE = "score", _("score")
    RECOMMEND = "recommend", _("recommend")
    ENDORSE = "endorse", _("endorse")
    APPROVE = "approve", _("approve")
    CONCUR = "concur", _("concur")
    RECONSIDER = "reconsider", _("reconsider")
    CERTIFY_CLAIM = "certify_claim", _("certify a claim")
    APPROVE_CLAIM = "approve_claim", _("approve a claim")
    APPROVE_AMENDMENT = "approve_amendment", _("approve an amendment")
    RELEASE_PAYMENT = "release_payment", _("release a payment")


class StandingState(TextChoices):
    """What a person declared of their interests in one file. Only `CLEAR` lets a person act on it."""

    CLEAR = "clear", _("no conflict of interest")
    CONFLICT = "conflict", _("conflict of interest")
    UNSURE = "unsure", _("unsure, to be ruled on")


# A declaration of these closes the file to its person, until the chair rules.
BARRING = (StandingState.CONFLICT, StandingState.UNSURE)
