"""Files on their way to a decision, for this app's tests: submitted, reviewed, recommended by the chair.

The reviews are rows written here: what leads to them is the specification of other apps.
"""

from datetime import UTC, date, datetime
from decimal import Decimal

from accounts.models import Cluster, Organisation
from applications.constants import SUMMARY
from applications.models import Application
from applications.states import ApplicationState
from decisions import services
from decisions.models import Concurrence, Decision
from decisions.selectors import UNSHOWN
from demo.cast import COMPANIES
from documents.models import Rendering
from funding.models import Agreement, Envelope, Partner
from letters.models import Letter
from letters.selectors import messages_of
from letters.services import new_code
from letters.states import READABLE
from programs.models import Call, Program
from reviews.models import Assignment, Score
from reviews.services import declare_interests, recommend
from reviews.states import AssignmentState
from tests import files
from tests.kept import kept
from work import clock

AT = files.AT
REVIEWED_AT = datetime(2026, 10, 20, 14, tzinfo=UTC)
RECOMMENDED_AT = datetime(2026, 10, 27, 14, tzinfo=UTC)
DECIDED_AT = datetime(2026, 11, 3, 15, tzinfo=UTC)
TITLE = "Livrer à temps : planifier la capacité des cellules"
TEXT = "Un plan de capacité, tenu chaque semaine, et des cellules qui livrent à la date promise."
FEEDBACK = ("Plan clair; précisez les gains attendus à l’ajustage.", "", "Le parrain confirme l’intérêt.")


def D(text):
    return Decimal(text)


@kept
def submitted_row(cast, programme, *, company="usinage", requested="90000.00"):
    """A submitted file as one row with its snapshot: quick to make, where `tests.files` answers every question."""
    call = files.open_call(cast, programme)
    organisation = Organisation.objects.get(neq=COMPANIES[company]["neq"])
    signatory = files.signatory_of(cast, company)
    number = Application.objects.count() + 1
    with clock.at(files.AT):
        application = Application.objects.create(
            call=call,
            organisation=organisation,
            created_by=signatory,
            state=ApplicationState.SUBMITTED,
            reference=f"FE-2026-{number:05}",
            language=organisation.language,
            title=TITLE,
            organisation_name=organisation.legal_name,
            requested_amount=D(requested),
            submitted_at=clock.now(),
            cohort_closes_at=call.cohort_at(clock.now()),
        )
        application.answers.create(question=SUMMARY, value=TEXT, by=signatory)
        application.snapshots.create(
            number=1,
            canonical="{}",
            digest="0" * 64,
            form_version=1,
            signed_name=signatory.full_name,
            by=signatory,
        )
    return application


def file_row(cast, programme, **more):
    """A file as one row, without its answers nor its snapshot, its call as it is: for lists of many."""
    organisation = Organisation.objects.get(neq=COMPANIES["usinage"]["neq"])
    fields = {"organisation": organisation, "organisation_name": organisation.legal_name, "title": TITLE}
    fields["state"] = ApplicationState.RECOMMENDED
    return Application.objects.create(
        call=programme.calls.order_by("pk").first(),
        created_by=cast.sophie,
        reference=f"{programme.code}-2026-{Application.objects.count() + 1:05}",
        submitted_at=files.AT,
        **{**fields, **more},
    )


def decision_row(cast, programme, *, state, kind="approved", amount="90000.00", at=DECIDED_AT, file=None, **more):
    """A decision as one row, in `state` since `at`; on a file of its own, unless told which."""
    application = file or file_row(cast, programme)
    return Decision.objects.create(
        application=application, state=state, kind=kind, amount=D(amount), since=at, **{"at": at, **more}
    )


def asked_row(decision, agreement=None, *, at=DECIDED_AT, **more):
    """A concurrence asked of a partner, as one row; of the first agreement, unless told which."""
    agreement = agreement or Agreement.objects.order_by("pk").first()
    return Concurrence.objects.create(
        decision=decision, application=decision.application, agreement=agreement, asked_at=at, **more
    )


def letter_row(application, *, state, at=DECIDED_AT, **more):
    """A letter as one row, in `state` since `at`; sent then, when its state says so."""
    sent_at = at if state in READABLE else None
    fields = {"kind": "approved", "language": "fr", "regime": "fr_prevails", "subject_line": "Décision", "html": "<p>"}
    return Letter.objects.create(
        application=application, state=state, since=at, code=new_code(), **{**fields, "sent_at": sent_at, **more}
    )


def other_programme(programme, code="AX", *, elsewhere=False):
    """Another programme with an open call, of the same cluster or of one `elsewhere`: none of the cast is of it."""
    cluster, group = programme.cluster, programme.working_group
    if elsewhere:
        cluster = Cluster.objects.create(slug="ailleurs", name_fr="Grappe d’ailleurs", name_en="Cluster elsewhere")
        group = cluster.working_groups.create(key="ici", name_fr="Ici", name_en="Here")
    other = Program.objects.create(
        cluster=cluster, working_group=group, code=code, slug=code.lower(), name_fr=code, name_en=code,
        summary_fr="Sommaire.", summary_en="Summary.",
    )  # fmt: skip
    Call.objects.create(
        program=other, key="2026", name_fr="Appel", name_en="Call", state="published",
        opens_at=datetime(2026, 9, 1, tzinfo=UTC), closes_at=datetime(2026, 12, 1, tzinfo=UTC),
    )  # fmt: skip
    return other


def other_agreement(programme, short_name="DEC", *, partner=None):
    """An agreement of another partner of the cluster, or one more of `partner`."""
    cluster = programme.cluster
    number = partner.agreements.count() + 7 if partner else 7
    partner = partner or Partner.objects.create(
        cluster=cluster, short_name=short_name, name_fr=short_name, name_en=short_name
    )
    return Agreement.objects.create(
        partner=partner, cluster=cluster, reference=f"{partner.short_name}-2026-{number}",
        title_fr="Entente", title_en="Agreement",
        starts_on=date(2026, 4, 1), ends_on=date(2029, 3, 31), language_regime="both_equal",
    )  # fmt: skip


@kept
def reviewed_file(cast, programme, *, points=("4", "4", "3"), whole=False, **more):
    """A file whose three reviews are in, every criterion at `points[n]` of the scale in the n-th review.

    `whole`: submitted through the services, every question answered.
    """
    application = (files.submitted_file if whole else submitted_row)(cast, programme, **more)
    with clock.at(REVIEWED_AT):
        criteria = [c["key"] for c in application.call.rubric.definition["criteria"]]
        people = ((cast.ana, "cluster"), (cast.ben, "cluster"), (cast.chloe, "industry"))
        for (person, seat), point, feedback in zip(people, points, FEEDBACK, strict=True):
            review = Assignment.objects.create(
                application=application,
                reviewer=person,
                seat=seat,
                due=clock.now(),
                assigned_by=cast.officer,
                state=AssignmentState.SUBMITTED,
                submitted_at=clock.now(),
                total=Decimal(point) * 20,
                feedback=feedback,
            )
            Score.objects.bulk_create(
                Score(assignment=review, criterion=key, point=point, comment="Lu.") for key in criteria
            )
        mean = sum(Decimal(p) * 20 for p in points) / 3
        Application.objects.filter(pk=application.pk).update(state=ApplicationState.REVIEWED, score=round(mean, 4))
    return Application.objects.get(pk=application.pk)


def envelopes(programme):
    """The programme's envelopes, by fiscal year."""
    return list(Envelope.objects.filter(agreement__funding__program=programme).order_by("fiscal_year", "id"))


@kept
def recommended_file(
    cast, programme, *, amount="75000.00", outcome="approved", shares=None, reasons=None, discussion="", **more
):
    """A reviewed file that the chair recommended: its decision is a draft. Returns the `Decision`.

    An approval is of all that is asked, unless the file is `whole`: then it asks what its form says.
    """
    if outcome == "approved" and not more.get("whole"):
        more.setdefault("requested", amount)
    application = reviewed_file(cast, programme, **more)
    with clock.at(RECOMMENDED_AT):
        declare_interests(application, by=cast.chair, answer="none")
        amount = D(amount) if outcome in ("approved", "partial") else D(0)
        if shares is None:
            shares = [(envelopes(programme)[0], amount)] if amount else []
        fr, en = reasons or ("Le projet répond aux objectifs.", "The project meets the objectives.")
        recommend(
            application,
            by=cast.chair,
            outcome=outcome,
            amount=amount,
            shares=shares,
            reasons_fr=fr,
            reasons_en=en,
            discussion=discussion,
        )
    return Decision.objects.get(application=application)


def declare(cast, decision, *people):
    """These people of the cast declare that they have no interest in the file."""
    for key in people:
        declare_interests(decision.application, by=getattr(cast, key), answer="none")


@kept
def endorsed(cast, programme, **more):
    decision = recommended_file(cast, programme, **more)
    with clock.at(DECIDED_AT):
        declare(cast, decision, "endorser")
        return services.endorse(decision, by=cast.endorser, note="Dossier solide.", edition=UNSHOWN)


@kept
def approved(cast, programme, **more):
    decision = endorsed(cast, programme, **more)
    with clock.at(DECIDED_AT):
        declare(cast, decision, "approver")
        return services.approve(decision, by=cast.approver, edition=UNSHOWN)


@kept
def concurred(cast, programme, **more):
    more.setdefault("amount", "75000.01")
    decision = approved(cast, programme, **more)
    with clock.at(DECIDED_AT):
        declare(cast, decision, "concurrence")
        for concurrence in decision.concurrences.counted():
            services.concur(concurrence, by=cast.concurrence)
        return Decision.objects.get(pk=decision.pk)


@kept
def issued(cast, programme, **more):
    decision = approved(cast, programme, **more)
    with clock.at(DECIDED_AT):
        return services.issue(decision, by=cast.officer, edition=UNSHOWN)


def sent(cast, programme, **more):
    """Issued, and its letter rendered and sent, as the worker does it. Returns the letter."""
    decision = issued(cast, programme, **more)
    with clock.at(DECIDED_AT):
        send(decision)
    return Letter.objects.get(decision=decision)


def send(decision):
    """What the worker does with the letter of an issued decision, without the broker."""
    from documents.services import render
    from notifications import services as outbox

    render(Rendering.objects.get(pk=decision.letter.rendering_id))
    for message in messages_of(decision.letter):
        outbox.send(message)
