"""Which acts on one file exclude each other, and the sentences that say so.

Source: product, "Who uses it": on one file the same person never does two of the duties; to prepare and to
sponsor are one place. A waiver is per file and pair of duties; two pairs can never be waived.
"""

from collections.abc import Collection, Mapping

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from audit.actors import Actor
from moves.models import DutyDone
from moves.refusals import Refusal
from moves.states import Duty
from work import clock

PLACES: dict[str, str] = {duty.value: duty.value for duty in Duty} | {Duty.SPONSOR.value: Duty.PREPARE.value}

NEVER_WAIVABLE: frozenset[frozenset[str]] = frozenset(
    {
        frozenset({Duty.SCORE.value, Duty.APPROVE.value}),
        frozenset({Duty.CERTIFY_CLAIM.value, Duty.RELEASE_PAYMENT.value}),
    }
)

# These two concern the applicant's own side, who are not asked to declare interests in their own file.
WITHOUT_DECLARATION: frozenset[str] = frozenset({Duty.PREPARE.value, Duty.SPONSOR.value})

# What the person did, as a sentence; %(day)s is a day.
DID: dict[str, str | Promise] = {
    Duty.PREPARE: _("You took part in preparing this application on %(day)s."),
    Duty.SPONSOR: _("You sponsored this application on %(day)s."),
    Duty.SCREEN: _("You screened this file on %(day)s."),
    Duty.CONFIRM: _("You confirmed this file on %(day)s."),
    Duty.SCORE: _("You scored this file on %(day)s."),
    Duty.RECOMMEND: _("You recommended this file on %(day)s."),
    Duty.ENDORSE: _("You endorsed this file on %(day)s."),
    Duty.APPROVE: _("You approved this file on %(day)s."),
    Duty.CONCUR: _("You gave the partner's concurrence on this file on %(day)s."),
    Duty.RECONSIDER: _("You reconsidered this file on %(day)s."),
    Duty.CERTIFY_CLAIM: _("You certified a claim of this file on %(day)s."),
    Duty.APPROVE_CLAIM: _("You approved a claim of this file on %(day)s."),
    Duty.APPROVE_AMENDMENT: _("You approved an amendment of this file on %(day)s."),
    Duty.RELEASE_PAYMENT: _("You released a payment of this file on %(day)s."),
}

# The same act as a verb, after "The person who…".
WHO: dict[str, str | Promise] = {
    Duty.PREPARE: _("prepares an application"),
    Duty.SPONSOR: _("sponsors an application"),
    Duty.SCREEN: _("screens"),
    Duty.CONFIRM: _("confirms"),
    Duty.SCORE: _("scores"),
    Duty.RECOMMEND: _("recommends"),
    Duty.ENDORSE: _("endorses"),
    Duty.APPROVE: _("approves"),
    Duty.CONCUR: _("concurs"),
    Duty.RECONSIDER: _("reconsiders"),
    Duty.CERTIFY_CLAIM: _("certifies a claim"),
    Duty.APPROVE_CLAIM: _("approves a claim"),
    Duty.APPROVE_AMENDMENT: _("approves an amendment"),
    Duty.RELEASE_PAYMENT: _("releases a payment"),
}


def exclude(one: str, other: str) -> bool:
    """Whether the same person may not do both on one file. The same act twice is no exclusion."""
    return PLACES[one] != PLACES[other]


def is_waivable(one: str, other: str) -> bool:
    """Whether the board may waive this exclusion on a file."""
    return frozenset({str(one), str(other)}) not in NEVER_WAIVABLE


def clash(application_id: int, by: Actor, duty: str) -> Refusal | None:
    """The refusal when `by` already did, on this file, an act that excludes `duty`; else None.

    Its sentences say which act it was, on which day, and what it excludes.
    """
    earlier = DutyDone.objects.of(by).filter(application_id=application_id).order_by("at", "id")
    for done, at in earlier.values_list("duty", "at"):
        if exclude(done, duty):
            did = DID[done] % {"day": clock.format_day(clock.day_of(at), get_language() or "fr")}
            cannot = gettext("The person who %(did)s cannot also %(does)s.") % {
                "did": WHO[done],
                "does": Duty(duty).label,
            }
            return Refusal(f"{did} {cannot}", code="duty")
    return None


def excluding(user: Actor, duty: str) -> QuerySet[DutyDone, Mapping[str, object]]:
    """Ids of the files where an earlier act of `user` excludes `duty`: a subquery."""
    others = [other for other in Duty if exclude(other, duty)]
    return DutyDone.objects.of(user).filter(duty__in=others).values("application_id")


def done_by(user: Actor, application_id: int) -> list[Duty]:
    """The duties that `user` already did on the file, in order."""
    done = DutyDone.objects.of(user).filter(application_id=application_id)
    return [Duty(duty) for duty in done.order_by("at", "id").values_list("duty", flat=True)]


def clashes(applications: Collection[int], people: Collection[int], duty: Duty) -> dict[tuple[int, int], Duty]:
    """The first act of each of `people` on each file that excludes `duty`, by the keys of both. One statement."""
    done = DutyDone.objects.filter(application_id__in=applications, user_id__in=people).order_by("at", "id")
    found: dict[tuple[int, int], Duty] = {}
    for file, person, act in done.values_list("application_id", "user_id", "duty"):
        if exclude(act, duty):
            found.setdefault((file, person), Duty(act))
    return found
