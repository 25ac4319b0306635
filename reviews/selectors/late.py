"""What people did on a file before they declared a conflict of interest in it, and that nobody else has looked at."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from applications.models import Application
from moves.states import Duty
from reviews.models import Declaration, Recommendation

OF_CHAIN = frozenset({Duty.ENDORSE, Duty.APPROVE, Duty.CONCUR})


@dataclass(frozen=True)
class Late:
    """A conflict, or a doubt, that came after these acts of its person on the file. Each of them stands."""

    declaration: Declaration
    acts: tuple[Duty, ...]

    @property
    def acts_said(self) -> str:
        return ", ".join(str(act.label) for act in self.acts)

    def __str__(self) -> str:
        return f"{self.declaration.user.full_name} ({self.acts_said})"


def late_on(application: Application, *, of_chain: Callable[[], Iterable[tuple[int, Duty]]] = tuple) -> list[Late]:
    """What came late on a file, the earliest first. Reviews are not there: they no longer count. A recommendation is,
    while it stands; `of_chain`, asked where there is something: the acts of its decision that stand, each with the key
    of its person."""
    declarations = list(Declaration.objects.touching().filter(application=application).select_related("user"))
    if not declarations:
        return []
    recommended = Recommendation.objects.standing().filter(application=application).values_list("by_id", flat=True)
    standing = {*of_chain(), *((person, Duty.RECOMMEND) for person in recommended)}
    found = []
    for one in declarations:
        acts = tuple(act for act in one.acts if _stands(one.user_id, act, standing))
        if acts:
            found.append(Late(one, acts))
    return found


def _stands(person: int, act: Duty, standing: Collection[tuple[int, Duty]]) -> bool:
    if act in OF_CHAIN or act == Duty.RECOMMEND:
        return (person, act) in standing
    return act != Duty.SCORE


def said_of(late: Iterable[Late]) -> str:
    """Each person with their acts, in words; "" for nobody."""
    return "; ".join(str(one) for one in late)
