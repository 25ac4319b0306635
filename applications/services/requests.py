"""A request for changes that ends without its answer: cancelled, given up, or gone with its file."""

from django.db.models import F

from applications.models import Application, ChangeItem, ChangeRequest
from applications.selectors.answers import form_of
from audit.actors import Actor
from questions.constants import QuestionType
from work import clock


def end_request(application: Application, *, by: Actor) -> ChangeRequest | None:
    """End the request that waits, as of the move that ended it; returned, None where none did.

    What the applicant began to change is put back as it was, so that rows and snapshot say the same: nobody reads what
    was never sent.
    """
    request = application.change_requests.waiting().first()
    if request is None:
        return None
    request.cancelled_at = application.since
    request.save(update_fields=["cancelled_at"])
    for item in request.items.answered():
        _put_back(application, item, by=by)
    return request


def _put_back(application: Application, item: ChangeItem, *, by: Actor) -> None:
    """The answer as it was when the change was asked; its documents too."""
    question = form_of(application).question(item.question)
    rows = application.answers.filter(question=item.question)
    if item.before is None:
        rows.delete()
    else:
        rows.update(value=item.before, version=F("version") + 1, by=by, at=clock.now())
    if question is not None and question.type == QuestionType.DOCUMENTS:
        kept = item.before or []
        documents = application.documents.filter(question=item.question)
        documents.named(kept).update(removed_at=None)
        documents.attached().exclude(public_id__in=kept).update(removed_at=clock.now())
