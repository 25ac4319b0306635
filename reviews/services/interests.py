"""Interests on record, the confidentiality undertaking, and the declaration that comes before any act on a file."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation, User
from accounts.rules import is_oneself
from applications.models import Application
from applications.pages import FILE_PAGE
from applications.rules import may_uphold
from applications.selectors.people import officers_of, oneself
from audit.actors import Actor
from audit.services import record
from moves.duties import WITHOUT_DECLARATION, done_by
from moves.interests import ask_unbarred, side_of, stand_of
from moves.machine import move
from moves.models import Stance
from moves.refusals import Forbidden, Refusal, WrongMoment
from moves.services import declare_standing
from moves.states import BARRING, Duty, StandingState
from notifications import messages
from notifications.services import queue_message
from programs.models import Call
from reviews import checks
from reviews.access import may_declare
from reviews.checks import Conflict
from reviews.models import Assignment, Declaration, Interest, Undertaking
from reviews.pages import DECLARE, RULE
from reviews.rules import WHO_RULES, WHO_UPHOLDS, Declared, is_reviewer, may_rule
from reviews.selectors.late import is_doubt, late_of, late_on, rulers_on, to_uphold
from reviews.services.panels import take_the_chair
from reviews.services.scores import after_what_counts_changed
from reviews.states import Answer, AssignmentState
from work import clock
from work.texts import Text, is_blank

NOTHING_LEFT = gettext_lazy(
    "There is nothing left to rule on: what this person did no longer counts, or their declaration has changed."
)

STANDINGS = {
    Answer.NONE: StandingState.CLEAR,
    Answer.CONFLICT: StandingState.CONFLICT,
    Answer.UNSURE: StandingState.UNSURE,
}


@transaction.atomic
def record_interest(
    *,
    by: User,
    kind: str,
    organisation_name: str,
    neq: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Interest:
    """Put an interest of `by` on record, joined to a registered organisation by its NEQ. Returns the `Interest`."""
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
    _doubt_where_it_matters(by)
    return interest


def _doubt_where_it_matters(person: User) -> None:
    """Of the files where they declared no conflict, under way as far as is told: one that the records now join them to
    is in doubt. That nothing was opened would tell that the file is decided."""
    cleared = Stance.objects.filter(user_id=person.pk, kind=StandingState.CLEAR).values("application_id")
    rows = Application.objects.told_under_way().filter(pk__in=cleared)
    files = rows.select_related("call__rules").order_by("id")
    suggested = checks.proposed_among(list(files), person)
    for file in files:
        if found := checks.unruled(file, person, suggested[file.pk]):
            locked = Application.objects.select_for_update(of=("self",)).get(pk=file.pk)
            _declare(
                locked,
                by=person,
                answer=Answer.UNSURE,
                note=_as_recorded(found),
                recorded=suggested[file.pk],
                by_records=True,
            )


def _as_recorded(facts: Iterable[Conflict]) -> str:
    return _("The records say: %(facts)s") % {"facts": "; ".join(one.message for one in facts)}


def _keys(facts: Iterable[Conflict]) -> str:
    return "\n".join(key for one in facts for key in one.keys)


@transaction.atomic
def end_interest(interest: Interest, *, by: Actor) -> Interest:
    """Close an interest of one's own as of today. It stays on record. Forbidden for anybody else's."""
    if not is_oneself(by, interest.user_id):
        raise Forbidden(_("Only the person concerned changes their interests."))
    if interest.ends_on is None or interest.ends_on > clock.today():
        interest.ends_on = max(clock.today(), interest.starts_on)
        interest.save(update_fields=["ends_on"])
        record(interest, "ended", by=by)
    return interest


@transaction.atomic
def sign_undertaking(call: Call, *, by: User) -> Undertaking:
    """Sign the confidentiality undertaking of a call, once. Returns the `Undertaking`."""
    undertaking, created = Undertaking.objects.get_or_create(call=call, user=by)
    if created:
        record(undertaking, "signed", by=by)
    return undertaking


@transaction.atomic
def declare_interests(application: Application, *, by: User, answer: str, note: str = "") -> Declaration:
    """Declare, before acting on a file: none, conflict or unsure. Returns the `Declaration`.

    What was declared before is kept. For a reviewer the declaration also moves the assignment: *none* accepts it (of a
    reviewer in office), *conflict* recuses. *Unsure* blocks like a conflict until the chair rules. A late declaration
    lists every act of theirs that it touches. Forbidden for who has no part in the file; WrongMoment for *none* after a
    conflict, or while the chair has not ruled: nobody clears themselves. Nor for who acts for a party of the file: they
    have a conflict, whatever they say. *None* against what the records say is *unsure*, with what they say, until the
    chair rules on it.
    """
    application = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if not may_declare(application, by):
        raise Forbidden(_("Only people who have a part in this file declare their interests in it."))
    answer = Answer(answer)
    if answer == Answer.NONE and (side := side_of(application.pk, by)):
        raise WrongMoment(side)
    suggested = checks.proposed_conflicts(application, by)
    barred = stand_of(application.pk, by).declared in BARRING
    if answer == Answer.NONE and barred and not checks.is_lifted(application, by, suggested):
        sentence = _("A conflict of interest of yours, or a doubt, is on record: the chair must rule on it first.")
        raise WrongMoment(Refusal(sentence, code="ruling"))
    found = checks.unruled(application, by, suggested) if answer == Answer.NONE else []
    if found:
        answer, note = Answer.UNSURE, "\n".join([note.strip(), _as_recorded(found)]).strip()
    return _declare(application, by=by, answer=answer, note=note, recorded=suggested, by_records=bool(found))


def _declare(
    application: Application,
    *,
    by: User,
    answer: Answer,
    note: str,
    recorded: Iterable[Conflict],
    by_records: bool = False,
) -> Declaration:
    """Keep the declaration and what follows from it; with the file locked. `by_records`: its person has no doubt of
    their own."""
    before = stand_of(application.pk, by).declared
    acts = [duty for duty in done_by(by, application.pk) if duty not in WITHOUT_DECLARATION]
    touched = [] if answer == Answer.NONE else acts
    declaration = Declaration.objects.create(
        application=application,
        user=by,
        answer=answer,
        note=note.strip(),
        recorded=_keys(recorded),
        by_records=by_records,
        touches="\n".join(touched),
    )
    record(
        declaration,
        "declared",
        by=by,
        given={"answer": str(answer), "touches": [str(duty) for duty in touched]},
        personal={"note": declaration.note} if declaration.note else None,
    )
    if STANDINGS[answer] != before:
        declare_standing(application.pk, user=by, standing=STANDINGS[answer])
    _move_assignment(application, by=by, answer=answer)
    if Duty.SCORE in touched:
        after_what_counts_changed(application, by=by, came=False)  # a doubt leaves theirs out until the chair rules
    elif Duty.SCORE in acts and before in BARRING:
        after_what_counts_changed(application, by=by, came=True)  # nothing is left of the doubt
    if answer == Answer.UNSURE or to_uphold(declaration):
        _ask_for_a_ruling(declaration)
    if answer == Answer.UNSURE or touched:
        _tell_the_officers(declaration)
    return declaration


def _tell_the_officers(declaration: Declaration) -> None:
    """The officers in office are told of a doubt, and of a conflict that comes after acts on the file, with each."""
    application, acts, doubt = declaration.application, declaration.acts, declaration.answer == Answer.UNSURE
    upheld, late = bool(to_uphold(declaration)), late_of(declaration)
    for person in officers_of(application):
        if person.pk == declaration.user_id:
            continue
        queue_message(
            messages.InterestsTouch(
                reference=application.number,
                title=application.title,
                person=declaration.user.full_name,
                doubt=doubt,
                acts=Text.joined(act.label for act in acts),
                scored=Duty.SCORE in acts,
                to_uphold=upheld,
                stands=upheld or (late is not None and late.is_decided),
                has_ruler=not (doubt or upheld) or bool(rulers_on(declaration)),
                declaration=declaration.pk,
            ),
            to=person,
            link=FILE_PAGE(application.number),
            application_id=application.pk,
            key=f"interests-touch:{declaration.pk}:{person.pk}",
        )


@transaction.atomic
def uphold_acts(declaration: Declaration, *, by: User, why: str) -> Declaration:
    """Somebody else looks again at what a person did on a file before they declared a conflict in it, and says in
    writing that it stands. Returns the declaration. Who may, and when: `lock_to_uphold`. WrongMoment where another who
    may rule on it today wrote that it does not: whoever wrote that can still say otherwise."""
    declaration = lock_to_uphold(declaration, by=by, why=why)
    other = declaration.set_aside_by
    if other is not None and other != by and other in rulers_on(declaration):
        sentence = _("%(who)s ruled that it does not stand. Agree with them first: they can still say otherwise.")
        raise WrongMoment(Refusal(sentence % {"who": other.full_name}, code="set_aside"))
    declaration.upheld_by, declaration.upheld_at, declaration.upheld_why = by, clock.now(), why.strip()
    declaration.save(update_fields=["upheld_by", "upheld_at", "upheld_why"])
    given = {"touches": [str(act) for act in declaration.acts]}
    record(declaration, "upheld", by=by, given=given, personal={"why": declaration.upheld_why})
    return declaration


@transaction.atomic
def keep_set_aside(declaration: Declaration, *, by: User, why: str) -> Declaration:
    """Keep that `by` ruled in writing that what a person did before a conflict does not stand. Returns the declaration,
    locked. Who may, and when: `lock_to_uphold`. What follows is `decisions.services.set_acts_aside`'s."""
    declaration = lock_to_uphold(declaration, by=by, why=why)
    if declaration.set_aside_by in (None, by):  # what another wrote stays
        declaration.set_aside_by, declaration.set_aside_at, declaration.set_aside_why = by, clock.now(), why.strip()
        declaration.save(update_fields=["set_aside_by", "set_aside_at", "set_aside_why"])
    return declaration


def lock_to_uphold(declaration: Declaration, *, by: User, why: str) -> Declaration:
    """The declaration, locked with its file, whose acts `by` says in writing (`why`) stand, or do not: a chair sits
    from then on. In a transaction.

    Forbidden for anybody but the chair or the endorser, for the person themselves, and for whom the file is closed to;
    WrongMoment without words, while a doubt waits for its ruling, and where there is nothing to look at again.
    """
    application = Application.objects.select_for_update(of=("self",)).get(pk=declaration.application_id)
    if declaration.user_id == by.pk or not may_uphold(application, by):
        raise Forbidden(WHO_UPHOLDS)
    ask_unbarred(application.pk, by)
    declaration = Declaration.objects.select_for_update(of=("self",)).select_related("user").get(pk=declaration.pk)
    if Declaration.objects.to_rule_on().filter(pk=declaration.pk).exists():
        raise WrongMoment(Refusal(_("The chair rules on the doubt first."), code="ruling"))
    if all(declaration != late.declaration for late in late_on(application)):
        raise WrongMoment(Refusal(NOTHING_LEFT, code="ruled"))
    if is_blank(why):
        raise WrongMoment(Refusal(_("A ruling is in writing: give your reasons."), code="reason"))
    if may_rule(application, by):
        take_the_chair(application, by=by)
    return declaration


def _live(application: Application, user: User) -> Assignment | None:
    """The assignment by which `user` has the file, or None."""
    return application.assignments.live().filter(reviewer=user).first()


def _move_assignment(application: Application, *, by: User, answer: Answer) -> None:
    assignment = _live(application, by)
    if assignment is None:
        return
    if answer == Answer.NONE and assignment.state == AssignmentState.OFFERED and is_reviewer(assignment, by):
        move(assignment, Assignment.accept, by=by, given=Declared(answer))
    elif answer == Answer.CONFLICT:
        move(assignment, Assignment.recuse, by=by, given=Declared(answer))


def _ask_for_a_ruling(declaration: Declaration, *, but: User | None = None) -> None:
    """Who may rule is told: on a doubt, or on what the person did before their conflict. Not `but`, who asks it."""
    application, doubt, acts = declaration.application, is_doubt(declaration), to_uphold(declaration)
    for person in rulers_on(declaration):
        if person == but:
            continue
        queue_message(
            messages.RulingAsked(
                reference=application.number,
                person=declaration.user.full_name,
                acts=Text.joined(act.label for act in acts),
                doubt=doubt,
            ),
            to=person,
            link=RULE(application.number, declaration.user.public_id),
            application_id=application.pk,
            key=f"ruling-asked:{declaration.pk}:{'' if doubt else 'late:'}{person.pk}",
        )


@transaction.atomic
def rule_on_declaration(declaration: Declaration, *, by: User, clear: bool, ruling: str) -> Declaration:
    """The chair rules in writing on an *unsure* declaration: `clear` lets the person act, else it is a conflict.

    The review of a person who is cleared counts again: it closes the file's review, when it completes the quorum.
    Forbidden for anybody but the chair, and for the chair's own declaration (the board's: a later release).
    WrongMoment without words, when it is no longer the person's latest or was ruled on, and to clear somebody who acts
    for a party of the file.
    """
    application = Application.objects.select_for_update(of=("self",)).get(pk=declaration.application_id)
    if declaration.user_id == by.pk or not may_rule(application, by):
        raise Forbidden(WHO_RULES)
    ask_unbarred(application.pk, by)
    declaration = Declaration.objects.select_for_update(of=("self",)).select_related("user").get(pk=declaration.pk)
    if not Declaration.objects.to_rule_on().filter(pk=declaration.pk).exists():
        raise WrongMoment(Refusal(_("There is nothing left to rule on: the declaration has changed."), code="ruled"))
    if clear and side_of(application.pk, declaration.user):
        sentence = _("This person acts, or recently acted, for a party to the file: no ruling opens it to them.")
        raise WrongMoment(Refusal(sentence, code="side"))
    if is_blank(ruling):
        raise WrongMoment(Refusal(_("A ruling is in writing: give your reasons."), code="reason"))
    declaration.ruled_by, declaration.ruling = by, ruling.strip()
    suggested = checks.proposed_conflicts(application, declaration.user)
    ruled_on = [*declaration.recorded.splitlines(), *_keys(suggested).splitlines()]  # as of then, and as of now
    declaration.recorded = "\n".join(dict.fromkeys(ruled_on))
    declaration.save(update_fields=["ruled_by", "ruling", "recorded"])
    answer = Answer.NONE if clear else Answer.CONFLICT
    record(declaration, "ruled", by=by, given={"clear": bool(clear)}, personal={"ruling": declaration.ruling})
    declare_standing(application.pk, user=declaration.user, standing=STANDINGS[answer])
    if not clear and (assignment := _live(application, declaration.user)):
        move(assignment, Assignment.recuse, by=by, given=Declared(answer, declaration.ruling))
    take_the_chair(application, by=by)
    after_what_counts_changed(application, by=by, came=clear)
    _tell_the_ruling(declaration, application, clear=clear)
    if not clear and to_uphold(declaration):
        _ask_for_a_ruling(declaration, but=by)
    return declaration


def _tell_the_ruling(declaration: Declaration, application: Application, *, clear: bool) -> None:
    for person in oneself(declaration.user):
        queue_message(
            messages.DeclarationRuled(reference=application.number, clear=bool(clear)),
            to=person,
            link=DECLARE(application.number),
            application_id=application.pk,
            key=f"declaration-ruled:{declaration.pk}",
        )
