import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from applications.models import Application
from audit.actors import CLOCK, Assurance, Method
from audit.models import Change, Entry
from moves import registry
from moves.machine import allowed, ask_who, firing, foreseen, move, refusals
from moves.models import DutyDone
from moves.refusals import Forbidden, Refusal, WrongMoment
from moves.registry import after, check_moves, fired_by, reactions_of
from moves.services import declare_standing, record_duty
from moves.states import Duty, StandingState
from tests.databases import at_once
from tests.moves.machines import Amount, Decision, File, Mistake, Title
from work import clock

NOON = datetime(2026, 10, 3, 16, tzinfo=UTC)


def submit(file, by):
    return move(file, File.submit, by=by, given=Amount(75000))


# ------------------------------------------------------------------ what a move does


def test_move_returns_the_fresh_moved_row_and_leaves_the_one_given(file, camille):
    with clock.at(NOON):
        moved = submit(file, camille)
    assert (moved.state, moved.visits, moved.since, moved.updated_at) == ("submitted", 1, NOON, NOON)
    assert moved is not file
    assert file.state == "draft"
    assert File.objects.get().state == "submitted"


def test_move_writes_one_entry_and_one_change(file, camille):
    with clock.at(NOON):
        submit(file, camille)
    entry = Entry.objects.get()
    assert (entry.verb, entry.before, entry.after, entry.at) == ("application.submit", "draft", "submitted", NOON)
    assert (entry.actor_kind, entry.actor_id, entry.application_id) == ("person", camille.pk, file.pk)
    assert entry.given == {"letters": 10, "amount": 75000}
    change = Change.objects.get()
    assert (change.kind, change.public_id, change.application_id) == ("application", file.public_id, file.pk)


def test_a_reason_is_asked_for_and_is_a_digest_in_the_trail(file, camille):
    submit(file, camille)
    with pytest.raises(WrongMoment) as refusal:
        move(file, File.give_back, by=camille, given=Mistake(" "))
    assert [r.code for r in refusal.value.refusals] == ["reason"]
    move(file, File.give_back, by=camille, given=Mistake("Madame Roy asked for it", count=2))
    entry = Entry.objects.last()
    assert entry.given == {"count": 2}
    assert "Madame" not in str(entry.personal)
    assert entry.note == "Madame Roy asked for it"


def test_a_note_may_come_with_a_move_that_asks_for_no_reason(file, camille):
    move(file, File.close, by=camille, note="Nobody answers")
    assert Entry.objects.last().note == "Nobody answers"


def test_the_target_may_be_computed(file, camille):
    assert move(file, File.close, by=camille).state == "closed"
    untitled = File.objects.create(owner=camille.pk)
    assert move(untitled, File.close, by=camille).state == "declined"
    approved = File.objects.create(owner=camille.pk, state="approved")
    assert move(approved, File.reset, by=camille).state == "draft"


def test_the_move_of_another_thing_is_a_mistake_of_the_program(file, camille):
    with pytest.raises(LookupError, match="issue is not a move of application"):
        move(file, Decision.issue, by=camille)


def test_a_move_without_its_own_input_is_a_mistake_of_the_program_and_never_a_pass(file, camille):
    with pytest.raises(TypeError, match=r"application.submit is given a Amount"):
        move(file, File.submit, by=camille)
    with pytest.raises(TypeError, match=r"application.submit is given a Amount"):
        move(file, File.submit, by=camille, given=Mistake("another's"))
    assert File.objects.get().state == "draft"


def test_the_database_refuses_a_state_that_does_not_exist(file):
    with pytest.raises(IntegrityError), transaction.atomic():
        File.objects.update(state="lost")


def test_the_file_is_locked_before_the_row(file, camille, cleared):
    cleared(file, camille)
    decision = Decision.objects.create(application=file)
    with CaptureQueriesContext(connection) as queries:
        move(decision, Decision.issue, by=camille)
    locks = [q["sql"] for q in queries if "FOR NO KEY UPDATE" in q["sql"]]
    assert ["turnstile_file" in sql for sql in locks] == [True, False]


# ------------------------------------------------------------------ who: 403


def test_the_wrong_person_is_forbidden_with_the_name_of_the_move(file, dominique):
    with translation.override("en"), pytest.raises(Forbidden) as refusal:
        submit(file, dominique)
    assert str(refusal.value.message) == "Your role does not let you do this here: Submit."
    assert isinstance(refusal.value, PermissionDenied)
    assert not Entry.objects.exists()


def test_the_wrong_person_is_forbidden_also_at_the_wrong_moment(file, camille, dominique):
    submit(file, camille)
    with pytest.raises(Forbidden):
        submit(file, dominique)


def test_a_permission_may_say_its_own_sentence(file, camille):
    submit(file, camille)
    with pytest.raises(Forbidden, match="card"):
        move(file, File.give_back, by=CLOCK, given=Mistake("time"))


def test_a_move_nobody_may_make_is_forbidden_to_everybody(machines, camille):
    file = File.objects.create(state="screened")
    with pytest.raises(Forbidden):
        move(file, File.approve, by=camille)


# ------------------------------------------------------------------ duties and interests


def test_a_duty_needs_a_declaration_of_interests_first(file, camille, dominique):
    submit(file, camille)
    with pytest.raises(WrongMoment) as refusal:
        move(file, File.screen, by=dominique)
    assert refusal.value.message == "Déclarez d’abord vos intérêts dans ce dossier."


@pytest.mark.parametrize("standing", [StandingState.CONFLICT, StandingState.UNSURE])
def test_a_conflict_or_a_doubt_forbids_whatever_was_declared_before(file, camille, dominique, cleared, standing):
    submit(file, camille)
    cleared(file, dominique)
    declare_standing(file.pk, user=dominique, standing=standing)
    with pytest.raises(Forbidden) as refusal:
        move(file, File.screen, by=dominique)
    assert refusal.value.code == standing


def test_a_duty_done_is_remembered_and_excludes_the_next_with_its_day(file, camille, dominique, cleared):
    submit(file, camille)
    cleared(file, dominique)
    with clock.at(NOON):
        move(file, File.screen, by=dominique)
    assert DutyDone.objects.values_list("user_id", "duty").get() == (dominique.pk, "screen")
    decision = Decision.objects.create(application=file)
    with translation.override("en"), pytest.raises(Forbidden) as refusal:
        move(decision, Decision.issue, by=dominique)
    assert str(refusal.value.message) == (
        "You screened this file on October\u00a03, 2026. The person who screens cannot also endorse."
    )
    with translation.override("fr"), pytest.raises(Forbidden) as refusal:
        move(decision, Decision.issue, by=dominique)
    assert str(refusal.value.message) == (
        "Vous avez fait l’analyse d’admissibilité de ce dossier le 3\u00a0octobre\u00a02026. "
        "La personne qui fait l’analyse d’admissibilité ne peut pas aussi donner un avis favorable."
    )


def test_a_duty_is_only_for_persons(file, camille, monkeypatch):
    submit(file, camille)

    class Key:
        actor, pk, on_behalf_of, is_active, assurance = "key", 7, "", True, Assurance(Method.KEY)

    step = File.screen._django_fsm.transitions["submitted"]
    monkeypatch.setattr(step, "permission", lambda obj, by: True)
    with pytest.raises(Forbidden) as refusal:
        move(file, File.screen, by=Key())
    assert refusal.value.code == "person"


# ------------------------------------------------------------------ when: 409


def test_every_refusal_is_told_at_once(machines, camille):
    file = File.objects.create(owner=camille.pk)
    with pytest.raises(WrongMoment) as refusal:
        move(file, File.submit, by=camille, given=Amount(0))
    assert refusal.value.refusals == (
        Refusal("The title is missing.", code="title"),
        Refusal("The amount is missing.", code="amount"),
    )
    assert refusal.value.message == "The title is missing. The amount is missing."
    assert not Entry.objects.exists()


def test_the_wrong_state_is_named_with_the_move(file, camille):
    submit(file, camille)
    with translation.override("en"), pytest.raises(WrongMoment) as refusal:
        submit(file, camille)
    assert refusal.value.message == "“Submit” is not possible now: the state is “Submitted”."
    assert [r.code for r in refusal.value.refusals] == ["state"]


def test_a_model_that_shows_less_to_some_says_its_state_itself(file, camille, monkeypatch):
    monkeypatch.setattr(File, "state_label_for", lambda self, by: "Being assessed", raising=False)
    submit(file, camille)
    with translation.override("en"), pytest.raises(WrongMoment, match="Being assessed"):
        submit(file, camille)


# ------------------------------------------------------------------ reactions


def test_reactions_run_after_the_move_in_its_transaction(file, camille):
    seen = []

    @after(File.submit)
    def react(obj, made):
        seen.append((obj.state, made.by, made.facts, made.given, made.words, made.entry.verb, firing()))

    submit(file, camille)
    assert seen == [
        ("submitted", camille, Title("Robot cell"), Amount(75000), "", "application.submit", ("application.submit",))
    ]
    assert firing() == ()


def test_a_reaction_that_raises_undoes_the_move(file, camille):
    @after(File.submit)
    def refuse(obj, made):
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        submit(file, camille)
    assert File.objects.get().state == "draft"
    assert not Entry.objects.exists()
    assert not Change.objects.exists()
    assert firing() == ()


def test_reactions_run_lower_app_first_and_once_each(machines):
    def reaction(module, name):
        def react(obj, made):
            pass

        react.__module__, react.__qualname__ = module, name
        return after(File.reset)(react)

    issue = reaction("decisions.reactions", "void")
    cancel = reaction("reviews.reactions", "cancel")
    draft = reaction("decisions.reactions", "draft")
    again = reaction("decisions.reactions", "void")
    assert [one.run for one in reactions_of(File.reset)] == [cancel, draft, again]
    assert issue not in [one.run for one in reactions_of(File.reset)]


def test_a_fired_move_is_made_only_while_its_cause_fires(file, camille, dominique, cleared):
    submit(file, camille)
    cleared(file, camille, dominique)
    move(file, File.screen, by=dominique)
    decision = Decision.objects.create(application=file)

    @after(Decision.issue, fires=(File.approve,))
    def approve(obj, made):
        move(obj.application, File.approve, by=made.by)

    assert fired_by(File.approve) == (Decision.issue,)
    with pytest.raises(Forbidden):
        move(file, File.approve, by=camille)
    move(decision, Decision.issue, by=camille)
    assert File.objects.get().state == "approved"
    entry = Entry.objects.get(verb="application.approve")
    assert (entry.fired_by, entry.actor_id) == ("decision.issue", camille.pk)
    # The consequence is nobody's own act: Camille endorsed, and did not also approve.
    assert entry.duty == ""
    assert set(DutyDone.objects.filter(user=camille).values_list("duty", flat=True)) == {"endorse"}


def test_consequence_of_a_consequence_names_the_one_that_made_it(file, camille, cleared):
    """Two moves are under way, and the reaction to either makes the same move: each entry says whose it was."""
    cleared(file, camille)
    File.objects.filter(pk=file.pk).update(state="screened")
    issued, draft = (Decision.objects.create(application=file, state=state) for state in ("issued", "draft"))

    @after(Decision.begin_again, fires=(File.approve,))
    def inner(decision, made):
        move(decision.application, File.approve, by=made.by)

    @after(Decision.issue, fires=(File.approve,))
    def outer(decision, made):
        move(issued, Decision.begin_again, by=made.by)
        move(decision.application, File.approve, by=made.by)

    move(draft, Decision.issue, by=camille)
    said = Entry.objects.filter(verb="application.approve").order_by("id").values_list("fired_by", flat=True)
    assert list(said) == ["decision.begin_again", "decision.issue"]


# ------------------------------------------------------------------ allowed


def test_allowed_lists_moves_as_declared_with_what_stands_in_the_way(file, camille, dominique, cleared):
    assert [(a.name, [r.code for r in a.refusals]) for a in allowed(file, camille)] == [
        ("submit", []),
        ("close", []),
    ]
    submitted = submit(file, camille)
    assert [(a.name, a.label, [r.code for r in a.refusals]) for a in allowed(submitted, dominique)] == [
        ("screen", "Screen", ["undeclared"]),
        ("give_back", "Give back", []),
        ("close", "Close", []),
    ]


def test_allowed_leaves_out_the_duties_of_who_has_a_conflict_and_explains_those_of_who_did_another(
    file, camille, dominique, cleared
):
    submitted = submit(file, camille)
    declare_standing(file.pk, user=dominique, standing=StandingState.CONFLICT)
    assert "screen" not in [a.name for a in allowed(submitted, dominique)]
    cleared(file, camille)
    record_duty(file.pk, by=camille, duty=Duty.PREPARE)
    (screen,) = [a for a in allowed(submitted, camille) if a.name == "screen"]
    assert [r.code for r in screen.refusals] == ["duty"]


def test_the_page_is_told_what_the_act_would_say(machines, camille, dominique, cleared):
    """One answer, whoever asks: the moment as refusals, the wrong person and the wrong state as the act raises them."""
    untitled = File.objects.create(owner=camille.pk)
    assert [r.code for r in refusals(untitled, File.submit, by=camille)] == ["title"]
    assert [(a.name, [r.code for r in a.refusals]) for a in allowed(untitled, camille, File.submit)] == [
        ("submit", ["title"])
    ]
    with pytest.raises(Forbidden):
        refusals(untitled, File.submit, by=dominique)
    with pytest.raises(WrongMoment) as wrong:
        refusals(untitled, File.screen, by=dominique)
    assert [r.code for r in wrong.value.refusals] == ["state"]
    assert not Entry.objects.exists()


@pytest.mark.parametrize("standing", [StandingState.CONFLICT, StandingState.UNSURE])
def test_a_conflict_closes_every_move_of_the_file_but_those_of_ones_own_side(file, camille, dominique, standing):
    """Camille owns the file and may close it; Dominique acts on the file of another."""
    submitted = submit(file, camille)
    for person in (camille, dominique):
        declare_standing(file.pk, user=person, standing=standing)
    assert [a.name for a in allowed(submitted, dominique)] == []
    assert [a.name for a in allowed(submitted, camille)] == ["close"]
    for step, given in ((File.give_back, Mistake("Why")), (File.close, None)):
        for ask in (
            lambda step, given: move(file, step, by=dominique, given=given),
            lambda step, given: refusals(submitted, step, by=dominique),
            lambda step, given: ask_who(submitted, step, by=dominique),
        ):
            with pytest.raises(Forbidden) as wrong:
                ask(step, given)
            assert wrong.value.code == standing
    assert move(file, File.close, by=camille).state == "closed"


def test_a_conflict_that_was_ruled_out_closes_nothing(file, camille, dominique):
    submitted = submit(file, camille)
    for standing in (StandingState.UNSURE, StandingState.CLEAR):
        declare_standing(file.pk, user=dominique, standing=standing)
    assert [a.name for a in allowed(submitted, dominique)] == ["screen", "give_back", "close"]


def test_a_conflict_in_one_file_closes_no_other(file, camille, dominique):
    declare_standing(file.pk + 1, user=dominique, standing=StandingState.CONFLICT)
    declare_standing(file.pk, user=camille, standing=StandingState.CONFLICT)
    assert [a.name for a in allowed(file, dominique)] == ["close"]


def test_what_a_reaction_does_is_not_asked_of_who_caused_it(file, camille, dominique, cleared):
    """The consequence is nobody's own act: the conflict was asked of the act itself."""
    cleared(file, camille)
    File.objects.filter(pk=file.pk).update(state="screened")
    decision = Decision.objects.create(application=file)

    @after(Decision.issue, fires=(File.approve,))
    def approve(decision, made):
        declare_standing(file.pk, user=made.by, standing=StandingState.CONFLICT)
        move(decision.application, File.approve, by=made.by)

    move(decision, Decision.issue, by=camille)
    assert File.objects.get().state == "approved"


def test_an_act_that_is_part_of_a_move_is_asked_all_but_the_questions_of_the_move(machines, camille, dominique):
    untitled = File.objects.create(owner=camille.pk)
    assert refusals(untitled, File.submit, by=camille, part=True) == ()
    submitted = File.objects.create(owner=camille.pk, state="submitted")
    assert [r.code for r in refusals(submitted, File.screen, by=dominique, part=True)] == ["undeclared"]
    with pytest.raises(WrongMoment):
        refusals(untitled, File.screen, by=dominique, part=True)


def test_what_a_later_step_will_ask_is_foreseen_for_who_will_have_a_say(file, camille, dominique, cleared):
    """Interests are declared when the time comes; who has no say, or a conflict, foresees nothing."""
    untitled = File.objects.create(owner=camille.pk, state="submitted")
    assert [r.code for r in foreseen(untitled, File.submit, by=camille)] == ["title"]
    assert foreseen(untitled, File.submit, by=dominique) == ()
    assert foreseen(file, File.screen, by=dominique) == ()
    record_duty(file.pk, by=dominique, duty=Duty.PREPARE)
    assert [r.code for r in foreseen(file, File.screen, by=dominique)] == ["duty"]
    declare_standing(file.pk, user=dominique, standing=StandingState.CONFLICT)
    assert foreseen(file, File.screen, by=dominique) == ()


def test_a_move_from_any_state_but_its_target_is_not_made_from_its_target(file, camille):
    issued, draft = (Decision.objects.create(application=file, state=state) for state in ("issued", "draft"))
    assert [one.name for one in allowed(issued, camille, Decision.begin_again)] == ["begin_again"]
    assert allowed(draft, camille, Decision.begin_again) == []
    assert move(issued, Decision.begin_again, by=camille).state == "draft"
    with pytest.raises(WrongMoment) as wrong:
        move(draft, Decision.begin_again, by=camille)
    assert [one.code for one in wrong.value.refusals] == ["state"]


@pytest.mark.parametrize(("duty", "asked"), [(Duty.PREPARE, []), (Duty.SPONSOR, []), (Duty.SCREEN, ["undeclared"])])
def test_only_the_applicants_own_side_acts_without_declaring_interests(file, camille, monkeypatch, duty, asked):
    submitted = submit(file, camille)
    monkeypatch.setattr(File.screen, "terms", replace(File.screen.terms, duty=duty))
    (screen,) = allowed(submitted, camille, File.screen)
    assert [one.code for one in screen.refusals] == asked


def test_the_wrong_person_is_told_before_a_form_is_shown_whatever_the_moment(file, camille, dominique):
    ask_who(file, File.screen, by=dominique)  # a draft: the moment is the act's to say
    with pytest.raises(Forbidden):
        ask_who(file, File.submit, by=dominique)


def test_available_says_apart_what_its_reader_can_lift_at_once(file, camille, dominique):
    submitted = submit(file, camille)
    record_duty(file.pk, by=dominique, duty=Duty.PREPARE)
    screen = next(a for a in allowed(submitted, dominique) if a.name == "screen")
    assert screen.undeclared
    assert len(screen.sentences) == 1
    assert "préparation" in screen.sentences[0]
    give_back = next(a for a in allowed(submitted, dominique) if a.name == "give_back")
    assert (give_back.undeclared, give_back.sentences) == (False, ())


def test_allowed_leaves_out_the_duties_of_who_is_unsure(file, camille, dominique):
    submitted = submit(file, camille)
    declare_standing(file.pk, user=dominique, standing=StandingState.UNSURE)
    assert "screen" not in [one.name for one in allowed(submitted, dominique)]


def test_of_two_acts_that_exclude_a_third_the_first_is_told(file, camille, dominique, cleared):
    with clock.at(NOON):
        record_duty(file.pk, by=dominique, duty=Duty.SCREEN)
    with clock.at(NOON + timedelta(days=3)):
        record_duty(file.pk, by=dominique, duty=Duty.SCORE)
    cleared(file, dominique)
    decision = Decision.objects.create(application=file)
    with translation.override("en"), pytest.raises(Forbidden, match="You screened this file on October"):
        move(decision, Decision.issue, by=dominique)


def test_a_reaction_fires_no_move_that_does_not_say_so_itself(file, camille, cleared):
    cleared(file, camille)
    decision = Decision.objects.create(application=file)

    @after(Decision.issue, fires=(File.approve, File.submit))
    def overreach(obj, made):
        move(File.objects.create(title="Another's", owner=0), File.submit, by=made.by, given=Amount(1))

    with pytest.raises(Forbidden):
        move(decision, Decision.issue, by=camille)


def test_a_reaction_fires_no_move_but_those_that_it_names(file, camille, dominique, cleared):
    """Not even one that another reaction may fire, be it to the same move and just before."""
    cleared(file, camille, dominique)
    File.objects.filter(pk=file.pk).update(state="screened")

    @after(Decision.issue, fires=(File.approve,))
    def named(obj, made):
        if made.by == camille:
            move(obj.application, File.approve, by=made.by)

    @after(Decision.issue)
    def unnamed(obj, made):
        if made.by == dominique:
            move(obj.application, File.approve, by=made.by)

    with pytest.raises(Forbidden):
        move(Decision.objects.create(application=file), Decision.issue, by=dominique)
    assert File.objects.get().state == "screened"
    move(Decision.objects.create(application=file), Decision.issue, by=camille)
    assert File.objects.get().state == "approved"


def test_a_reaction_fires_no_move_that_only_an_outer_one_names(file, camille, cleared):
    cleared(file, camille)
    File.objects.filter(pk=file.pk).update(state="screened")
    issued, draft = (Decision.objects.create(application=file, state=state) for state in ("issued", "draft"))

    @after(Decision.begin_again)
    def unnamed(decision, made):
        move(decision.application, File.approve, by=made.by)

    @after(Decision.issue, fires=(File.approve,))
    def named(decision, made):
        move(issued, Decision.begin_again, by=made.by)

    with pytest.raises(Forbidden):
        move(draft, Decision.issue, by=camille)
    assert File.objects.get().state == "screened"


def test_allowed_offers_no_move_that_only_a_reaction_makes(machines, camille):
    screened = File.objects.create(title="Robot cell", owner=camille.pk, state="screened")
    assert [one.name for one in allowed(screened, camille)] == ["close"]
    assert allowed(screened, camille, File.approve) == []


def test_the_system_does_not_start_when_facts_are_of_another_type(monkeypatch):
    def wrong(application, by) -> Title:
        return Title("")

    monkeypatch.setattr(registry, "_fetchers", registry._fetchers | {Application.submit: wrong})
    with pytest.raises(ImproperlyConfigured, match=r"application.submit asks for Readiness"):
        check_moves()


def test_nor_when_a_move_says_that_it_is_fired_and_no_reaction_fires_it(monkeypatch):
    monkeypatch.setattr(registry, "_reactions", {})
    with pytest.raises(ImproperlyConfigured, match="do not agree"):
        check_moves()


def test_nor_when_a_reaction_fires_a_move_that_does_not_say_so(monkeypatch):
    monkeypatch.setattr(registry, "_reactions", dict(registry._reactions))
    check_moves()

    @after(Application.withdraw, fires=(Application.reopen,))
    def overreach(application, made):
        pass

    with pytest.raises(ImproperlyConfigured, match=r"application.reopen: `fired` and the reactions do not agree"):
        check_moves()


def test_two_functions_for_the_facts_of_one_move_are_refused():
    def second(application, by) -> Title:
        return Title("")

    with pytest.raises(ImproperlyConfigured, match="already"):
        registry.facts_of(Application.submit)(second)


def test_facts_shared_by_the_moves_of_a_page_are_fetched_once(file, camille, monkeypatch):
    fetched = []
    monkeypatch.setattr(registry, "_fetchers", {File.submit: lambda obj, by: fetched.append(1) or Title("x")})
    allowed(file, camille)
    assert fetched == [1]


def test_the_system_does_not_start_when_a_move_has_no_function_for_its_facts(monkeypatch):
    check_moves()
    kept = {step: fetch for step, fetch in registry._fetchers.items() if step is not Application.submit}
    monkeypatch.setattr(registry, "_fetchers", kept)
    with pytest.raises(ImproperlyConfigured, match=r"application.submit asks for Readiness"):
        check_moves()


def test_a_row_that_a_reaction_changed_is_told_to_the_feed(file, camille, cleared):
    cleared(file, camille)
    decision = Decision.objects.create(application=file)

    @after(Decision.issue)
    def touch(obj, made):
        return (obj.application,)

    move(decision, Decision.issue, by=camille)
    assert [(c.kind, c.public_id) for c in Change.objects.all()] == [("application", file.public_id)]


# ------------------------------------------------------------------ two at once


def test_of_two_at_once_one_moves_and_the_other_is_told_it_is_late(committed_db, file, camille):
    first, second = at_once(lambda: submit(file, camille), lambda: submit(file, camille))
    outcomes = sorted([first, second], key=lambda x: isinstance(x, Exception))
    assert outcomes[0].state == "submitted"
    assert isinstance(outcomes[1], WrongMoment)
    assert [r.code for r in outcomes[1].refusals] == ["state"]
    assert Entry.objects.count() == 1
    assert Change.objects.count() == 1


def test_one_person_cannot_do_two_duties_by_doing_them_at_once(committed_db, file, camille, dominique, cleared):
    submit(file, camille)
    cleared(file, dominique)
    decision = Decision.objects.create(application=file)
    outcomes = at_once(
        lambda: move(file, File.screen, by=dominique), lambda: move(decision, Decision.issue, by=dominique)
    )
    assert sum(isinstance(x, Forbidden) for x in outcomes) == 1
    assert DutyDone.objects.filter(user=dominique).count() == 1


def test_public_identifiers_do_not_repeat(machines):
    assert len({File(title="").public_id for _n in range(1000)}) == 1000
    assert isinstance(File().public_id, uuid.UUID)
    assert File().public_id.version == 7
