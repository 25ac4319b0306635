"""The closed lists of the turnstile: duties, and where a person stands towards a file."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from work.states import States


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


@dataclass(frozen=True)
class StandingRow:
    """What a declaration entails. `bars`: why the file is closed to its person, as they are told; "" when it is not."""

    bars: str | Promise


class StandingState(States):
    """What a person declared of their interests in one file. Only `CLEAR` lets a person act on it."""

    row: StandingRow

    CLEAR = "clear", StandingRow(bars=""), _("no conflict of interest")
    CONFLICT = (
        "conflict",
        StandingRow(bars=_("You have a conflict of interest in this file.")),
        _("conflict of interest"),
    )
    UNSURE = (
        "unsure",
        StandingRow(
            bars=_("There is a doubt about your interests in this file: nothing can be done until it is ruled on.")
        ),
        _("unsure, to be ruled on"),
    )


@dataclass(frozen=True)
class PartyRow:
    """What acting for a party of a file entails: the file is closed to the person, as they are told: while they do, and
    for the look-back after."""

    bars: str | Promise
    barred: str | Promise


class Party(States):
    """An organisation that a file is about. Whoever acts for one, or did within the look-back, is on its side.

    Partners of a consortium join them when files have any (the view of `Stance`).
    """

    row: PartyRow

    APPLICANT = (
        "applicant",
        PartyRow(
            bars=_(
                "You act for %(organisation)s, which presents this file: it is closed to you in any other capacity."
            ),
            barred=_(
                "You acted for %(organisation)s, which presents this file, until %(day)s:"
                " it stays closed to you until %(last)s."
            ),
        ),
        _("the applicant"),
    )
    SPONSOR = (
        "sponsor",
        PartyRow(
            bars=_(
                "You act for %(organisation)s, which sponsors this file: it is closed to you in any other capacity."
            ),
            barred=_(
                "You acted for %(organisation)s, which sponsors this file, until %(day)s:"
                " it stays closed to you until %(last)s."
            ),
        ),
        _("its sponsor"),
    )


BARRING = tuple(state for state in StandingState if state.row.bars)
"""A declaration of these closes the file to its person, until the chair rules."""
