"""What a page showed of a decision, in one word that it carries, and whether the decision still is so as a step is
taken on it."""

from dataclasses import dataclass
from enum import Enum

from decisions.models import Concurrence, Decision
from decisions.states import ConcurrenceState


@dataclass(frozen=True)
class Edition:
    """What somebody read before a step, as their page `said` it; "" of a page that does not say, or that showed no
    decision. `partners`: of a partner's page, the concurrence (key) that it was of."""

    said: str
    partners: int | None = None

    def __str__(self) -> str:
        return self.said


class Unshown(Enum):
    """A step that no page leads to: whoever calls shows the decision to nobody, and has nothing to compare."""

    UNSHOWN = "unshown"


UNSHOWN = Unshown.UNSHOWN
AsRead = Edition | Unshown


def edition_of(decision: Decision | None) -> Edition:
    """What somebody of the cluster reads of this decision now: which it is, how often it was sent back, which version
    of its reasons it has, and how many acts stand on it. None: a file without a decision on its way."""
    if decision is None:
        return Edition("")
    acts = decision.steps.counted().count()
    return Edition(f"{decision.public_id}.{decision.steps.returns().count()}.{decision.version}.{acts}")


def edition_for_partner(concurrence: Concurrence) -> Edition:
    """What somebody of its partner reads of the award now: which round asked them, and how many concurrences their own
    partner gave in it. Nothing of what another partner did, nor of the cluster's rounds before, which it is not told;
    the amount and the reasons are those of the round."""
    given = given_by_partner(concurrence)
    return Edition(f"{concurrence.public_id}.{len(given)}", partners=concurrence.pk)


def given_by_partner(concurrence: Concurrence) -> list[Concurrence]:
    """The concurrences of its round that its partner gave, on whichever of its agreements, in the order in which they
    were asked: a return makes each of them void."""
    asked = Concurrence.objects.counted().filter(
        decision=concurrence.decision_id,
        agreement__partner=concurrence.agreement.partner_id,
        state=ConcurrenceState.GIVEN,
    )
    return list(asked.select_related("by", "agreement").longest_wait_first())


def is_edition(decision: Decision | None, edition: Edition, *, with_acts: bool) -> bool:
    """Whether the decision is, now, as `edition` says that it was read; `with_acts`: the acts that stand on it too. A
    partner's page is compared with what that partner reads now: never, once its round is over."""
    if edition.partners is not None:
        asked = Concurrence.objects.counted().filter(pk=edition.partners, decision=decision)
        concurrence = asked.select_related("agreement").first()
        return concurrence is not None and edition == edition_for_partner(concurrence)
    now = edition_of(decision).said
    return edition.said == now if with_acts else edition.said.rpartition(".")[0] == now.rpartition(".")[0]
