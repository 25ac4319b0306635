"""Interests on record, the confidentiality undertaking, and the declaration that comes before any act on a file."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Organisation
from applications.models import Application
from audit.moves import move
from audit.rules import Forbidden
from audit.services import declare_standing, record
from audit.states import Standing
from programs.roles import ProgramRole
from programs.rules import holds
from reviews.models import Assignment, Declaration, Interest, Undertaking
from reviews.states import Answer, State
from work import clock

STANDINGS = {
    Answer.NONE: Standing.CLEAR,
    Answer.CONFLICT: Standing.CONFLICT,
    Answer.UNSURE: Standing.UNSURE,
}


@transaction.atomic
def record_interest(*, by, kind, organisation_name, neq="", starts_on=None, ends_on=None):
    """Put an interest of `by` on record. It is joined to a registered organisation by its NEQ. Returns the `Interest`."""
    interest = Interest.objects.create(
        user=by,
        kind=kind,
        organisation_name=organisation_name.strip(),
        neq=neq,
        organisation=Organisation.objects.filter(neq=neq).first() if neq else None,
        starts_on=starts_on or clock.today(),
        ends_on=ends_on,
    )
    record(
        interest, "recorded", by=by, given={"kind": str(kind)}, personal={"organisation": interest.organisation_name}
    )
    return interest


@transaction.atomic
def end_interest(interest, *, by):
    """Close an interest of one's own as of today. It stays on record. Forbidden for anybody else's."""
    if interest.user_id != by.pk:
        raise Forbidden(_("Only the person concerned changes their interests."))
    interest.ends_on = clock.today()
    interest.save(update_fields=["ends_on"])
    record(interest, "ended", by=by)
    return interest


@transaction.atomic
def sign_undertaking(call, *, by):
    """Sign the confidentiality undertaking of a call, once. Returns the `Undertaking`."""
    undertaking, created = Undertaking.objects.get_or_create(call=call, user=by)
    if created:
        record(undertaking, "signed", by=by)
    return undertaking


@transaction.atomic
def declare_interests(application, *, by, answer, note=""):
    """Declare, before acting on a file: none, conflict or unsure. Returns the `Declaration`.

    What was declared before is kept. For a reviewer the declaration also moves the assignment: *none* accepts it,
    *conflict* recuses. *Unsure* blocks like a conflict until the chair rules.
    """
    application = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    answer = Answer(answer)
    declaration = Declaration.objects.create(application=application, user=by, answer=answer, note=note.strip())
    record(
        declaration,
        "declared",
        by=by,
        given={"answer": str(answer)},
        personal={"note": declaration.note} if declaration.note else None,
    )
    declare_standing(application.pk, user=by, standing=STANDINGS[answer])
    _move_assignment(application, by=by, answer=answer)
    return declaration


def _move_assignment(application, *, by, answer):
    assignment = Assignment.objects.live().filter(application=application, reviewer=by).first()
    if assignment is None:
        return
    if answer == Answer.NONE and assignment.state == State.OFFERED:
        signed = Undertaking.objects.filter(call=application.call, user=by).exists()
        move(assignment, "accept", by=by, given={"answer": str(answer), "undertaking": signed})
    elif answer == Answer.CONFLICT:
        move(assignment, "recuse", by=by, given={"answer": str(answer)})


@transaction.atomic
def rule_on_declaration(declaration, *, by, clear, ruling):
    """The chair rules in writing on an *unsure* declaration: `clear` lets the person act, else it is a conflict.

    Forbidden for anybody but the chair, and for the chair's own declaration (the board's: a later release).
    """
    application = Application.objects.select_for_update(of=("self",)).get(pk=declaration.application_id)
    if declaration.user_id == by.pk or not holds(by, ProgramRole.CHAIR, application.call.program):
        raise Forbidden(_("Only the chair of the committee rules on a declaration, and never on their own."))
    if not ruling.strip():
        raise ValueError("a ruling is in writing")
    declaration.ruled_by = by
    declaration.ruling = ruling.strip()
    declaration.save(update_fields=["ruled_by", "ruling"])
    answer = Answer.NONE if clear else Answer.CONFLICT
    record(declaration, "ruled", by=by, given={"clear": bool(clear)}, personal={"ruling": declaration.ruling})
    declare_standing(application.pk, user=declaration.user, standing=STANDINGS[answer])
    if not clear:
        assignment = Assignment.objects.live().filter(application=application, reviewer=declaration.user).first()
        if assignment is not None:
            move(assignment, "recuse", by=by, given={"answer": str(Answer.CONFLICT)})
    return declaration
