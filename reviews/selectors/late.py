"""What people did on a file before they declared a conflict of interest in it, and that nobody else has looked at; and
who rules on that, or on a doubt, today."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from accounts.models import User
from applications.models import Application
from applications.rules import UPHOLDERS
from applications.selectors.people import holders_of
from applications.selectors.screening import screened_by
from applications.selectors.turns import Missing, Stuck
from applications.states import DECIDED, UNDER_WAY, FileTurn
from moves.registry import ways
from moves.states import Duty
from programs.querysets import in_office_holders
from programs.roles import ProgramRole
from reviews.models import Declaration, Recommendation
from reviews.states import Answer, ReviewTurn

OF_CHAIN = frozenset({Duty.ENDORSE, Duty.APPROVE, Duty.CONCUR})


@dataclass(frozen=True)
class Late:
    """A conflict, or a doubt, that came after these acts of its person on the file. Each of them stands."""

    declaration: Declaration
    acts: tuple[Duty, ...]

    @property
    def acts_said(self) -> str:
        return ", ".join(str(act.label) for act in self.acts)

    @property
    def is_of_chain(self) -> bool:
        """Whether each of these acts is of the chain of decision: nothing that came before it is touched."""
        return all(act in OF_CHAIN for act in self.acts)

    @property
    def is_doubt(self) -> bool:
        """Whether the chair has still to rule on it as such, before anything else is ruled on."""
        return is_doubt(self.declaration)

    @property
    def is_ruled(self) -> bool:
        """Whether the conflict is one by the chair's ruling: its person did not declare it."""
        return self.declaration.ruled_by_id is not None

    @property
    def stops(self) -> bool:
        """Whether more is to be decided of the file, which waits for a ruling; else it is on record."""
        return self.declaration.application.state in UNDER_WAY

    @property
    def is_decided(self) -> bool:
        """Whether the file is decided: what was issued stands. A file that was left has nothing in force."""
        return self.declaration.application.state in DECIDED

    @property
    def is_to_return(self) -> bool:
        """Whether it was ruled that these acts do not stand, and their decision waits to be sent back."""
        return turn_of(self.declaration) is ReviewTurn.RETURN

    def __str__(self) -> str:
        return f"{self.declaration.user.full_name} ({self.acts_said})"


ActsOfChain = Callable[[Application], Iterable[tuple[int, Duty]]]

_CHAIN: list[ActsOfChain] = []


def tells_acts_of_chain(acts: ActsOfChain) -> None:
    """Declares, at start, which acts of the decision of a file stand, each with the key of its person: the app of the
    decisions knows, above this one."""
    _CHAIN.append(acts)


def late_on(application: Application) -> list[Late]:
    """What came late on a file, the earliest first. Reviews are not there: they no longer count. Screening is, while
    what is found of the file is its person's; a recommendation, while it stands; so are the acts of its decision that
    do."""
    declarations = list(
        Declaration.objects.touching().filter(application=application).select_related("user", "set_aside_by")
    )
    if not declarations:
        return []
    recommended = Recommendation.objects.standing().filter(application=application).values_list("by_id", flat=True)
    of_chain = (act for acts in _CHAIN for act in acts(application))
    screened = screened_by(application)
    standing = {
        *of_chain,
        *((person, Duty.RECOMMEND) for person in recommended),
        *((person, Duty.SCREEN) for person in screened),
    }
    found = []
    for one in declarations:
        acts = tuple(act for act in one.acts if (one.user_id, act) in standing)
        if acts:
            found.append(Late(one, acts))
    return found


def upheld_on(application: Application) -> list[Declaration]:
    """The conflicts declared late in a file whose acts somebody else said stand, the earliest first."""
    rows = Declaration.objects.upheld().filter(application=application)
    return list(rows.select_related("user", "upheld_by"))


def late_among(files: Collection[Application]) -> dict[int, list[Late]]:
    """Those of these files (by key) where something came late, before any decision, with what did. One query where
    nothing did."""
    touched = set(Declaration.objects.touching().filter(application__in=files).values_list("application_id", flat=True))
    return {file.pk: found for file in files if file.pk in touched and (found := late_on(file))}


def late_of(declaration: Declaration) -> Late | None:
    """What came late by this declaration; None where nothing that it touches stands."""
    return next((one for one in late_on(declaration.application) if one.declaration == declaration), None)


def to_uphold(declaration: Declaration) -> tuple[Duty, ...]:
    """The acts that came before it and that somebody rules on before anything more is decided of its file; none once
    the file is decided."""
    late = late_of(declaration)
    return late.acts if late and late.stops else ()


def is_doubt(declaration: Declaration) -> bool:
    """Whether the chair has still to rule on it as such."""
    return declaration.answer == Answer.UNSURE and declaration.ruled_by_id is None


def rulers_on(declaration: Declaration) -> list[User]:
    """Who may rule on it today, by name: the chairs; on what came before a conflict, the endorsers too. Never the
    person themselves, nor whom the file is closed to."""
    roles = (ProgramRole.CHAIR,) if is_doubt(declaration) else UPHOLDERS
    found = {person: None for role in roles for person in holders_of(declaration.application, role)}
    return [person for person in found if person.pk != declaration.user_id]


def may_be_freed(application: Application, stuck: Stuck[FileTurn] | Stuck[ReviewTurn]) -> bool:
    """Whether a doubt alone keeps from this step, which nobody can take, one who holds its role, and somebody may rule
    on it today: they may be freed."""
    step, file = stuck.turn.row, Application.objects.filter(pk=application.pk)
    holders = in_office_holders(application.call.program, step.role) if step.role else ()
    doubts = application.declarations.to_rule_on().filter(user__in=holders).select_related("user")
    return any(rulers_on(one) and file.free_to(one.user, step.duty).exists() for one in doubts)


def turn_of(declaration: Declaration) -> ReviewTurn:
    """The step that a declaration to rule on is; where somebody who may still rule on it wrote that its acts do not
    stand, the return of the decision, which is no ruling: as long as there is one to return."""
    if is_doubt(declaration):
        return ReviewTurn.RULE
    by = declaration.set_aside_by
    if by is None or goes_back_by_ruling(declaration.application) or by not in rulers_on(declaration):
        return ReviewTurn.UPHOLD
    return ReviewTurn.RETURN


def goes_back_by_ruling(application: Application) -> bool:
    """Whether a ruling itself sends the file back to its screening: no decision that somebody could send back is on its
    way."""
    return application.state in ways(Application.screen_again)


def stuck_on(declarations: Iterable[Declaration]) -> Stuck[ReviewTurn] | None:
    """The ruling that nobody may give today, of the first of these that is so; None where each has somebody, or waits
    for none."""
    for one in declarations:
        if rulers_on(one) or turn_of(one) is ReviewTurn.RETURN:
            continue
        roles = (ProgramRole.CHAIR,) if is_doubt(one) else UPHOLDERS
        is_held = any(in_office_holders(one.application.call.program, role) for role in roles)
        return Stuck(turn_of(one), (Missing(is_held=is_held),))
    return None


def said_of(late: Iterable[Late], *, doubts: bool) -> str:
    """Each person of a doubt that waits for its ruling, or of a conflict, with their acts, in words; "" for nobody."""
    return "; ".join(str(one) for one in late if one.is_doubt is doubts)
