"""A year of a cluster, told only through the public services: never a row written by hand.

Each act stands at its own instant (`clock.at`), in order. The letters and the messages it queues are left to the
worker, which renders and sends them when the demonstration starts.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from accounts.models import Cluster, Organisation, User
from accounts.services import create_person, register_organisation
from applications.access import open_file
from applications.models import Application, Sponsorship
from applications.rules import Change
from applications.services.changes import request_changes
from applications.services.drafts import attach_document, save_answer, start_application
from applications.services.screening import find_complete, find_eligible, find_ineligible, mark_finding
from applications.services.sponsors import confirm_sponsorship, find_sponsorship, invite_sponsor
from applications.services.submission import submit_application
from applications.states import ChangeWhy
from audit.actors import Guest
from builder.services import import_bundle
from decisions.models import Decision
from decisions.selectors import UNSHOWN
from decisions.services import approve, endorse, issue
from demo import answers, papers, people
from demo.cast import RIVAL, TIER_1
from demo.others import ORGANISATION, OTHERS
from funding.models import Envelope
from moves.refusals import WrongMoment
from programs.models import Call, Program
from programs.selectors import policy_of, promised_by, rubric_of
from programs.services.calls import publish_call
from reports.services import create_api_key
from reviews.models import Assignment
from reviews.services import (
    assign_reviewer,
    declare_interests,
    recommend,
    record_interest,
    save_feedback,
    save_score,
    sign_undertaking,
    start_review,
    submit_review,
)
from reviews.states import AssignmentState, InterestKind
from work import clock
from work.money import cents, split

BUNDLE = Path(__file__).resolve().parent.parent / "builder" / "bundles" / "filiere-excellence.yaml"


def is_told() -> bool:
    """Whether this database already holds the story."""
    return Cluster.objects.filter(slug="aerofil").exists()


def day(month: int, number: int, hour: int = 10, minute: int = 0, year: int = 2026) -> datetime:
    """An instant of the story, on a clock in Québec."""
    return clock.local(date(year, month, number), hour, minute)


class Story:
    """The story so far: the people by key, the organisations, the call, and the files by the key of their company."""

    cluster: Cluster
    program: Program
    call: Call

    def __init__(self) -> None:
        self.people: dict[str, User] = {}
        self.files: dict[str, Application] = {}
        self.api_secret = ""

    def tell(self) -> None:
        """Tell all of it. Takes some seconds."""
        self.found_the_cluster()
        self.open_the_programme()
        self.register_the_companies()
        self.write_the_files()
        self.screen()
        self.review()
        self.recommend_and_decide()
        self.leave_work_for_today()
        self.give_the_ministry_its_key()

    # January to June: the cluster, its people, its programme

    def found_the_cluster(self) -> None:
        with clock.at(day(1, 12)):
            self.cluster, self.people = people.found()

    def open_the_programme(self) -> None:
        officer = self.people["officer"]
        with clock.at(day(4, 2)):
            self.program = import_bundle(BUNDLE.read_text(encoding="utf-8"), by=officer)
            people.appoint_all(self.program, self.people)
        with clock.at(day(5, 11)):
            draft = self.program.calls.get()
            self.call = publish_call(draft, by=officer, acknowledged=promised_by(draft))
        with clock.at(day(5, 20)):
            dev = self.people["dev"]
            record_interest(by=dev, kind=InterestKind.EMPLOYER, organisation_name=RIVAL)
            mauricie = OTHERS["mauricie"]["organisation"]
            rival, neq = mauricie["legal_name"], mauricie["neq"]
            record_interest(by=dev, kind=InterestKind.COMPETITOR, organisation_name=rival, neq=neq)
            record_interest(by=self.people["chloe"], kind=InterestKind.EMPLOYER, organisation_name=TIER_1)
            for key in ("ana", "ben", "chloe", "dev"):
                sign_undertaking(self.call, by=self.people[key])

    # June to September: companies register and write

    def register_the_companies(self) -> None:
        with clock.at(day(6, 8)):
            for company in ("usinage", "precision", "northwind", "prime"):
                people.register(company, self.people)
        for place, (key, other) in enumerate(OTHERS.items()):
            with clock.at(day(6, 10 + place)):
                given, family, email = other["person"]
                signatory = create_person(by=people.STORYTELLER, email=email, given_name=given, family_name=family)
                self.people[key] = signatory
                register_organisation(by=signatory, **ORGANISATION, **other["organisation"])

    def signatory(self, company: str) -> User:
        names = {"usinage": "sophie", "precision": "michel", "northwind": "emily"}
        return self.people[names.get(company, company)]

    def draft(
        self,
        company: str,
        *,
        at: datetime,
        requested: Decimal,
        levels: int = 2,
        sponsor: bool = True,
        without: Collection[str] = (),
    ) -> Application:
        """A draft written in one sitting, and sponsored by the prime."""
        by = self.signatory(company)
        with clock.at(at):
            organisation = Organisation.objects.of_member(by).get()
            said = answers.eligibility(company)
            file = start_application(self.call, organisation, by=by, eligibility=said)
            written = answers.answers(company, on=clock.today(), requested=requested, levels=levels)
            there = dict(file.answers.values_list("question", "version"))
            for question, value in written.items():
                if question not in without:
                    save_answer(file, question, value, by=by, version=there.get(question, 0))
            for question, name in answers.documents(company).items():
                if question not in without:
                    attach_document(file, question, papers.pdf(name, organisation.legal_name, name=name), by=by)
        if sponsor:
            self.sponsor(file, by=by, at=at + timedelta(days=2, hours=3))
        return Application.objects.get(pk=file.pk)

    def sponsor(self, file: Application, *, by: User, at: datetime, answered: bool = True) -> Sponsorship:
        """The customer is asked; two days later it confirms on its page."""
        with clock.at(at - timedelta(days=2)):
            asked, token = invite_sponsor(
                file,
                by=by,
                email=answers.SPONSOR["email"],
                organisation_name=answers.SPONSOR["name"],
                language=file.language,
            )
        if answered:
            with clock.at(at):
                name = answers.SPONSOR["contact"]
                found = find_sponsorship(token)
                assert found is not None  # its token is two days old
                confirm_sponsorship(found, by=Guest(name), name=name, improvement=answers.IMPROVEMENT[file.language])
        return asked

    def submit(self, company: str, *, at: datetime, requested: Decimal, levels: int = 2) -> Application:
        """A draft, submitted ten days after it was begun."""
        by = self.signatory(company)
        file = self.draft(company, at=at - timedelta(days=10), requested=requested, levels=levels)
        with clock.at(at):
            file = submit_application(file, by=by, attestations=answers.ATTESTATIONS, signed_name=by.full_name)
        self.files[company] = file
        return file

    def write_the_files(self) -> None:
        self.submit("usinage", at=day(9, 14, 20, 40), requested=Decimal("75000.00"))
        self.submit("precision", at=day(9, 16, 11, 5), requested=Decimal("75000.01"))
        self.submit("northwind", at=day(9, 21, 15, 30), requested=Decimal("90000.00"))
        self.submit("richelieu", at=day(9, 24, 9, 15), requested=Decimal("58000.00"), levels=1)
        self.submit("becancour", at=day(9, 25, 16, 45), requested=Decimal("40000.00"), levels=1)
        self.submit("vaudreuil", at=day(9, 29, 22, 10), requested=Decimal("82500.00"))
        self.submit("chaudiere", at=day(9, 30, 16, 52), requested=Decimal("64000.00"))
        self.submit("mauricie", at=day(10, 19, 10, 20), requested=Decimal("70000.00"))
        self.submit("estrie", at=day(11, 9, 14, 5), requested=Decimal("52000.00"))
        self.submit("lanaudiere", at=day(10, 27, 20, 30), requested=Decimal("88000.00"))
        self.submit("granby", at=day(11, 19, 21, 15), requested=Decimal("66000.00"))

    # October: screening

    def screen(self) -> None:
        for place, company in enumerate(("usinage", "precision", "northwind", "richelieu", "vaudreuil", "chaudiere")):
            self.find_eligible(company, at=day(10, 5, 9 + place))
        with clock.at(day(10, 6, 13)):
            file, screener = self.open("becancour")
            self.check(file, by=screener, fail={"solvency": PROTECTED})
            find_ineligible(file, by=screener)

    def open(self, company: str) -> tuple[Application, User]:
        """The screening officer opens a file, finds every piece there, and declares no interest in it."""
        screener = self.people["screener"]
        file = find_complete(self.files[company], by=screener)
        declare_interests(file, by=screener, answer="none")
        return file, screener

    def check(self, file: Application, *, by: User, fail: Mapping[str, str] | None = None) -> None:
        """Mark every item of the file's checklist; `fail` gives the reason of those that fail."""
        fail = fail or {}
        for key in policy_of(file.call).screening.keys:
            mark_finding(file, key, by=by, passed=key not in fail, reason=fail.get(key, ""))

    def find_eligible(self, company: str, *, at: datetime) -> None:
        with clock.at(at):
            file, screener = self.open(company)
            self.check(file, by=screener)
            self.files[company] = find_eligible(file, by=screener)

    # October: reviews

    def panel(self, company: str, *, at: datetime, reviewers: Collection[str] = ("ana", "ben", "chloe")) -> None:
        officer = self.people["officer"]
        with clock.at(at):
            for key in reviewers:
                assign_reviewer(self.files[company], self.people[key], by=officer)
            self.files[company] = start_review(self.files[company], by=officer)

    def score(self, company: str, key: str, points: Sequence[int], *, at: datetime) -> None:
        """One review: declare, score each criterion with its comment, submit."""
        reviewer = self.people[key]
        with clock.at(at):
            file = self.files[company]
            declare_interests(file, by=reviewer, answer="none")
            assignment = Assignment.objects.get(application=file, reviewer=reviewer, state=AssignmentState.ACCEPTED)
            for criterion, point in zip(rubric_of(file.call).criteria, points, strict=True):
                save_score(assignment, criterion.key, by=reviewer, version=0, point=str(point), comment=COMMENTS[point])
            save_feedback(assignment, by=reviewer, text=FEEDBACK[key], version=0)
            submit_review(assignment, by=reviewer)

    def review(self) -> None:
        for place, company in enumerate(SCORES):
            self.panel(company, at=day(10, 8, 9 + place))
        for place, (company, reviews) in enumerate(SCORES.items()):
            for later, (key, points) in enumerate(reviews.items()):
                self.score(company, key, points, at=day(10, 13 + place, 10 + later))
            self.files[company] = Application.objects.get(pk=self.files[company].pk)

    # November: recommendations and decisions

    def recommend_and_decide(self) -> None:
        with clock.at(day(11, 3, 13)):
            self.recommend("usinage", "approved", Decimal("75000.00"))
            self.recommend("precision", "approved", Decimal("75000.01"))
            self.recommend("northwind", "approved", Decimal("90000.00"))
            self.recommend("richelieu", "declined", reasons=REASONS)
        for place, company in enumerate(("usinage", "precision", "richelieu", "becancour")):
            with clock.at(day(11, 5, 10 + place)):
                self.endorse(company)
            with clock.at(day(11, 10, 10 + place)):
                self.approve(company)
        # Concurrence comes next for the file at 75 000,01 $; the others are issued.
        for place, company in enumerate(("usinage", "richelieu", "becancour")):
            with clock.at(day(11, 12, 14 + place)):
                decision = self.decision(company)
                issue(decision, by=self.people["officer"], edition=UNSHOWN)

    def recommend(
        self, company: str, outcome: str, amount: Decimal = Decimal(0), *, reasons: tuple[str, str] | None = None
    ) -> None:
        chair = self.people["chair"]
        file = self.files[company]
        reasons = reasons or MERITS
        declare_interests(file, by=chair, answer="none")
        envelopes = Envelope.objects.filter(agreement__funding__program=self.program).order_by("fiscal_year")
        parts = split(cents(amount), [20, 60, 20]) if amount else []
        recommend(
            file,
            by=chair,
            outcome=outcome,
            amount=amount,
            shares=list(zip(envelopes, parts, strict=False)),
            reasons_fr=reasons[0],
            reasons_en=reasons[1],
            discussion=DISCUSSION,
        )

    def decision(self, company: str) -> Decision:
        return Decision.objects.filter(application=self.files[company]).latest("number")

    def endorse(self, company: str) -> None:
        endorser = self.people["endorser"]
        declare_interests(self.files[company], by=endorser, answer="none")
        decision = self.decision(company)
        endorse(decision, by=endorser, edition=UNSHOWN)

    def approve(self, company: str) -> None:
        approver = self.people["approver"]
        declare_interests(self.files[company], by=approver, answer="none")
        decision = self.decision(company)
        approve(decision, by=approver, edition=UNSHOWN)

    # Today: something for each person to do

    def leave_work_for_today(self) -> None:
        self.find_eligible("mauricie", at=day(10, 26, 10))
        self.find_eligible("lanaudiere", at=day(11, 4, 10))
        with clock.at(day(11, 16, 9)):
            self.refuse_the_conflict()
        self.panel("mauricie", at=day(11, 16, 10))
        self.panel("lanaudiere", at=day(11, 19, 10))
        with clock.at(day(11, 12, 9)):
            file = open_file(self.files["estrie"], by=self.people["officer"])
            request_changes(
                file,
                by=self.people["officer"],
                items=[
                    Change(
                        "budget_notes",
                        ChangeWhy.INCOMPLETE,
                        "Précisez le taux horaire des quatre personnes et la source des soumissions.",
                    )
                ],
                due=clock.end_of(clock.today() + timedelta(days=21)),
            )
        sophie = self.signatory("usinage")
        with clock.at(day(11, 15, 21)):
            second = self.draft(
                "usinage",
                at=clock.now(),
                requested=Decimal("60000.00"),
                sponsor=False,
                without=("method", "benefits", "team", "financing_table", "quotes", "environment_inclusion"),
            )
            for question, text in SECOND_PROJECT.items():
                version = second.answers.get(question=question).version
                save_answer(second, question, text, by=sophie, version=version)
        self.sponsor(second, by=sophie, at=day(11, 18, 9), answered=False)

    def refuse_the_conflict(self) -> None:
        """An officer tries the reviewer whose interests are on record: the system refuses, and says why."""
        try:
            assign_reviewer(self.files["mauricie"], self.people["dev"], by=self.people["officer"])
        except WrongMoment:
            return
        raise AssertionError("a reviewer with a declared interest was assigned")

    def give_the_ministry_its_key(self) -> None:
        agreement = self.program.agreements.select_related("partner").get()
        _key, self.api_secret = create_api_key(
            agreement.partner,
            by=self.people["analyst"],
            name="Tableau de bord",
            expires_at=clock.now() + timedelta(days=180),
        )


# Points by criterion, in the order of the rubric: fit, plan, team, benefit, environment.
SCORES = {
    "usinage": {"ana": (5, 4, 4, 4, 3), "ben": (4, 4, 4, 4, 4), "chloe": (5, 4, 5, 4, 3)},
    "precision": {"ana": (4, 4, 4, 4, 3), "ben": (4, 4, 3, 4, 3), "chloe": (4, 4, 4, 4, 4)},
    "northwind": {"ana": (4, 5, 4, 4, 3), "ben": (4, 4, 4, 3, 3), "chloe": (5, 4, 4, 4, 4)},
    "richelieu": {"ana": (3, 2, 3, 2, 2), "ben": (2, 2, 3, 3, 2), "chloe": (3, 3, 2, 2, 3)},
    "vaudreuil": {"ana": (4, 4, 4, 3, 3), "ben": (4, 3, 4, 4, 3), "chloe": (4, 4, 3, 4, 3)},
    "chaudiere": {"ana": (3, 4, 3, 3, 3), "ben": (4, 3, 3, 4, 4), "chloe": (4, 4, 4, 3, 3)},
}
COMMENTS = {
    1: "La réponse n’aborde pas ce critère.",
    2: "L’intention est claire, mais les moyens et les mesures manquent.",
    3: "La réponse est suffisante; certains éléments restent à préciser.",
    4: "La réponse est solide, appuyée par des mesures et un échéancier réaliste.",
    5: "La réponse est exemplaire : objectifs chiffrés, preuves jointes, client engagé.",
}
FEEDBACK = {
    "ana": "Les objectifs sont mesurables. Ajoutez un suivi mensuel avec le client dès le premier jalon.",
    "ben": "L’équipe est crédible; prévoyez qui remplace la personne responsable en cas d’absence.",
    "chloe": "Le lien avec la chaîne du donneur d’ordres est bien démontré.",
}
REASONS = (
    "Le plan d’amélioration ne fixe ni valeur de départ ni cible, et l’échéancier ne prévoit pas de jalon vérifiable.",
    "The improvement plan sets neither a baseline nor a target, and no milestone of the schedule can be verified.",
)
MERITS = (
    "Le plan part de mesures prises à l’atelier, vise des cibles que le client confirme et répartit bien les étapes.",
    "The plan starts from measurements taken on the floor, aims at targets that the customer confirms, and is well "
    "staged.",
)
SECOND_PROJECT = {
    "project_title": "Former la relève à la mesure tridimensionnelle",
    "project_summary": (
        "Deux de nos trois contrôleurs partiront d’ici deux ans. Nous voulons former quatre personnes à la mesure "
        "tridimensionnelle, écrire les gammes de contrôle qui ne sont que dans les têtes, et faire contrôler chaque "
        "pièce critique par deux personnes qualifiées. Notre client recevra le rapport de mesure avec la pièce."
    ),
}
PROTECTED = (
    "Depuis le 2 octobre 2026, l’entreprise est sous la protection de la Loi sur les arrangements avec les créanciers "
    "des compagnies (dossier de la Cour supérieure vérifié)."
)
DISCUSSION = "Le comité a comparé les évaluations de chaque critère et retient la moyenne."
