"""A programme comes in as one file, goes out as one file, and its call is published.

An import is whole or nothing: what the file says wrong, and where it disagrees with what is on record, is one list
of problems with their lines. Importing the same file again changes nothing; a changed form, rubric, rules or letter
becomes a new version, and a published call keeps the versions it was published with.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max, Sum
from django.utils.translation import gettext as _

from accounts.models import Cluster, WorkingGroup
from accounts.roles import ClusterRole
from accounts.rules import holds_cluster_role, in_office, is_person
from audit import services as trail
from audit.actors import Actor
from funding import ledger
from funding.models import Agreement, Envelope, LedgerEntry, Partner
from funding.money import EntryKind
from letters import fields
from moves.machine import move
from moves.refusals import Forbidden
from moves.registry import facts_of
from programs import policy
from programs.bundle import Bundle, BundleRefused, check_rules, dump_bundle, read_bundle
from programs.models import Call, FormVersion, LetterTemplate, Program, ProgramFunding, Rubric, Rules
from programs.roles import ProgramRole
from programs.rubric import check_rubric, parse_rubric
from programs.rules import Publication, is_program_officer
from programs.states import CallState
from questions.constants import Problem
from questions.schema import check_form, parse_form
from work import clock


@transaction.atomic
def import_bundle(text: str | bytes, *, by, cluster: Cluster | None = None) -> Program:
    """Import a bundle's YAML into `cluster` (the one whose officer `by` is, when not given). Returns the programme.

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
    if not bundle.problems:
        bundle.problems = _disagreements(bundle, cluster, existing)
    if bundle.problems:
        raise BundleRefused(bundle.problems)
    agreements = _import_agreements(bundle, cluster, by)
    program = _import_program(bundle, cluster, existing, agreements)
    versions = {
        "form": _version(FormVersion, program, bundle.data["form"]),
        "rubric": _version(Rubric, program, bundle.data["rubric"]),
        "rules": _version(Rules, program, bundle.rules, effective_from=clock.day_of(bundle.call.columns["opens_at"])),
    }
    letters = _import_letters(bundle, program)
    call = _import_call(bundle, program, versions)
    trail.record(
        program,
        "program.import",
        by=by,
        given={name: version.number for name, version in versions.items()}
        | {"letters": letters, "call": str(call.public_id)},
        also=(call,),
    )
    return program


def _cluster_of(by) -> Cluster:
    """The one cluster whose officer `by` is today."""
    if not is_person(by):
        raise Forbidden(_("Only a programme officer imports a programme."))
    found = Cluster.objects.filter(
        pk__in=by.cluster_appointments.filter(in_office(), role=ClusterRole.OFFICER).values("cluster_id")
    ) | Cluster.objects.filter(
        pk__in=by.appointments.filter(in_office(), role=ProgramRole.OFFICER).values("cluster_id")
    )
    clusters = list(found.distinct()[:2])
    if not clusters:
        raise Forbidden(_("Only a programme officer imports a programme."))
    if len(clusters) > 1:
        raise ValueError("the officer of several clusters must say which one")
    return clusters[0]


def _ask_who(existing: Program | None, cluster: Cluster, by):
    """An officer of the cluster; or of this programme, for one that exists."""
    if existing is not None and is_program_officer(existing, by):
        return
    everywhere = is_person(by) and (
        holds_cluster_role(by, ClusterRole.OFFICER, cluster)
        or by.appointments.filter(in_office(), role=ProgramRole.OFFICER, program__isnull=True, cluster=cluster).exists()
    )
    if not everywhere:
        raise Forbidden(_("Only a programme officer imports a programme."))


def _disagreements(bundle: Bundle, cluster: Cluster, existing: Program | None) -> list[Problem]:
    """Where the file contradicts what is on record and an import may not change it: terms of an agreement,
    money already
    allocated, a call already published, an address taken by another programme."""
    problems = []
    for part in bundle.agreements:
        known = Agreement.objects.filter(cluster=cluster, reference=part.reference).select_related("partner").first()
        if known is not None:
            problems += _other_terms(bundle, part, known)
    program, call = bundle.program, bundle.call
    if Program.objects.filter(slug=program.columns["slug"]).exclude(pk=existing.pk if existing else None).exists():
        message = _("Another programme already has the address “%(slug)s”.") % {"slug": program.columns["slug"]}
        problems.append(bundle.at((*program.path, "slug"), message))
    known = Call.objects.filter(program=existing, key=call.key).first() if existing else None
    if known is not None and known.state != CallState.DRAFT:
        for column, key in (("opens_at", "opens"), ("closes_at", "closes"), ("kind", "kind"), ("cohorts", "cohorts")):
            if getattr(known, column) != call.columns[column]:
                message = _("This call is no longer a draft: an import does not change its dates.")
                problems.append(bundle.at((*call.path, key), message))
    return problems


# What an agreement's columns are called in the file.
_TERMS = {"starts_on": "starts", "ends_on": "ends"}


def _other_terms(bundle: Bundle, part, known: Agreement) -> list[Problem]:
    problems = []
    if known.partner.short_name != part.partner:
        problems.append(bundle.at((*part.path, "partner"), _differs(known.partner.short_name)))
    for column, value in part.terms.items():
        if column.startswith(("title", "purpose")):
            continue
        recorded = getattr(known, column)
        if recorded != value:
            key = "authorisation" if column.startswith("authorisation") else _TERMS.get(column, column)
            problems.append(bundle.at((*part.path, key), _differs(recorded)))
    for envelope in part.envelopes:
        recorded = _allocated(known, envelope.fiscal_year)
        if recorded is not None and recorded != envelope.amount:
            problems.append(bundle.at((*envelope.path, "amount"), _differs(recorded)))
    return problems


def _differs(recorded) -> str:
    return _("The agreement on record says %(recorded)s. Amend it there: an import does not change it.") % {
        "recorded": "–" if recorded is None or recorded == "" else recorded
    }


def _allocated(agreement: Agreement, fiscal_year: int) -> Decimal | None:
    """What was allocated at first to the year's envelope, before any carry-over; None without an envelope."""
    envelope = Envelope.objects.filter(agreement=agreement, fiscal_year=fiscal_year).first()
    if envelope is None:
        return None
    entries = LedgerEntry.objects.filter(envelope=envelope, kind=EntryKind.ALLOCATE, reverses__isnull=True)
    total = entries.filter(reversed_by__isnull=True).aggregate(total=Sum("amount"))["total"]
    return total or Decimal("0.00")


def _import_agreements(bundle: Bundle, cluster: Cluster, by) -> dict[str, Agreement]:
    """Partners, agreements and envelopes that are new; each new envelope is allocated and the fee taken from it."""
    partners, out = {}, {}
    for part in bundle.partners:
        partners[part.short_name], _made = Partner.objects.update_or_create(
            cluster=cluster,
            short_name=part.short_name,
            defaults={"name_fr": part.name.fr, "name_en": part.name.en},
        )
    for part in bundle.agreements:
        agreement, made = Agreement.objects.get_or_create(
            cluster=cluster,
            reference=part.reference,
            defaults=part.terms | {"partner": partners[part.partner]},
        )
        if made:
            trail.record(agreement, "agreement.import", by=by, given={"reference": part.reference})
        for year in part.envelopes:
            envelope, new = Envelope.objects.get_or_create(agreement=agreement, fiscal_year=year.fiscal_year)
            if new and year.amount:
                ledger.allocate(envelope, amount=year.amount, by=by)
                ledger.charge_fee(envelope, by=by)
        out[part.reference] = agreement
    return out


def _import_program(bundle: Bundle, cluster, existing, agreements) -> Program:
    part = bundle.program
    group, _made = WorkingGroup.objects.get_or_create(
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


def _version(model, program: Program, definition: dict, **columns):
    """The latest version when it says the same, else a new one."""
    latest = model.objects.filter(program=program).order_by("-number").first()
    if latest is not None and latest.definition == definition:
        return latest
    return model.objects.create(
        program=program, number=latest.number + 1 if latest else 1, definition=definition, **columns
    )


def _import_letters(bundle: Bundle, program: Program) -> int:
    """New versions of the letters that changed; how many there are."""
    made = 0
    for letter in bundle.letters:
        texts = {
            "subject_fr": letter.subject.fr,
            "subject_en": letter.subject.en,
            "body_fr": letter.body.fr,
            "body_en": letter.body.en,
        }
        latest = program.letter_templates.filter(kind=letter.kind).order_by("-number").first()
        if latest is None or any(getattr(latest, column) != text for column, text in texts.items()):
            LetterTemplate.objects.create(
                program=program, kind=letter.kind, number=latest.number + 1 if latest else 1, **texts
            )
            made += 1
    return made


def _import_call(bundle: Bundle, program: Program, versions: dict) -> Call:
    """The call as a draft with the latest versions. One that is published stays as it is, but for its name."""
    part = bundle.call
    call = Call.objects.select_for_update().filter(program=program, key=part.key).first()
    if call is None:
        return Call.objects.create(program=program, key=part.key, **part.columns, **versions)
    changed = part.columns | versions if call.state == CallState.DRAFT else {}
    for column in ("name_fr", "name_en"):
        changed[column] = part.columns[column]
    for column, value in changed.items():
        setattr(call, column, value)
    call.updated_at = clock.now()
    call.save(update_fields=[*changed, "updated_at"])
    return call


# ------------------------------------------------------------ publication


def publication_problems(call: Call) -> list[Problem]:
    """What keeps a call from being published: faults of its form, rubric and rules, and letters that are incomplete."""
    problems = []
    if call.form is None or call.rubric is None or call.rules is None:
        return problems  # the move asks for them
    form, rubric = parse_form(call.form.definition), parse_rubric(call.rubric.definition)
    keys = {question.key for question in form.questions}
    problems += check_form(call.form.definition, path=("form",))
    problems += check_rubric(call.rubric.definition, questions=keys, path=("rubric",))
    problems += check_rules(call.rules.definition, form, rubric)
    templates = latest_letters(call.program)
    for kind in ("approved", "declined", "ineligible"):
        if kind not in templates:
            problems.append(Problem(("letters", kind), _("“%(key)s” is missing.") % {"key": kind}))
    for kind, letter in templates.items():
        for name in ("subject_fr", "subject_en", "body_fr", "body_en"):
            text = getattr(letter, name)
            said = fields.check(text, kind) if text.strip() else [_("This text is missing in one language.")]
            problems += [Problem(("letters", kind, name), message) for message in said]
    for name in ("name_fr", "name_en"):
        if not getattr(call, name).strip():
            problems.append(Problem(("call", name), _("This text is missing in one language.")))
    return problems


def latest_letters(program: Program) -> dict[str, LetterTemplate]:
    """The letter template in use for each kind."""
    newest = program.letter_templates.values("kind").annotate(newest=Max("number")).values_list("kind", "newest")
    found = {}
    for kind, number in newest:
        found[kind] = program.letter_templates.get(kind=kind, number=number)
    return found


@facts_of(Call.publish)
def publication(call: Call, by: Actor) -> Publication:
    """What the check refuses of a call that is to be published."""
    return Publication(problems=tuple(str(problem) for problem in publication_problems(call)))


@transaction.atomic
def publish_call(call: Call, *, by) -> Call:
    """Publish a call. Its form, rubric and rules are fixed from here on.

    WrongMoment when something is missing: `publication_problems(call)` lists it.
    """
    call = move(call, Call.publish, by=by)
    for model, key in ((FormVersion, call.form_id), (Rubric, call.rubric_id), (Rules, call.rules_id)):
        model.objects.filter(pk=key, published_at__isnull=True).update(published_at=clock.now())
    return call


# ----------------------------------------------------------------- export


def export_bundle(program: Program, *, call: Call | None = None) -> str:
    """The programme as a bundle's YAML: its latest definitions, or those of `call`. Its order is always the same."""
    call = call or program.calls.order_by("-pk").first()
    if call is None:
        raise ValueError("a programme without a call cannot be written as a bundle")
    rules = call.rules.definition
    data = {
        "passerelle": 1,
        "partners": [_partner_data(partner) for partner in _partners(program)],
        "agreements": [_agreement_data(agreement) for agreement in program.agreements.order_by("reference")],
        "programme": _program_data(program),
        "call": _call_data(call),
        "form": call.form.definition,
        "rubric": call.rubric.definition,
        **policy.as_written(rules),
        "letters": {kind: _letter_data(letter) for kind, letter in latest_letters(program).items()},
    }
    return dump_bundle(data)


def _partners(program):
    return Partner.objects.filter(agreements__programs=program).distinct().order_by("short_name")


def _pair(row, name):
    return {"fr": getattr(row, f"{name}_fr"), "en": getattr(row, f"{name}_en")}


def _partner_data(partner: Partner) -> dict:
    return {"short_name": partner.short_name, "name": _pair(partner, "name")}


def _agreement_data(agreement: Agreement) -> dict:
    out = {
        "reference": agreement.reference,
        "partner": agreement.partner.short_name,
        "title": _pair(agreement, "title"),
        "jurisdiction": agreement.jurisdiction,
        "starts": agreement.starts_on.isoformat(),
        "ends": agreement.ends_on.isoformat(),
        "language_regime": agreement.language_regime,
        "fee_percent": format(agreement.fee_percent.normalize(), "f"),
        "audit_years": agreement.audit_years,
        "recovered_reusable": agreement.recovered_reusable,
        "envelopes": [
            {"fiscal_year": envelope.label, "amount": str(_allocated(agreement, envelope.fiscal_year))}
            for envelope in agreement.envelopes.order_by("fiscal_year")
        ],
    }
    if agreement.purpose_fr or agreement.purpose_en:
        out["purpose"] = _pair(agreement, "purpose")
    if agreement.concurrence_above is not None:
        out["concurrence_above"] = str(agreement.concurrence_above)
    authorisation = {
        "number": agreement.authorisation_number,
        "date": agreement.authorisation_date.isoformat() if agreement.authorisation_date else "",
        "none_reason": agreement.authorisation_none_reason,
    }
    if any(authorisation.values()):
        out["authorisation"] = {key: value for key, value in authorisation.items() if value}
    return out


def _program_data(program: Program) -> dict:
    out = {
        "code": program.code,
        "slug": program.slug,
        "name": _pair(program, "name"),
        "working_group": {"key": program.working_group.key, "name": _pair(program.working_group, "name")},
        "themes": program.themes,
        "summary": _pair(program, "summary"),
        "contact": {"email": program.contact_email},
        "funding": [
            {"agreement": funding.agreement.reference, "share": format(funding.share.normalize(), "f")}
            for funding in program.funding.select_related("agreement").order_by("agreement__reference")
        ],
    }
    if program.contact_phone:
        out["contact"]["phone"] = program.contact_phone
    if program.description_fr or program.description_en:
        out["description"] = _pair(program, "description")
    return out


def _call_data(call: Call) -> dict:
    zone = ZoneInfo(call.zone)

    def instant(value):
        return f"{value.astimezone(zone):%Y-%m-%dT%H:%M} {call.zone}"

    out = {
        "key": call.key,
        "name": _pair(call, "name"),
        "kind": call.kind,
        "opens": instant(call.opens_at),
        "closes": instant(call.closes_at),
        "grace_minutes": call.grace_minutes,
    }
    if call.cohorts:
        out["cohorts"] = [instant(datetime.fromisoformat(text)) for text in call.cohorts]
    return out


def _letter_data(letter: LetterTemplate) -> dict:
    return {"subject": _pair(letter, "subject"), "body": _pair(letter, "body")}
