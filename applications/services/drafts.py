"""Writing an application: begun, answered by several people, documents joined, thrown away.

A text is never lost: what is too long, and a table that is not finished, are kept as typed with what is wrong in them.
Only what cannot be read at all (an amount that is not a number) is refused.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organisation, User
from accounts.rules import is_member, is_signatory
from applications import constants
from applications.checks import eligibility_check
from applications.models import Answer, Application, ChangeItem, Document
from applications.rules import comes_in_time, takes_answers
from applications.selectors.answers import form_of
from applications.states import ApplicationState
from audit import services as trail
from documents.models import Upload
from documents.scan import Unacceptable
from documents.services import remove_upload, store_upload
from moves.refusals import Forbidden, Refusal, WrongMoment
from moves.services import record_duty
from moves.states import Duty
from programs.models import Call
from programs.policy import Eligibility
from questions.constants import QuestionType
from questions.schema import Question
from questions.schema.answers import read_texts, validate_answer
from questions.schema.faults import Fault
from questions.schema.tables import check_cell, columns_of
from work import clock
from work.models import new_public_id
from work.versions import Overtaken

KEPT_AS_TYPED = (
    QuestionType.SHORT_TEXT,
    QuestionType.LONG_TEXT,
    QuestionType.BUDGET,
    QuestionType.FINANCING,
    QuestionType.MILESTONES,
    QuestionType.INDICATORS,
    QuestionType.GROUP,
    QuestionType.ASSESSMENT,
    QuestionType.PERIOD,
    QuestionType.ADDRESS,
)
SITTING = timedelta(minutes=10)
LARGEST = 200_000  # characters of one answer, whatever its type


class AnswerConflict(Overtaken):
    """Somebody saved a newer version meanwhile: `value`, saved by `by` at `at`, as `version`."""

    by: User
    at: datetime

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer)
        self.question, self.value = answer.question, answer.value


class AnswerInvalid(Exception):
    """The answer cannot be kept. `errors` are Faults, each with its sentence and its place."""

    def __init__(self, errors: Iterable[Fault]) -> None:
        super().__init__("; ".join(str(e) for e in errors))
        self.errors = list(errors)


@transaction.atomic
def start_application(
    call: Call,
    organisation: Organisation,
    *,
    by: User,
    eligibility: Mapping[str, object] | None = None,
    public_id: UUID | None = None,
) -> Application:
    """A draft for `organisation`, with the answers of the two-minute check when it was made.

    `public_id`: the one that the page had ready for it. The same page sent several times begins one draft.
    Forbidden for who does not act for it; WrongMoment when the call takes no drafts, or the check refuses.
    """
    if not is_member(organisation, by):
        raise Forbidden(_("Only people who act for the organisation can apply in its name."))
    ready = public_id or new_public_id()
    same = Application.objects.filter(public_id=ready, call=call, organisation=organisation, created_by=by)
    if public_id and (begun := same.first()):
        return begun
    application = Application(
        public_id=ready,
        call=call,
        organisation=organisation,
        created_by=by,
        language=organisation.language,
        organisation_name=organisation.legal_name,
        region=organisation.region,
    )
    if refusal := comes_in_time(call, organisation.pk, clock.now()):
        raise WrongMoment(refusal)
    check = eligibility_check(call)
    refused = check.refusals(eligibility) if check and eligibility else []
    if refused:
        raise WrongMoment(*(Refusal(str(item.refusal), code="ineligible") for item in refused))
    try:
        with transaction.atomic():
            application.save()
    except IntegrityError:
        if begun := same.first():  # the same page, sent at the same time
            return begun
        application.public_id = new_public_id()  # that of another draft is not given away
        application.save()
    if check and eligibility:
        _keep(application, constants.ELIGIBILITY, _clean_check(check, eligibility), by=by)
    naics = form_of(application).question("naics")
    if naics is not None and naics.type == QuestionType.NAICS and organisation.naics:
        _keep(application, "naics", organisation.naics, by=by)
    trail.record(application, "application.start", by=by, given={"call": call.public_id})
    return application


@transaction.atomic
def save_eligibility(application: Application, answers: Mapping[str, object], *, by: User, version: int) -> Answer:
    """Keep new answers to the two-minute check. AnswerInvalid, each fault at its question, when one cannot be read.

    `version` is the one that was read, 0 before the first: AnswerConflict when somebody saved others since.
    """
    application = locked(application)
    _ask(application, by)
    check = eligibility_check(application.call)
    assert check is not None  # its page is there only where the rules have a check
    clean, faults = {}, []
    for item in check.shown(answers):
        value, wrong = validate_answer(item.question, answers.get(item.question.key))
        faults += [fault.under(item.question.key) for fault in wrong]
        clean[item.question.key] = value
    if faults:
        raise AnswerInvalid(faults)
    answer = _keep(application, constants.ELIGIBILITY, clean, by=by, version=version)
    record_duty(application.pk, by=by, duty=Duty.PREPARE)
    return answer


@transaction.atomic
def save_answer(application: Application, question: str, value: object, *, by: User, version: int) -> Answer:
    """Keep one answer and return it, with `faults`: what is wrong in one that is kept as typed.

    `version` is the one the person saw (0 when there was none). AnswerConflict when somebody was faster, unless both
    wrote the same; AnswerInvalid when it cannot be kept; Forbidden, WrongMoment as `takes_answers` says.
    """
    application = locked(application)
    _ask(application, by, question)
    asked = form_of(application).question(question)
    if asked is None or not asked.is_answerable or asked.type in (QuestionType.DOCUMENTS, QuestionType.ATTESTATION):
        raise AnswerInvalid([Fault(_("This question is not answered here."))])
    kept, faults = clean_answer(asked, value)
    answer = _keep(application, question, kept, by=by, version=version)
    answer.faults = faults
    return answer


def clean_answer(question: Question, value: object) -> tuple[object, list[Fault]]:
    """(what is kept, what is wrong in it). AnswerInvalid when nothing of it can be kept."""
    clean, faults = validate_answer(question, value)
    if not faults:
        return clean, []
    typed, unreadable = read_texts(value)
    if unreadable or question.type not in KEPT_AS_TYPED or len(str(value)) > LARGEST:
        raise AnswerInvalid(faults)
    return _as_typed(question, typed), faults


def _as_typed(question: Question, value: object) -> object:
    """An unfinished answer: each cell that can be read is read, the others stay as they were typed."""
    if not isinstance(value, list):
        return value
    columns, rows = columns_of(question), []
    for row in value:
        typed = row if isinstance(row, dict) else {}
        out = {}
        for column in columns:
            cell = typed.get(column.key)
            if cell in (None, "", False) or (isinstance(cell, str) and not cell.strip()):
                continue
            clean, wrong = check_cell(column, cell)
            out[column.key] = cell if wrong else clean
        if any(key != "kind" or question.type != QuestionType.BUDGET for key in out):
            rows.append(out)
    return rows


def _keep(application: Application, question: str, value: object, *, by: User, version: int | None = None) -> Answer:
    """Write an answer of a locked file. `version` None: whatever is there is replaced."""
    now = clock.now()
    answer = application.answers.select_related("by").filter(question=question).first()
    if answer is None:
        answer = Answer.objects.create(application=application, question=question, value=value, by=by, at=now)
        fresh = True
    else:
        if answer.value == value and (version is None or version <= answer.version):
            return answer  # a save sent again after its reply was lost, or both wrote the same
        same = Answer.objects.filter(pk=answer.pk, version=answer.version if version is None else version)
        if not same.update(value=value, version=F("version") + 1, by=by, at=now):
            raise AnswerConflict(answer)
        fresh = answer.by_id != by.pk or now - answer.at > SITTING
        answer.value, answer.version, answer.by, answer.at = value, answer.version + 1, by, now
    if question == constants.TITLE and application.state == ApplicationState.DRAFT:  # what was sent keeps its title
        application.title = str(value or "")[:250]
    application.updated_at = now
    application.save(update_fields=["title", "updated_at"])
    record_duty(application.pk, by=by, duty=Duty.PREPARE)
    _tell(application, answer, by=by, fresh=fresh)
    return answer


def _tell(application: Application, answer: Answer, *, by: User, fresh: bool) -> None:
    """A draft's trail has one entry a question and sitting; a change that an officer asked for has one each time. None
    has its text: what was sent is in the snapshot, and what was not is read by nobody."""
    given = {"question": answer.question, "version": answer.version}
    if application.state == ApplicationState.CHANGES_REQUESTED:
        trail.record(application, "application.change_answer", by=by, given=given)
        items = ChangeItem.objects.waiting(application).filter(question=answer.question)
        items.update(after=answer.value, answered_at=answer.at)
    elif fresh:
        trail.record(application, "application.save_answer", by=by, given=given)


# ---------------------------------------------------------------- documents

# What a form calls a kind of file, where the scanner has another word.
KINDS = {"jpg": "jpeg"}


def attach_document(application: Application, question: str, file: File, *, by: User) -> Document:
    """Join an open file (with a `.name`) to a question. AnswerInvalid with the sentence when it cannot be taken."""
    with _unless_deleted():
        rows = Application.objects.select_related("call__form", "call__rules", "organisation")
        application = rows.get(pk=application.pk)
    _ask(application, by, question)
    asked = form_of(application).question(question)
    if asked is None or asked.type != QuestionType.DOCUMENTS:
        raise AnswerInvalid([Fault(_("This question is not answered here."))])
    accept = tuple(KINDS.get(kind, kind) for kind in asked.limits.get("accept", ()))
    limit = asked.max_megabytes * 1_000_000
    try:
        upload = store_upload(
            file, by=by, application_id=application.pk, limit=limit, **({"accept": accept} if accept else {})
        )
    except Unacceptable as error:
        raise AnswerInvalid([Fault(str(error))]) from error
    try:
        with transaction.atomic():
            return _join(application, asked, upload, by=by)
    except BaseException:
        remove_upload(upload, by=by)
        raise


def _join(application: Application, asked: Question, upload: Upload, *, by: User) -> Document:
    application = locked(application)
    _ask(application, by, asked.key)
    there = list(application.documents.attached().filter(question=asked.key))
    most = asked.limits.get("max_files")
    if most and len(there) >= most:
        message = ngettext(
            "One document only: remove the one that is there first.",
            "At most %(count)s documents: remove one first.",
            most,
        )
        raise AnswerInvalid([Fault(message % {"count": most})])
    document = Document.objects.create(
        application=application, question=asked.key, upload=upload, by=by, at=clock.now()
    )
    _keep(application, asked.key, [str(d.public_id) for d in [*there, document]], by=by)
    given = {"question": asked.key, "document": document.public_id, "sha256": upload.sha256}
    trail.record(application, "application.attach_document", by=by, given=given, personal={"name": upload.name})
    return document


@transaction.atomic
def remove_document(document: Document, *, by: User) -> Document:
    """Take a document off its question. Its bytes go, unless a submission already holds them. Again: nothing."""
    application = locked(document.application)
    document = Document.objects.select_related("upload").get(pk=document.pk)
    _ask(application, by, document.question)
    if document.removed_at:
        return document
    document.removed_at = clock.now()
    document.save(update_fields=["removed_at"])
    left = application.documents.attached().filter(question=document.question)
    _keep(application, document.question, [str(d.public_id) for d in left] or None, by=by)
    if not application.snapshots.filter(at__gte=document.at).exists():
        remove_upload(document.upload, by=by)
    given = {"question": document.question, "document": document.public_id}
    trail.record(application, "application.remove_document", by=by, given=given)
    return document


@transaction.atomic
def delete_draft(application: Application, *, by: User) -> None:
    """Throw a draft away, with its documents: by who began it, or a signatory. What was once submitted stays."""
    application = locked(application)
    ask_deletable(application, by=by)
    for document in application.documents.select_related("upload"):
        remove_upload(document.upload, by=by)
    trail.record(application, "application.delete", by=by, given={"call": application.call.public_id})
    application.delete()


def ask_deletable(application: Application, *, by: User) -> None:
    """Forbidden or WrongMoment where `by` cannot throw this draft away now: for the act, and for its page."""
    if not is_member(application.organisation, by):
        raise Forbidden(_("Only people who act for the organisation can do this."))
    if by.pk != application.created_by_id and not is_signatory(application.organisation, by):
        raise Forbidden(_("Only the person who began this draft, or an authorised signatory, can delete it."))
    if application.state != ApplicationState.DRAFT:
        raise WrongMoment(Refusal(_("Only a draft can be deleted; withdraw the application instead."), code="state"))
    if application.snapshots.exists():
        raise WrongMoment(
            Refusal(_("This application was submitted once: its number and its receipt are kept."), code="submitted")
        )


def is_deletable(application: Application, *, by: User) -> bool:
    """Whether `by` may throw this draft away now: the link to do it is shown."""
    try:
        ask_deletable(application, by=by)
    except (Forbidden, WrongMoment):
        return False
    return True


# ---------------------------------------------------------------- shared


def locked(application: Application) -> Application:
    """The file as it is now, locked until the transaction ends. Rows may still refer to it.

    WrongMoment for a draft that somebody deleted meanwhile.
    """
    with _unless_deleted():
        return (
            Application.objects.select_for_update(of=("self",), no_key=True)
            .select_related("call__form", "call__rules", "call__program", "organisation")
            .defer("call__form__definition", "call__rules__definition")  # a form is parsed once in a process
            .get(pk=application.pk)
        )


@contextmanager
def _unless_deleted() -> Iterator[None]:
    try:
        yield
    except Application.DoesNotExist:
        raise WrongMoment(Refusal(_("This draft was deleted meanwhile."), code="deleted")) from None


def _ask(application: Application, by: User, question: str = "") -> None:
    if not is_member(application.organisation, by):
        raise Forbidden(_("Only people who act for the organisation can do this."))
    if refusal := takes_answers(application, question):
        raise WrongMoment(refusal)


def _clean_check(check: Eligibility, answers: Mapping[str, object]) -> dict[str, object]:
    """The answers of the check that can be read; the others are asked again in the draft."""
    clean = {}
    for item in check.shown(answers):
        value, wrong = validate_answer(item.question, answers.get(item.question.key))
        if not wrong:
            clean[item.question.key] = value
    return clean
