"""Two clusters with everything that has an address, and one person for every role: what the matrix walks with.

Cluster A is the cast's. Its file went all the way: submitted by Usinage Gauthier at 75 000,01 $, reviewed, recommended,
endorsed, approved, concurred, issued, its letter sent. Cluster B is a stranger's, with a file of its own.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.services import appoint_to_cluster, create_person, found_cluster, invite_member, invite_staff
from applications.lists import start_list
from applications.models import Application
from applications.selectors import Chosen
from awards.models import Award
from builder.services import import_bundle
from decisions import services as decisions
from decisions.models import Concurrence, Decision
from decisions.selectors import UNSHOWN
from decisions.states import ConcurrenceState
from documents.models import Rendering
from documents.states import RenderingKind
from funding.models import Agreement, Envelope, Partner, PartnerSeat
from letters.models import Letter
from notifications import messages
from notifications.models import Message
from notifications.services import queue_message
from programs.services.people import appoint
from reports.services import create_api_key
from reviews.models import Assignment
from reviews.services import declare_interests, recommend, record_interest
from tests import files
from tests.cast import BUNDLE, SET_UP
from tests.reviews.files import of, reviewed_file
from work import clock
from work.models import Job
from work.querysets import ATTEMPTS
from work.tasks import run_jobs
from work.texts import Text

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
DECIDED = datetime(2026, 11, 3, 15, tzinfo=UTC)

# The columns of the table: who asks, and how they stand to file A.
ROLES = {
    "ano": "nobody signed in",
    "mem": "member of the applicant",
    "sig": "signatory of the applicant",
    "out": "signatory of another organisation",
    "off": "programme officer",
    "scr": "screening officer",
    "rev": "reviewer given the file",
    "una": "reviewer not given the file",
    "con": "reviewer with a declared conflict",
    "cha": "chair of the committee",
    "end": "endorser",
    "app": "approver",
    "fin": "finance officer",
    "ana": "analyst of the ministry that pays",
    "cnc": "concurrence officer of that ministry",
    "ali": "analyst of another ministry",
    "aud": "auditor",
    "adm": "administrator",
    "abr": "officer of another cluster",
}


def build(cast, programme):
    """The world: `.people` by role, `.own` and `.other` the objects by name."""
    people = {
        "ano": None,
        "mem": cast.olivier,
        "sig": cast.sophie,
        "out": cast.michel,
        "off": cast.officer,
        "scr": cast.screener,
        "rev": cast.ana,
        "con": cast.chloe,
        "cha": cast.chair,
        "end": cast.endorser,
        "app": cast.approver,
        "fin": cast.finance,
        "ana": cast.analyst,
        "cnc": cast.concurrence,
        "aud": cast.auditor,
        "adm": cast.administrator,
    }
    with clock.at(datetime(2026, 9, 1, 14, tzinfo=UTC)):
        people["una"] = _person("zoe@aerofil.example")
        appoint(people["una"], by=cast.administrator, role="reviewer", program=programme, seat="cluster")
    other = _cluster_b(cast, people)
    own = _cluster_a(cast, programme, people)
    assert set(people) == set(ROLES)
    return SimpleNamespace(people=people, own=own, other=other)


def _person(email):
    return create_person(by=SET_UP, email=email, given_name=email.split("@")[0].title(), family_name="Dubois")


# ------------------------------------------------------------------ cluster A


def _cluster_a(cast, programme, people):
    file = reviewed_file(cast, programme, requested=Decimal("75000.01"), reviewers=("ana", "ben", "dev"))
    envelope = Envelope.objects.filter(agreement__funding__program=programme).order_by("id").first()
    with clock.at(DECIDED):
        Assignment.objects.create(  # the service would refuse her: she works for the file's sponsor
            application=file, reviewer=cast.chloe, seat="industry", due=clock.now(), assigned_by=cast.officer
        )
        declare_interests(file, by=cast.chloe, answer="conflict")
        declare_interests(file, by=cast.chair, answer="none")
        recommend(
            file,
            by=cast.chair,
            outcome="approved",
            amount=Decimal("75000.01"),
            shares=[(envelope, Decimal("75000.01"))],
            discussion="Le comité a comparé les évaluations.",
        )
        decision = Decision.objects.get(application=file)
        for role in ("endorser", "approver", "concurrence"):
            declare_interests(file, by=getattr(cast, role), answer="none")
        decisions.endorse(decision, by=cast.endorser, edition=UNSHOWN)
        decision = decisions.approve(Decision.objects.get(pk=decision.pk), by=cast.approver, edition=UNSHOWN)
        decisions.concur(decision.concurrences.get(), by=cast.concurrence)
        decision = decisions.issue(Decision.objects.get(pk=decision.pk), by=cast.officer, edition=UNSHOWN)
        letter = _sent(Letter.objects.get(decision=decision))
        draft = files.draft_file(cast, programme, company="usinage", at=None)
        key, _secret = create_api_key(
            programme.agreements.get().partner,
            by=cast.analyst,
            name="Tableau de bord",
            expires_at=clock.now() + timedelta(days=90),
        )
        interest = record_interest(by=cast.ana, kind="employer", organisation_name="Atelier Tremblay")
        organisation = file.organisation
        invitation, _token = invite_member(
            organisation, by=cast.sophie, email="nouvelle@gauthier.example", role="member", language="fr"
        )
        staff = _invite_staff(programme.cluster, cast.administrator)
        job = _listed(cast.officer)
    return SimpleNamespace(
        application=Application.objects.get(pk=file.pk),
        draft=draft,
        call=file.call,
        program=programme,
        organisation=organisation,
        member=cast.olivier,
        invitation=invitation,
        staff_invitation=staff,
        person=cast.screener,
        doubting=cast.chloe,
        assignment=of(file, cast.ana),
        interest=interest,
        concurrence=Concurrence.objects.get(decision=decision),
        decision=decision,
        letter=letter,
        award=Award.objects.get(application=file),
        key=key,
        envelope=envelope,
        agreement=envelope.agreement,
        job=job,
        given_up=_given_up(file),
    )


def _sent(letter):
    """The letter as the worker leaves it, with a file that is no PDF: none is rendered here."""
    path = default_storage.save("letters/one.pdf", ContentFile(b"%PDF-1.7\n"))
    Rendering.objects.filter(pk=letter.rendering_id).update(path=path, done_at=clock.now(), size=9)
    Letter.objects.filter(pk=letter.pk).update(state="sent", sent_at=clock.now())
    told = {"outcome_at": clock.now(), "last_told": "approved", "last_told_at": clock.now()}
    Application.objects.filter(pk=letter.application_id).update(**told)
    return Letter.objects.get(pk=letter.pk)


def _invite_staff(cluster, administrator):
    invitation, _token = invite_staff(
        cluster, by=administrator, email=f"recrue@{cluster.slug}.example", role="officer", language="fr"
    )
    return invitation


# ------------------------------------------------------------------ cluster B


def _take_every_place(program, partner, *, by):
    """Somebody for each place of a file, who does nothing: a call is published for people who can take it further."""
    places = {
        "screener": {},
        "reviewer": {"seat": "cluster"},
        "reviewer-2": {"seat": "cluster"},
        "reviewer-3": {"seat": "industry"},
        "chair": {},
        "endorser": {},
        "approver": {"limit": Decimal(500000)},
        "reconsiderer": {},
    }
    for place, more in places.items():
        role = place.partition("-")[0]
        appoint(_person(f"{place}@optique.example"), by=by, role=role, program=program, **more)
    concurring = _person("accord@mdn.example")
    PartnerSeat.objects.create(user=concurring, partner=partner, role="concurrence", starts_on=date(2026, 1, 1))


def _cluster_b(cast, people):
    """Another cluster of the same installation: rows written directly where no service is needed to read them."""
    with clock.at(datetime(2026, 8, 3, 14, tzinfo=UTC)):
        cluster = found_cluster(by=SET_UP, slug="optique", name_fr="Grappe Optique", name_en="Optics Cluster")
        administrator, officer = _person("ada@optique.example"), _person("otto@optique.example")
        appoint_to_cluster(administrator, cluster, by=SET_UP, role="administrator")
        appoint_to_cluster(officer, cluster, by=administrator, role="officer")
        text = BUNDLE.read_text(encoding="utf-8")
        for ours, theirs in {
            "MEIE-2026-114": "MDN-2026-7",
            "MEIE": "MDN",
            "code: FE": "code: FO",
            "slug: filiere-excellence": "slug: filiere-optique",
        }.items():
            text = text.replace(ours, theirs)
        program = import_bundle(text, by=officer)
        partner = Partner.objects.get(cluster=cluster)
        _take_every_place(program, partner, by=administrator)
    analyst = _person("mia@mdn.example")
    PartnerSeat.objects.create(user=analyst, partner=partner, role="analyst", starts_on=date(2026, 1, 1))
    people["abr"], people["ali"] = officer, analyst
    theirs = SimpleNamespace(**vars(cast) | {"officer": officer})
    file = files.submitted_file(theirs, program, company="northwind")
    with clock.at(NOW - timedelta(days=30)):
        draft = files.draft_file(theirs, program, company="northwind", at=None)
        assignment = Assignment.objects.create(
            application=file,
            reviewer=officer,
            seat="cluster",
            due=clock.now(),
            assigned_by=officer,
            state="submitted",
            submitted_at=clock.now(),
        )
        decision = Decision.objects.create(application=file, kind="approved", amount=90000, state="issued")
        agreement = Agreement.objects.get(cluster=cluster)
        concurrence = Concurrence.objects.create(
            decision=decision, application=file, agreement=agreement, state=ConcurrenceState.GIVEN
        )
        rendering = Rendering.objects.create(
            kind=RenderingKind.LETTER, key="optics", title="Decision", language="en", html=""
        )
        letter = Letter.objects.create(
            application=file,
            rendering=rendering,
            kind="approved",
            code="OPTI-QUE1-LETR",
            language="en",
            regime="fr_prevails",
            subject_line="Decision",
            html="<p>Decision</p>",
            state="sent",
            sent_at=clock.now(),
        )
        Decision.objects.filter(pk=decision.pk).update(letter=letter)
        letter = _sent(letter)
        Application.objects.filter(pk=file.pk).update(state="approved")
        award = Award.objects.create(application=file, decision=decision, organisation=file.organisation, amount=90000)
        key, _secret = create_api_key(partner, by=analyst, name="Optique", expires_at=clock.now() + timedelta(days=90))
        interest = record_interest(by=officer, kind="employer", organisation_name="Optique inc.")
        organisation = file.organisation
        invitation, _token = invite_member(
            organisation, by=cast.emily, email="new@northwind.example", role="member", language="en"
        )
        staff = _invite_staff(cluster, administrator)
        job = _listed(officer)
    return SimpleNamespace(
        application=Application.objects.get(pk=file.pk),
        draft=draft,
        call=file.call,
        program=program,
        organisation=organisation,
        member=cast.emily,
        invitation=invitation,
        staff_invitation=staff,
        person=administrator,
        doubting=officer,
        assignment=assignment,
        interest=interest,
        concurrence=concurrence,
        decision=decision,
        letter=letter,
        award=award,
        key=key,
        envelope=Envelope.objects.filter(agreement=agreement).order_by("id").first(),
        agreement=agreement,
        job=job,
        given_up=_given_up(file),
    )


def _given_up(file):
    """A message about a file that could not be sent."""
    letter = messages.Letter(reference=file.reference, title="", programme=Text())
    message = queue_message(letter, to="gone@usinage.example", key=f"gone:{file.pk}", application_id=file.pk)
    Message.objects.filter(pk=message.pk).update(attempts=ATTEMPTS, last_error="550 no such mailbox")
    return message


def _listed(officer):
    """A list of files as a job that is done, kept beyond the present instant."""
    job = start_list(Chosen(), by=officer)
    run_jobs()
    Job.objects.filter(pk=job.pk).update(keep_until=NOW + timedelta(days=7))
    return job


# ---------------------------------------------------- what an address is filled with

DRAFTS = frozenset(
    f"application-{name}"
    for name in ("tasks", "eligibility", "answer", "section", "delete", "sponsor", "sponsor-cancel", "check", "submit")
) | {"application-document"}


def arguments(name, parameters, things):
    """The values of an address's parameters, from the objects of one cluster (`things`)."""
    return {parameter: _value(name, parameter, things) for parameter in parameters}


def _value(name, parameter, things):
    file = things.draft if name in DRAFTS else things.application
    match parameter:
        case "reference":
            return things.application.reference
        case "slug":
            return things.program.slug
        case "document" | "document_id":
            return file.documents.order_by("pk").first().public_id
        case "sponsorship":
            return things.draft.sponsorships.get().public_id
        case "invitation":
            return (things.staff_invitation if name.startswith("people") else things.invitation).public_id
        case "person":
            return things.member.public_id
        case "person_id":
            return things.doubting.public_id
        case "code":
            return things.letter.code
        case "id":
            return getattr(things, API[name.split("-")[1]]).public_id
        case "row":
            return things.given_up.pk
        case "public_id":
            return _thing(name, things, file).public_id
    return FIXED[name, parameter] if (name, parameter) in FIXED else FIXED[parameter]


API = {name: name for name in ("agreement", "envelope", "program", "call", "application", "decision", "award")}
API["ledger"] = "envelope"
FIXED = {
    "key": "company",  # a section of the form
    "number": 1,
    "token": "not-a-token",
    "kind": "cluster",
    "name": "cancel",
    "language": "fr",
    "uidb36": "1",
    "act": "pause",
    "table": "messages",
    ("account_confirm_email", "key"): "not-a-key",
    ("account_reset_password_from_key", "key"): "not-a-key",
}
BY_PREFIX = (
    ("application", None),
    ("job", "job"),
    ("file-list-result", "job"),
    ("call", "call"),
    ("review-ranking", "call"),
    ("organisation", "organisation"),
    ("person", "person"),
    ("review-interest", "interest"),
    ("review", "assignment"),
    ("decision-concurrence", "concurrence"),
    ("decision-letter-of", "application"),
    ("decision-letter", "letter"),
    ("partner-key", "key"),
    ("envelope", "envelope"),
)


def _thing(name, things, file):
    if name == "application-start":
        return things.call
    for prefix, thing in BY_PREFIX:
        if name.startswith(prefix):
            return getattr(things, thing) if thing else file
    raise LookupError(f"the matrix does not know which object {name} is about: add it to BY_PREFIX")
