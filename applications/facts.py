"""What the moves of a file must know, as far as this app knows it: for the page that asks, and for the act."""

from django.utils.translation import gettext as _

from accounts.models import Membership
from applications.checks import attestations_of, missing_answers, unconfirmed
from applications.findings import because_of, checklist_of
from applications.models import Application
from applications.rules import Askable, Asked, Changed, Checklist, Pieces, Readiness, is_askable
from applications.selectors.answers import answers_of, form_of
from applications.selectors.submitted import current_snapshot, read_snapshot
from audit.actors import Actor, person_key
from moves.interests import barred_from
from moves.querysets import look_back
from moves.registry import facts_of
from programs.models import Call
from programs.rules import Represented, Sides
from programs.selectors import policy_of
from questions.schema import missing
from work import clock
from work.forms import said


@facts_of(Application.submit)
def readiness(application: Application, by: Actor) -> Readiness:
    """How ready the draft is, from its answers as they are stored."""
    answers, form = answers_of(application), application.call.form
    assert form is not None  # a call has its form before it is published
    return Readiness(
        missing=len(missing_answers(application, answers)),
        unconfirmed=unconfirmed(application),
        to_attest=frozenset(q.key for q in attestations_of(form_of(application), answers) if q.required),
        form=form.number,
    )


@facts_of(Application.request_changes)
def askable(application: Application, by: Actor) -> Askable:
    """What the form asks of the applicant; an attestation is signed again with every submission."""
    questions = (question for section in form_of(application).sections for question in section.questions)
    return Askable({q.key: str(q.label) for q in questions if is_askable(q)})


@facts_of(Application.extend_request)
def asked(application: Application, by: Actor) -> Asked:
    """The request that waits, as the move finds it."""
    request = application.change_requests.waiting().first()
    if request is None:
        return Asked(unanswered=0, until=None)
    return Asked(unanswered=request.items.unanswered().count(), until=request.due)


@facts_of(Application.resubmit)
def changed(application: Application, by: Actor) -> Changed:
    request = asked(application, by)
    wrong = missing_answers(application, answers_of(application))
    return Changed(request.unanswered, request.until, wrong=tuple(str(item.message) for item in wrong))


@facts_of(Application.find_complete)
def pieces(application: Application, by: Actor) -> Pieces:
    """What the submission that stands lacks, as of the day it was sent: a form may refuse days that are past."""
    snapshot = current_snapshot(application)
    if snapshot is None:
        return Pieces(missing=())
    content = read_snapshot(snapshot)
    form = form_of(application)
    unsaid = missing(form, content.answers, today=clock.day_of(snapshot.at))
    found = [said(question.label, item.message) for item in unsaid if (question := form.question(item.question))]
    gone = content.documents_of(application).filter(upload__gone_at__isnull=False)
    found += [_("The file of “%(name)s” is gone.") % {"name": document.upload.name} for document in gone]
    if unconfirmed(application):
        found.append(_("The sponsor has not confirmed yet."))
    return Pieces(missing=tuple(found))


@facts_of(Application.find_eligible, Application.find_ineligible, Application.confirm)
def checklist(application: Application, by: Actor) -> Checklist:
    """How the screening stands, from its findings."""
    items = checklist_of(application)
    failed = [item for item in items if item.passed is False]
    stale = [item for item in items if item.stale]
    return Checklist(
        open=sum(item.marked is None for item in items),
        again=len(stale),
        failed_before=sum(item.marked is False for item in stale),
        failed=tuple(item.key for item in failed),
        without_reason=tuple(item.key for item in failed if not (item.finding and item.finding.reason.strip())),
        overdue=application.change_requests.overdue().exists(),
        decides=not policy_of(application.call).has_reviews,
        because=because_of(items),
    )


@facts_of(Call.extend)
def represented(call: Call, by: Actor) -> Represented:
    """The organisations that `by` acts for today, of those that have a draft or a file in the call, by their names."""
    own = Membership.objects.current().filter(user=person_key(by))
    with_a_file = own.filter(organisation__in=Application.objects.filter(call=call).values("organisation"))
    return Represented(tuple(one.organisation.legal_name for one in with_a_file.by_organisation()))


@facts_of(Call.accommodate)
def sides(call: Call, by: Actor) -> Sides:
    """Whom `by` may give no more time: the same look-back as that of a file, and any file that is closed to them."""
    own = Membership.objects.ran_since(look_back()).filter(user=person_key(by))
    closed = Application.objects.filter(pk__in=barred_from(by))
    return Sides(
        own=frozenset(own.values_list("organisation__public_id", flat=True)),
        closed=frozenset(closed.values_list("organisation__public_id", flat=True)),
    )
