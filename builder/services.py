"""A programme comes in as one file.

An import is whole or nothing: what the file says wrong, and where it disagrees with what is on record, is one list
of problems with their lines. Importing the same file again changes nothing; a changed form, rubric, rules or letter
becomes a new version, and a published call keeps the versions it was published with.
"""

from __future__ import annotations

from typing import Any, TypedDict, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Cluster, WorkingGroup
from accounts.roles import ClusterRole
from accounts.rules import holds_cluster_role, is_person
from audit import services as trail
from audit.actors import Actor
from builder.bundle import Bundle, BundleRefused, read_bundle
from builder.bundle.parts import AgreementPart, CallPart, ProgramPart
from builder.exports import allocated, digest_of, export_bundle
from funding import ledger
from funding.models import Agreement, Envelope, Partner
from letters.services import revise_template
from moves.refusals import Forbidden
from programs.models import Call, FormVersion, Program, ProgramFunding, Rubric, Rules
from programs.roles import ProgramRole
from programs.rules import is_program_officer
from programs.states import CallState
from questions.constants import Problem
from work import clock

V = TypeVar("V", FormVersion, Rubric, Rules)


class Versions(TypedDict):
    """What a call is held by."""

    form: FormVersion
    rubric: Rubric
    rules: Rules


class BundleOvertaken(Exception):
    """The programme is not what the file was written over. `before` and `after`: its bundle as it is, and as the file
    would make it; `version`: what it is now; `at`: since when."""

    def __init__(self, program: Program, before: str, after: str) -> None:
        super().__init__(program.code)
        self.name, self.at, self.before, self.after = program.name, program.updated_at, before, after
        self.version = digest_of(before)


@transaction.atomic
def import_bundle(
    text: str | bytes, *, by: Actor, cluster: Cluster | None = None, version: str | None = None
) -> Program:
    """Import a bundle's YAML into `cluster` (the one whose officer `by` is, when not given). Returns the programme.

    `version`: what the file was written over (`exports.stamp_of`). BundleOvertaken, and nothing written, when it would
    change a programme that somebody changed since. None: whatever is there is replaced.

    BundleRefused, with every problem and its line, and nothing written; Forbidden for anybody but its officer.
    """
    cluster = cluster or _cluster_of(by)
    bundle = read_bundle(text)
    if bundle.data is None:
        _ask_who(None, cluster, by)
        raise BundleRefused(bundle.problems)
    cluster = Cluster.objects.select_for_update().get(pk=cluster.pk)  # two imports never race
    code = bundle.program.code if bundle.program else ""
    existing = Program.objects.filter(cluster=cluster, code=code).first()
    _ask_who(existing, cluster, by)
    if bundle.problems:
        raise BundleRefused(bundle.problems)
    assert bundle.program is not None  # one that is missing is a problem
    assert bundle.call is not None  # and so is this one
    problems = _disagreements(bundle, bundle.program, bundle.call, cluster, existing)
    if problems:
        raise BundleRefused(problems)
    overtaken = _overtaken(existing, version)
    agreements = _import_agreements(bundle, cluster, by)
    program = _import_program(bundle.program, cluster, existing, agreements)
    opens_at = bundle.call.columns["opens_at"]
    assert opens_at is not None  # an opening that is missing is a problem too
    versions = Versions(
        form=_version(FormVersion, program, bundle.data["form"]),
        rubric=_version(Rubric, program, bundle.data["rubric"]),
        rules=_version(Rules, program, bundle.rules, effective_from=clock.day_of(opens_at)),
    )
    letters = sum(
        revise_template(program, letter.kind, subject=letter.subject, body=letter.body) for letter in bundle.letters
    )
    call = _import_call(bundle.call, program, versions)
    if overtaken is not None and (after := export_bundle(program)) != overtaken.before:
        overtaken.after = after
        raise overtaken
    trail.record(
        program,
        "program.import",
        by=by,
        given={
            "form": versions["form"].number,
            "rubric": versions["rubric"].number,
            "rules": versions["rules"].number,
            "letters": letters,
            "call": str(call.public_id),
        },
        also=(call,),
    )
    return program


def _overtaken(existing: Program | None, version: str | None) -> BundleOvertaken | None:
    """What to raise if the import changes a programme that is not of `version`; None where it may."""
    if existing is None or version is None or not existing.calls.exists():
        return None
    before = export_bundle(existing)
    return None if digest_of(before) == version else BundleOvertaken(existing, before, "")


def _cluster_of(by: Actor) -> Cluster:
    """The one cluster whose officer `by` is today."""
    if not is_person(by):
        raise Forbidden(_("Only a programme officer imports a programme."))
    appointed = by.appointments.held_today().filter(role=ProgramRole.OFFICER)
    found = Cluster.objects.served_by(by, ClusterRole.OFFICER) | Cluster.objects.filter(
        pk__in=appointed.values("cluster_id")
    )
    clusters = list(found[:2])
    if not clusters:
        raise Forbidden(_("Only a programme officer imports a programme."))
    if len(clusters) > 1:
        raise ValueError("the officer of several clusters must say which one")
    return clusters[0]


def _ask_who(existing: Program | None, cluster: Cluster, by: Actor) -> None:
    """An officer of the cluster; or of this programme, for one that exists."""
    if existing is not None and is_program_officer(existing, by):
        return
    everywhere = is_person(by) and (
        holds_cluster_role(by, ClusterRole.OFFICER, cluster)
        or by.appointments.held_today().filter(role=ProgramRole.OFFICER, program=None, cluster=cluster).exists()
    )
    if not everywhere:
        raise Forbidden(_("Only a programme officer imports a programme."))


def _disagreements(
    bundle: Bundle, program: ProgramPart, call: CallPart, cluster: Cluster, existing: Program | None
) -> list[Problem]:
    """Where the file contradicts what is on record and an import may not change it: terms of an agreement, money
    already allocated, a call already published, an address taken by another programme."""
    problems: list[Problem] = []
    for part in bundle.agreements:
        known = Agreement.objects.filter(cluster=cluster, reference=part.reference).select_related("partner").first()
        if known is not None:
            problems += _other_terms(bundle, part, known)
    others = Program.objects.exclude(pk=existing.pk) if existing else Program.objects.all()
    if others.filter(slug=program.columns["slug"]).exists():
        message = _("Another programme already has the address “%(slug)s”.") % {"slug": program.columns["slug"]}
        problems.append(bundle.at((*program.path, "slug"), message))
    held = Call.objects.filter(program=existing, key=call.key).first() if existing else None
    if held is not None and held.state != CallState.DRAFT:
        written: dict[str, object] = {**call.columns}
        for column, key in FIXED:
            if getattr(held, column) != written[column]:
                message = _("This call is no longer a draft: an import does not change its dates.")
                problems.append(bundle.at((*call.path, key), message))
    return problems


# What a call that is no longer a draft keeps, by what it is called in the file.
FIXED = (
    ("opens_at", "opens"),
    ("closes_at", "closes"),
    ("kind", "kind"),
    ("cohorts", "cohorts"),
    ("grace_minutes", "grace_minutes"),
)
# The words of an agreement, which follow the file: its terms and amounts do not.
WORDS = ("title_fr", "title_en", "purpose_fr", "purpose_en")
# What an agreement's columns are called in the file.
_TERMS = {"starts_on": "starts", "ends_on": "ends"}


def _other_terms(bundle: Bundle, part: AgreementPart, known: Agreement) -> list[Problem]:
    problems = []
    if known.partner.short_name != part.partner:
        problems.append(bundle.at((*part.path, "partner"), _differs(known.partner.short_name)))
    for column, value in part.terms.items():
        if column in WORDS:
            continue
        recorded = getattr(known, column)
        if recorded != value:
            key = "authorisation" if column.startswith("authorisation") else _TERMS.get(column, column)
            problems.append(bundle.at((*part.path, key), _differs(recorded)))
    for envelope in part.envelopes:
        amount = allocated(known, envelope.fiscal_year)
        if amount is not None and amount != envelope.amount:
            problems.append(bundle.at((*envelope.path, "amount"), _differs(amount)))
    return problems


def _differs(recorded: object) -> str:
    return _("The agreement on record says %(recorded)s. Amend it there: an import does not change it.") % {
        "recorded": "–" if recorded is None or recorded == "" else recorded
    }


def _import_agreements(bundle: Bundle, cluster: Cluster, by: Actor) -> dict[str, Agreement]:
    """Partners, agreements and envelopes that are new; each new envelope is allocated and the fee taken from it."""
    partners: dict[str, Partner] = {}
    out: dict[str, Agreement] = {}
    for named in bundle.partners:
        partners[named.short_name], _made = Partner.objects.update_or_create(
            cluster=cluster,
            short_name=named.short_name,
            defaults={"name_fr": named.name.fr, "name_en": named.name.en},
        )
    for part in bundle.agreements:
        agreement, made = Agreement.objects.get_or_create(
            cluster=cluster,
            reference=part.reference,
            defaults={**part.terms, "partner": partners[part.partner]},
        )
        written: dict[str, object] = {**part.terms}
        changed = {column: written[column] for column in WORDS if getattr(agreement, column) != written[column]}
        if changed:
            for column, text in changed.items():
                setattr(agreement, column, text)
            agreement.updated_at = clock.now()
            agreement.save(update_fields=[*changed, "updated_at"])
        if made or changed:
            trail.record(
                agreement, "agreement.import", by=by, given={"reference": part.reference, "changed": sorted(changed)}
            )
        for year in part.envelopes:
            envelope, new = Envelope.objects.get_or_create(agreement=agreement, fiscal_year=year.fiscal_year)
            if new and year.amount:
                ledger.allocate(envelope, amount=year.amount, by=by)
                ledger.charge_fee(envelope, by=by)
        out[part.reference] = agreement
    return out


def _import_program(
    part: ProgramPart, cluster: Cluster, existing: Program | None, agreements: dict[str, Agreement]
) -> Program:
    group, _made = WorkingGroup.objects.update_or_create(
        cluster=cluster,
        key=part.group_key,
        defaults={"name_fr": part.group_name.fr, "name_en": part.group_name.en},
    )
    program = existing or Program(cluster=cluster, code=part.code)
    program.working_group = group
    for column, value in part.columns.items():
        setattr(program, column, value)
    program.updated_at = clock.now()
    program.save()
    for reference, share in part.funding:
        ProgramFunding.objects.update_or_create(
            program=program, agreement=agreements[reference], defaults={"share": share}
        )
    program.funding.exclude(agreement__reference__in=[reference for reference, _share in part.funding]).delete()
    return program


def _version(model: type[V], program: Program, definition: object, **columns: Any) -> V:
    """The latest version when it says the same, else a new one."""
    latest = model.objects.filter(program=program).order_by("-number").first()
    if latest is not None and latest.definition == definition:
        return latest
    return model.objects.create(
        program=program, number=latest.number + 1 if latest else 1, definition=definition, **columns
    )


def _import_call(part: CallPart, program: Program, versions: Versions) -> Call:
    """The call as a draft with the latest versions. One that is published stays as it is, but for its name."""
    call = Call.objects.select_for_update().filter(program=program, key=part.key).first()
    if call is None:
        return Call.objects.create(program=program, key=part.key, **part.columns, **versions)
    changed: dict[str, object] = {**part.columns, **versions} if call.state == CallState.DRAFT else {}
    changed |= {"name_fr": part.columns["name_fr"], "name_en": part.columns["name_en"]}
    for column, value in changed.items():
        setattr(call, column, value)
    call.updated_at = clock.now()
    call.save(update_fields=[*changed, "updated_at"])
    return call


def record_export(program: Program, *, by: Actor) -> None:
    """Write down that a programme left as a bundle."""
    trail.record(program, "program.export", by=by)
