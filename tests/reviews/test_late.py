"""What is on record of a person and a file, against what they declare; and acts that a late conflict touches."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from accounts.models import Organisation, User
from applications.models import Finding
from moves.interests import bar, standing_of
from moves.refusals import Forbidden, WrongMoment
from moves.services import declare_standing, record_duty
from moves.states import Duty, StandingState
from notifications.models import Message
from notifications.notices import write
from reviews.models import Declaration, Interest, Recommendation
from reviews.querysets import DeclarationQuerySet
from reviews.selectors import late, late_on, panel_reviews, review_turns, said_of
from reviews.services import (
    declare_interests,
    record_interest,
    rule_on_declaration,
    sign_undertaking,
    start_review,
    uphold_acts,
)
from reviews.services.interests import _doubt_where_it_matters
from reviews.states import AssignmentState, ReviewTurn
from tests.decisions.files import submitted_row
from tests.files import another
from tests.mutants import proves
from tests.reviews.files import assigned_file, eligible_file, file_in_review, fresh, of, score
from work import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_october(clock_at):
    clock_at(datetime(2026, 10, 6, 14, tzinfo=UTC))


def told(kind="interests_touch"):
    rows = Message.objects.filter(kind=kind).order_by("id")
    return list(rows.values_list("recipient__given_name", flat=True))


def employed_by(person, organisation):
    return record_interest(by=person, kind="employer", organisation_name=organisation.legal_name, neq=organisation.neq)


def test_none_against_what_is_on_record_is_a_doubt_that_accepts_nothing(cast, programme, usinage, client):
    """An employer recorded after the offer, an address that moved to the applicant's domain, the applicant's site that
    became that of the reviewer's employer."""
    file = assigned_file(cast, programme)
    employed_by(cast.ana, usinage)
    User.objects.filter(pk=cast.ben.pk).update(email="ben@gauthier.example")
    Organisation.objects.filter(pk=usinage.pk).update(website="https://saint-maurice.example")
    for person in (cast.ana, cast.ben, cast.dev):
        sign_undertaking(file.call, by=person)
    client.force_login(cast.ana)
    page = client.post(
        reverse("review-declare-own", args=[of(file, cast.ana).public_id]), {"answer": "none"}, follow=True
    )
    assert "Les registres disent autre chose" in page.content.decode()
    for person in (fresh(cast.ben), fresh(cast.dev)):
        assert declare_interests(file, by=person, answer="none").answer == "unsure"
    assert {of(file, one).state for one in (cast.ana, cast.ben, cast.dev)} == {AssignmentState.OFFERED}
    notes = Declaration.objects.filter(application=file, answer="unsure").order_by("id").values_list("note", flat=True)
    assert list(notes) == [
        "Selon les registres\xa0: intérêt déclaré (employeur)\xa0: Usinage Gauthier inc.",
        "Selon les registres\xa0: a une adresse courriel chez l’organisation demandeuse",
        "Selon les registres\xa0: a une adresse courriel chez l’organisation demandeuse",
    ]
    assert told("ruling_asked") == ["Louise"] * 3
    assert told() == ["Maude"] * 3

    doubt = Declaration.objects.get(application=file, user=cast.ana)
    rule_on_declaration(doubt, by=cast.chair, clear=True, ruling="Elle n’y travaille plus.")
    assert declare_interests(file, by=cast.ana, answer="none").answer == "none"  # the chair answered this fact
    assert of(file, cast.ana).state == AssignmentState.ACCEPTED
    record_interest(by=cast.ana, kind="family", organisation_name=usinage.legal_name, neq=usinage.neq)
    assert standing_of(file.pk, cast.ana) == StandingState.UNSURE  # and not that one


def test_interest_recorded_after_the_review_leaves_it_out_until_the_chair_rules(cast, programme, usinage, precision):
    file = file_in_review(cast, programme)
    score(of(file, cast.ana), 4)
    record_interest(by=cast.ana, kind="employer", organisation_name="Un tiers")
    assert (panel_reviews(file).counted, told()) == (1, [])
    employed_by(cast.ana, usinage)
    assert standing_of(file.pk, cast.ana) == StandingState.UNSURE
    assert panel_reviews(file).counted == 0
    assert (told(), told("ruling_asked")) == (["Maude"], ["Louise"])
    (message,) = Message.objects.filter(kind="interests_touch")
    assert message.context["acts"]["fr"] == "noter"
    rule_on_declaration(
        Declaration.objects.get(user=cast.ana, answer="unsure"), by=cast.chair, clear=True, ruling="Non."
    )
    assert panel_reviews(file).counted == 1


def test_doubt_of_the_records_is_told_as_theirs_and_a_persons_own_as_their_own(cast, programme, usinage, client):
    """Ana declared none, and an employer since; Ben is unsure himself. Each page says whose words it shows, and those
    of the records in its own language."""
    file = file_in_review(cast, programme)
    employed_by(cast.ana, usinage)
    declare_interests(file, by=cast.ben, answer="unsure", note="Un voisin y travaille.")

    def read(person, name, *args, language="fr"):
        client.force_login(person)
        User.objects.filter(pk=person.pk).update(language=language)
        return client.get(reverse(name, args=args), headers={"accept-language": language}).content.decode()

    own = {"Vous avez dit avoir un doute": cast.ben, "Les registres disent autre chose que vous": cast.ana}
    for said, whose in own.items():
        for person in own.values():
            page = read(person, "review-declare-own", of(file, person).public_id)
            assert (said in page) == (person == whose)
    page = read(cast.ana, "review-declare-own", of(file, cast.ana).public_id)
    assert ("Ce que disent les registres" in page, "<h2>Ce que vous avez écrit" in page) == (True, False)
    page = read(cast.ana, "review-declare-own", of(file, cast.ana).public_id, language="en")
    assert ("declared interest (employer): Usinage Gauthier inc." in page, "Selon" in page) == (True, False)

    page = read(cast.chair, "review-file", file.reference)
    assert f"Les registres montrent un intérêt dans ce dossier. Personne concernée\xa0: {cast.ana.full_name}." in page
    assert f"{cast.ben.full_name} a un doute sur ses intérêts dans ce dossier." in page
    assert f"{cast.ana.full_name} a un doute" not in page

    words = ("Dans ses mots", "Origine du doute", "Ce que disaient alors les registres")
    for person, shown in ((cast.ana, (False, True, False)), (cast.ben, (True, False, False))):
        page = read(cast.chair, "review-rule", file.reference, person.public_id)
        assert tuple(word in page for word in words) == shown
    Interest.objects.filter(user=cast.ana).update(organisation=None, neq="", organisation_name="Un tiers")
    page = read(cast.chair, "review-rule", file.reference, cast.ana.public_id)
    assert tuple(word in page for word in words) == (False, True, True)  # the records say it no more

    for person in (cast.ana, cast.ben):
        assert str(bar(file.pk, person).message).startswith("Un doute existe sur vos intérêts dans ce dossier")
    body = {one.context["person"]: write(one).body for one in Message.objects.filter(kind="ruling_asked")}
    assert "ou les registres en disent plus que sa déclaration" in body[cast.ana.full_name]


def test_doubt_after_acts_is_the_chairs_alone_until_it_is_a_conflict(cast, programme, client):
    """Then it is the endorser's too; no page says that its person declared it, nor that a conflict is a doubt."""
    file = assigned_file(cast, programme)
    doubt = declare_interests(file, by=cast.screener, answer="unsure", note="Peut-être.")
    client.force_login(cast.officer)

    def read():
        with pytest.raises(WrongMoment) as stopped:
            start_review(file, by=cast.officer)
        (refusal,) = stopped.value.refusals
        page = client.get(reverse("review-file", args=[file.reference])).content.decode()
        return str(refusal.message), page.replace("\xa0", " ")

    refusal, page = read()
    assert refusal.startswith("Un doute sur des intérêts est venu après des actes posés sur ce dossier\xa0: ")
    assert f"{cast.screener.full_name} (faire l’analyse d’admissibilité)" in refusal
    assert "la présidence du comité se prononce par écrit" in refusal
    assert "Un doute sur des intérêts, après des actes dans le dossier" in page
    assert "Depuis le 6 octobre 2026, un doute existe sur les intérêts d’une personne" in page
    assert review_turns([file]) == {file.pk: ReviewTurn.RULE}
    (mail,) = Message.objects.filter(kind="interests_touch")
    assert "avant que la présidence se soit prononcée sur le doute" in write(mail).body

    rule_on_declaration(doubt, by=cast.chair, clear=False, ruling="Un lien.")
    refusal, page = read()
    assert refusal.startswith("Un conflit d’intérêts est venu après des actes posés sur ce dossier\xa0: ")
    assert "Un conflit d’intérêts, après des actes dans le dossier" in page
    assert f"{cast.screener.full_name} est en conflit d’intérêts, selon la décision de la présidence" in page
    assert ("a déclaré un conflit d’intérêts" in page, "un doute existe" in page) == (False, False)
    assert review_turns([file]) == {file.pk: ReviewTurn.UPHOLD}
    asked = Message.objects.get(kind="ruling_asked", recipient=cast.endorser)
    assert "est en conflit d’intérêts dans le dossier" in write(asked).body


def test_mail_of_a_conflict_says_what_stands_of_what_its_person_did(cast, programme):
    """A screening that waits for a ruling, in a file under way; one that led to what was issued; one of a file that was
    left; a recommendation that is void. Nothing is said to stand where nothing was issued."""

    def said(state, duty):
        file = another(submitted_row(cast, programme), state=state)
        record_duty(file.pk, by=cast.screener, duty=duty)
        if duty == Duty.SCREEN:
            Finding.objects.create(application=file, item="rena", passed=True, by=cast.screener, at=clock.now())
        declare_interests(file, by=cast.screener, answer="conflict")
        (mail,) = Message.objects.filter(kind="interests_touch", application_id=file.pk)
        body = write(mail).body
        words = ("Rien de plus ne se décide", "ce qui a été rendu tient", "Rien de ce qui avait été fait")
        return [word for word in words if word in body]

    assert said("eligible", Duty.SCREEN) == ["Rien de plus ne se décide"]
    assert said("approved", Duty.SCREEN) == ["ce qui a été rendu tient"]
    assert said("withdrawn", Duty.SCREEN) == ["Rien de ce qui avait été fait"]
    assert said("reviewed", Duty.RECOMMEND) == ["Rien de ce qui avait été fait"]


@proves(record_interest)
def test_interest_is_joined_to_the_organisation_of_its_number(cast, usinage, precision, northwind):
    for organisation in (usinage, precision, northwind):
        made = record_interest(by=cast.dev, kind="employer", organisation_name="Un nom", neq=organisation.neq)
        assert made.organisation == organisation
    assert record_interest(by=cast.dev, kind="employer", organisation_name=usinage.legal_name).organisation is None


@proves(_doubt_where_it_matters)
def test_interest_puts_in_doubt_the_files_under_way_where_its_person_declared_none(cast, programme, usinage):
    """In order. One whose outcome is not told is under way to them. Not what was told decided for good; nor where they
    declared nothing, or a conflict; nor others' files."""
    file = submitted_row(cast, programme)
    third, second, first = (another(file, state=state) for state in ("in_review", "declined", "reviewed"))
    nothing, conflict, others = (another(file, state="in_review") for _n in range(3))
    decided = another(file, state="declined", last_told="declined")
    for one in (first, second, third, decided):
        declare_standing(one.pk, user=cast.ana, standing="clear")
    declare_standing(conflict.pk, user=cast.ana, standing="conflict")
    declare_standing(others.pk, user=cast.ben, standing="clear")
    employed_by(cast.ana, usinage)
    doubts = Declaration.objects.order_by("id").values_list("application_id", "user_id", "answer")
    assert list(doubts) == [(one.pk, cast.ana.pk, "unsure") for one in (third, second, first)]
    assert standing_of(nothing.pk, cast.ana) != StandingState.UNSURE


def test_conflict_of_the_screener_stops_the_review_until_somebody_else_looks_again(cast, programme, client):
    file = assigned_file(cast, programme)
    declaration = declare_interests(file, by=cast.screener, answer="conflict", note="Mon beau-frère.")
    assert (told(), declaration.acts) == (["Maude"], [Duty.SCREEN])
    with pytest.raises(WrongMoment) as stopped:
        start_review(file, by=cast.officer)
    (refusal,) = stopped.value.refusals
    said = f"{cast.screener.full_name} (faire l’analyse d’admissibilité)"
    assert (refusal.code, said in str(refusal.message)) == ("touched", True)
    client.force_login(cast.officer)
    page = client.get(reverse("review-file", args=[file.reference])).content.decode()
    assert "Un conflit d’intérêts, après des actes dans le dossier" in page
    assert "Lire et trancher" not in page
    for person in (cast.screener, cast.officer, cast.ana):
        with pytest.raises(Forbidden):
            uphold_acts(declaration, by=person, why="Revu.")
    with pytest.raises(WrongMoment):
        uphold_acts(declaration, by=cast.chair, why=" ")
    client.force_login(cast.chair)
    address = reverse("review-rule", args=[file.reference, cast.screener.public_id])
    assert "faire l’analyse d’admissibilité" in client.get(address).content.decode()
    done = client.post(address, {"why": "Les cinq points, revus un à un."})
    assert (done.status_code, done.url) == (302, reverse("file-detail", args=[file.reference]))
    declaration = Declaration.objects.get(pk=declaration.pk)
    assert (declaration.upheld_by, declaration.upheld_why) == (cast.chair, "Les cinq points, revus un à un.")
    with pytest.raises(WrongMoment):
        uphold_acts(declaration, by=cast.chair, why="Encore.")
    assert start_review(file, by=cast.officer).state == "in_review"


@proves(DeclarationQuerySet.touching, late_on)
def test_what_came_late_is_the_latest_of_each_person_that_touches_an_act_that_stands(cast, programme, monkeypatch):
    """The screener and the chair, in that order; not a score, nor a recommendation that is void or of another file."""
    file = eligible_file(cast, programme)
    other = another(file)
    for person, duty in ((cast.chair, Duty.RECOMMEND), (cast.ana, Duty.SCORE), (cast.michel, Duty.RECOMMEND),
                         (cast.ben, Duty.SCREEN), (cast.dev, Duty.SCREEN), (cast.endorser, Duty.ENDORSE)):  # fmt: skip
        record_duty(file.pk, by=person, duty=duty)

    at = clock.now()  # ben made a mark that counts; the officer too
    for number, person in enumerate((cast.ben, cast.dev, cast.officer)):
        file.findings.create(item=f"own-{number}", own_fr="À voir", own_en="To see", passed=True, by=person, at=at)

    def say(file, person, touches, answer="conflict"):
        declare_standing(file.pk, user=person, standing=STANDING[answer])
        return Declaration.objects.create(application=file, user=person, answer=answer, touches=touches)

    def recommend(file, by, **more):
        return Recommendation.objects.create(application=file, outcome="declined", by=by, **more)

    recommend(file, cast.michel, voided_at=datetime(2026, 10, 5, tzinfo=UTC))
    recommend(file, cast.chair), recommend(other, cast.michel)
    say(file, cast.ben, "screen")
    again = say(file, cast.ben, "screen")
    chair = say(file, cast.chair, "recommend")
    michel, ana, endorser = say(file, cast.michel, "recommend"), say(file, cast.ana, "score"), say(
        file, cast.endorser, "endorse"
    )  # fmt: skip
    say(file, cast.approver, "")
    say(file, cast.dev, "screen", "unsure"), declare_standing(file.pk, user=cast.dev, standing=StandingState.CLEAR)
    declare_standing(other.pk, user=cast.dev, standing="conflict")  # in another file: not in this one
    upheld = say(file, cast.officer, "screen")
    Declaration.objects.filter(pk=upheld.pk).update(upheld_by=cast.chair)
    record_duty(other.pk, by=cast.ben, duty=Duty.SCREEN)
    away = say(other, cast.ben, "screen")
    assert list(Declaration.objects.touching()) == [again, chair, michel, ana, endorser, away]
    found = late_on(file)
    assert [(one.declaration, one.acts) for one in found] == [(again, (Duty.SCREEN,)), (chair, (Duty.RECOMMEND,))]
    assert (
        said_of(found, doubts=False)
        == f"{cast.ben.full_name} (faire l’analyse d’admissibilité); {cast.chair.full_name} (recommander)"
    )
    assert said_of(found, doubts=True) == ""
    of_chain = [(cast.endorser.pk, Duty.ENDORSE)]
    monkeypatch.setattr(late, "_CHAIN", [lambda asked: of_chain if asked == file else []])
    assert [one.declaration for one in late_on(file)] == [again, chair, endorser]
    assert [one.declaration for one in late_on(other)] == [away]


STANDING = {"conflict": StandingState.CONFLICT, "unsure": StandingState.UNSURE}


@proves(DeclarationQuerySet.upheld)
def test_acts_that_stand_are_those_somebody_else_ruled_on_and_their_person_did_not_declare_again(cast, programme):
    file = eligible_file(cast, programme)

    def declared(person, **columns):
        return Declaration.objects.create(application=file, user=person, answer="conflict", touches="screen", **columns)

    ruled = {"upheld_by": cast.chair, "upheld_at": datetime(2026, 10, 6, tzinfo=UTC), "upheld_why": "Rien n’y tient."}
    first, second, third = (declared(person, **ruled) for person in (cast.screener, cast.ana, cast.ben))
    declared(cast.chloe)
    declared(cast.dev, **ruled), declared(cast.dev)
    Declaration.objects.filter(pk=first.pk).update(note="Mon frère.")  # a rewritten row lies last in its table
    assert list(Declaration.objects.upheld()) == [first, second, third]
