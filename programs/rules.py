"""Who may do what on a programme and its calls, and when. Predicates for who; questions with a sentence for when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Max, Value
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.roles import CLUSTER_READERS, ClusterRole
from accounts.rules import holds_cluster_role, is_person, may_administer
from moves.refusals import Refusal
from moves.transitions import Facts, Input, Reason
from programs.roles import MONEY_HANDLERS, OF_CLUSTER, READERS, ProgramRole, cluster_roles
from work import clock

if TYPE_CHECKING:
    from accounts.models import Cluster
    from programs.models import Call, Program

# Codes of refusals, for the pages that say each in its place.
PROBLEMS = "problems"
PROMISES = "promises"
EARLIER = "earlier"
OWN_SIDE = "own_side"


def holds(user: object, role: ProgramRole, program: "Program") -> bool:
    """Whether `user` holds `role` today on `program`: by an appointment to it or to all of its cluster's programmes,
    or by a role of the cluster that is this one on each of them (`programs.roles.OF_CLUSTER`)."""
    if not is_person(user):
        return False
    return user.appointments.held_today().on(program).filter(role=role).exists() or any(
        holds_cluster_role(user, of_cluster, program.cluster_id) for of_cluster in cluster_roles([role])
    )


def holds_somewhere(user: object, *roles: ProgramRole, also: Iterable[ClusterRole] = ()) -> bool:
    """Whether `user` holds one of `roles` today on any programme, or, in a cluster that may have none yet, a role that
    would be one of them there, or one of `also`."""
    if not is_person(user):
        return False
    of_cluster = {*cluster_roles(roles), *also}
    return (
        user.appointments.held_today().filter(role__in=roles).exists()
        or user.cluster_appointments.held_today().filter(role__in=of_cluster).exists()
    )


def roles_held(user: object) -> set[ProgramRole]:
    """The roles that `user` holds today, on whichever programme. One statement: what a page need not ask for."""
    if not is_person(user):
        return set()
    held = user.appointments.held_today().values_list("role", Value(""))
    everywhere = user.cluster_appointments.held_today().values_list(Value(""), "role")
    found = set(held.union(everywhere))
    own = {ProgramRole(role) for role, _of_cluster in found if role}
    return own | {role for role, of_cluster in OF_CLUSTER.items() if ("", of_cluster) in found}


def is_program_officer(program: "Program", user: object) -> bool:
    """Programme officers by appointment, and the cluster's own officers."""
    return holds(user, ProgramRole.OFFICER, program)


def approval_limit(user: object, program: "Program") -> Decimal | None:
    """The highest dollar limit delegated to `user` on `program`, or None when they approve nothing."""
    if not is_person(user):
        return None
    held = user.appointments.held_today().on(program).filter(role=ProgramRole.APPROVER)
    return held.aggregate(highest=Max("limit"))["highest"]


# What people do, on whatever programme


def is_staff(user: object) -> bool:
    """Whether `user` holds a role today that reads the set-up of programmes."""
    return holds_somewhere(user, *READERS, also=CLUSTER_READERS)


def works_here(user: object) -> bool:
    """Whether `user` is of the staff today, or holds any role of a cluster: an administrator reads no programme."""
    return holds_somewhere(user, *READERS, also=ClusterRole)


def handles_money(user: object) -> bool:
    """Whether `user` holds a role today that handles the money of a programme."""
    return holds_somewhere(user, *MONEY_HANDLERS)


def may_import(user: object) -> bool:
    """Whether `user` may bring in a bundle at all: an officer today of a programme, or of a cluster."""
    return holds_somewhere(user, ProgramRole.OFFICER)


# Calls: who


def is_call_officer(call: "Call", by: object) -> bool:
    return is_program_officer(call.program, by)


# Calls: when


@dataclass(frozen=True)
class Publication(Facts):
    """What a call that is to be published lacks, as sentences; and the keys of its rules that nothing obeys yet."""

    problems: tuple[str, ...]
    promised: tuple[str, ...]


@dataclass(frozen=True)
class Acknowledged(Input):
    """The keys of the rules that wait for a part that is not built yet, as the officer saw them (`claims.every`)."""

    promised: tuple[str, ...]


@dataclass(frozen=True)
class LastClosing(Facts):
    """When the call closes for the last of its applicants: later than for the others where one was given more time.
    None for a call without its dates."""

    at: datetime | None


@dataclass(frozen=True)
class Represented(Facts):
    """The organisations for which whoever acts on the call acts too, of those that have a draft or a file in it."""

    organisations: tuple[str, ...]


@dataclass(frozen=True)
class Sides(Facts):
    """The organisations (public ids) for which a person acts, or did within the look-back; and those of which a file is
    closed to them."""

    own: frozenset[UUID]
    closed: frozenset[UUID]


@dataclass(frozen=True)
class NewClosing(Reason):
    """A later closing, and the one it replaces."""

    closes_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class OneApplicant(Reason):
    """The closing of one applicant (its public id), who needs more time."""

    organisation: UUID | None
    closes_at: datetime | None


def dates_are_in_order(call: "Call", _facts: object) -> Refusal | None:
    if call.opens_at is None or call.closes_at is None or call.opens_at >= call.closes_at:
        return Refusal(_("The call needs an opening and a later closing."), code="dates")
    return None


def call_is_complete(call: "Call", facts: Publication) -> Refusal | None:
    """Publication needs a form, a rubric and rules, and nothing that the check of a call finds lacking."""
    missing = [name for name in ("form", "rubric", "rules") if getattr(call, f"{name}_id") is None]
    if missing:
        return Refusal(_("The call has no form, rubric or rules yet."), code="incomplete")
    if facts.problems:
        return Refusal(
            _("The call lacks something, or has faults: see the list."),
            code=PROBLEMS,
        )
    return None


def promises_are_acknowledged(_call: "Call", facts: Publication, given: Acknowledged) -> Refusal | None:
    if set(facts.promised) <= set(given.promised):
        return None
    return Refusal(_("Acknowledge the rules that wait for a feature not available yet."), code=PROMISES)


def moved_to_a_later_closing(call: "Call", _facts: object, given: NewClosing) -> Refusal | None:
    if call.closes_at is None or given.closes_at <= call.closes_at or given.closes_at <= clock.now():
        return Refusal(_("A closing can only be moved to a later instant."), code=EARLIER)
    return None


def acts_for_no_applicant(_call: "Call", facts: Represented) -> Refusal | None:
    if not facts.organisations:
        return None
    sentence = _("You act for %(organisation)s, which has a file in this call: another officer moves its closing.")
    return Refusal(sentence % {"organisation": facts.organisations[0]}, code=OWN_SIDE)


def is_before_closing(call: "Call", _facts: object) -> Refusal | None:
    if call.closes_at is not None and clock.now() >= call.closes_at:
        return Refusal(
            _("The call closed on %(instant)s.")
            % {"instant": clock.format_instant(call.closes_at, get_language() or "fr")},
            code="closed",
        )
    return None


def names_one_applicant(_call: "Call", _facts: object, given: OneApplicant) -> Refusal | None:
    if given.organisation is None:
        return Refusal(_("Say which organisation the accommodation is for."), code="organisation")
    return None


def is_not_of_own_side(_call: "Call", facts: Sides, given: OneApplicant) -> Refusal | None:
    if given.organisation in facts.own:
        sentence = _("You act for this organisation, or did in the last two years: another officer gives it more time.")
        return Refusal(sentence, code=OWN_SIDE)
    if given.organisation in facts.closed:
        sentence = _("A file of this organisation is closed to you: another officer gives it more time.")
        return Refusal(sentence, code=OWN_SIDE)
    return None


def is_later_than_the_call(call: "Call", _facts: object, given: OneApplicant) -> Refusal | None:
    if given.closes_at is not None and call.closes_at is not None and given.closes_at <= call.closes_at:
        return Refusal(_("The applicant's closing must be later than the call's."), code=EARLIER)
    return None


def is_over(call: "Call", facts: LastClosing) -> Refusal | None:
    if facts.at is None or clock.now() >= facts.at:
        return None
    if facts.at == call.closes_at:
        return Refusal(_("A call is archived once it has closed."), code="open")
    until = clock.format_instant(facts.at, get_language() or "fr")
    return Refusal(
        _("An applicant was given until %(instant)s: the call can be archived only after that.") % {"instant": until},
        "open",
    )


# People: who


def may_appoint(cluster: "Cluster", program: "Program | None", role: str, by: object) -> bool:
    """Administrators appoint anyone; a programme's officers appoint its reviewers."""
    if may_administer(cluster, by):
        return True
    return program is not None and role == ProgramRole.REVIEWER and is_program_officer(program, by)
