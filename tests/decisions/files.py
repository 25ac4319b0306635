"""Files on their way to a decision, for this app's tests: submitted, reviewed, recommended by the chair.

The reviews are rows written here: what leads to them is the specification of other apps.
"""

from datetime import UTC, datetime
from decimal import Decimal

from accounts.models import Organisation
from applications.constants import SUMMARY
from applications.models import Application
from applications.states import ApplicationState
from decisions import services
from decisions.models import Decision
from demo.cast import COMPANIES
from documents.models import Rendering
from funding.models import Envelope
from letters.models import Letter
from letters.selectors import messages_of
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
    """A reviewed file that the chair recommended: its decision is a draft. Returns the `Decision`."""
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
        return services.endorse(decision, by=cast.endorser, note="Dossier solide.")


@kept
def approved(cast, programme, **more):
    decision = endorsed(cast, programme, **more)
    with clock.at(DECIDED_AT):
        declare(cast, decision, "approver")
        return services.approve(decision, by=cast.approver)


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
        return services.issue(decision, by=cast.officer)


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
