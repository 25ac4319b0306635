"""What is told of a file is all that can be read of it before a letter is sent: at every address, by everybody outside
the chain, in bodies, headers and mail.

One file walks from its submission to a letter that waits to be sent, by each of the roads there are. Wherever it is, an
outsider's pages, refusals, lists, counts, sums, feeds and headers stay, byte for byte, what they were when it was found
complete. A state, a sum or a date that is told too early is found as a difference, with the words that tell it.
"""

import difflib
import re
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from accounts.models import Membership
from accounts.services import appoint_to_cluster, invite_member
from applications.findings import checklist_of
from applications.models import Application
from applications.services.screening import find_complete, find_eligible, find_ineligible, mark_finding
from applications.services.sponsors import confirm_sponsorship, find_sponsorship, invite_sponsor
from audit.actors import Guest
from awards.models import Award
from decisions import services as decisions
from decisions.models import Concurrence, Decision
from decisions.selectors import UNSHOWN
from demo import answers
from funding.models import Envelope
from letters.models import Letter
from notifications.models import Message
from programs.models import Appointment
from programs.services.people import appoint
from reports.services import create_api_key
from reviews.models import Assignment
from reviews.services import assign_reviewer, declare_interests, recommend, start_review
from tests import files
from tests.access.walk import address, addresses
from tests.access.world import NOW, _person
from tests.cast import SET_UP
from tests.files import another_cluster
from tests.reviews.files import accept, of, score
from work import clock

COMPLETE = datetime(2026, 9, 21, 14, tzinfo=UTC)
STEP = timedelta(days=2)
AMOUNT = Decimal("75000.01")  # the ministry concurs from here
# What is sent with a POST: enough that the act itself answers, and not its form.
BODIES = {
    "application-withdraw": {"reason": "Le projet est reporté."},
    "application-section": {"project_title": "Un autre titre"},
    "application-answer": {"question": "project_title", "value": "Un autre titre", "version": "1"},
    "application-submit": {"signed_name": "Sophie Gauthier", "attestations": "on"},
    "application-sponsor": {"email": "client@boreal.example", "organisation_name": "Boréal", "language": "fr"},
    "application-changes": {"send": "1", "method": "Une autre méthode."},
}
QUERIES = {
    "search": ("q=FE-2026-00001", "q=usinage"),
    "application-list": ("state=approved",),
    "application-detail": ("lang=en",),
    "api-application-list": (
        *(f"state={state}" for state in ("being_assessed", "approved", "declined", "ineligible", "waitlisted")),
        "updated_since=2026-09-22T00:00:00Z",
        "format=csv",
    ),
    "api-envelope-list": ("updated_since=2026-09-22T00:00:00Z", "format=csv"),
    "api-ledger-list": ("updated_since=2026-09-22T00:00:00Z", "format=csv"),
    "api-decision-list": ("updated_since=2026-09-22T00:00:00Z",),
    "api-award-list": ("updated_since=2026-09-22T00:00:00Z",),
}
MASKS = (
    (re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"'), b"csrf"),
    (re.compile(rb'"?X-CSRFToken"?: ?"[^"]+"|data-csrf="[^"]+"'), b"csrf"),
    (re.compile(rb'name="began" value="[^"]+"'), b"began"),
    (re.compile(rb'name="draft" value="[^"]+"'), b"draft"),  # of the one that the page begins
    (re.compile(rb'nonce="[^"]+"|nonce-[\w=+/-]+'), b"nonce"),
)
HEADERS = {"Content-Type", "Content-Disposition", "ETag", "Last-Modified", "Location", "Link"}


def absent(name):
    """What is not there yet, with a name that is nobody's."""
    number = int.from_bytes(name.encode()[:8])
    return SimpleNamespace(public_id=UUID(int=number), code=f"NONE-{number % 10000:04}-LETR", pk=0)


class Story:
    """The file, and whoever stands outside its chain."""

    def __init__(self, cast, programme):
        self.cast, self.programme = cast, programme
        draft = files.draft_file(cast, programme, requested=AMOUNT, sponsor=False)
        with clock.at(files.AT):
            _asked, self.token = invite_sponsor(
                draft,
                by=cast.sophie,
                email=answers.SPONSOR["email"],
                organisation_name="Aéronefs Boréal",
                language="fr",
            )
            name = answers.SPONSOR["contact"]
            confirm_sponsorship(
                find_sponsorship(self.token), by=Guest(name), name=name, improvement=answers.IMPROVEMENT["fr"]
            )
        self.file = files.submit(Application.objects.get(pk=draft.pk), by=cast.sophie)
        self.at = COMPLETE
        self.outsiders = self._outsiders()
        with clock.at(COMPLETE):
            self.file = find_complete(self.file, by=cast.screener)
            declare_interests(self.file, by=self.outsiders["chair in conflict"], answer="conflict")
            _invitation, self.invitation = invite_member(
                self.file.organisation, by=cast.sophie, email="nouvelle@gauthier.example", role="member", language="fr"
            )
            _key, self.secret = create_api_key(
                programme.agreements.get().partner, by=cast.analyst, name="Tableau", expires_at=NOW + timedelta(days=90)
            )
            self.draft = files.draft_file(cast, programme, at=None)
            Message.objects.all().delete()

    def _outsiders(self):
        cast, programme = self.cast, self.programme
        two_hats, ended, elsewhere, chair = (
            _person(f"{name}.example") for name in ("deux@deux", "fini@fini", "loin@loin", "chaire@chaire")
        )
        with clock.at(datetime(2026, 9, 1, 14, tzinfo=UTC)):
            appoint(two_hats, by=cast.administrator, role="reviewer", program=programme, seat="industry")
            Membership.objects.create(user=two_hats, organisation=self.file.organisation, role="member")
            appoint(chair, by=cast.administrator, role="chair", program=programme)
            appoint(ended, by=cast.administrator, role="screener", program=programme)
            Appointment.objects.filter(user=ended).update(ends_on=date(2026, 9, 15))
            appoint_to_cluster(elsewhere, another_cluster(), by=SET_UP, role="officer")
        return {
            "nobody": None,
            "by a key": None,
            "signatory": cast.sophie,
            "member who reviews": two_hats,
            "another company": cast.michel,
            "sponsor": cast.sponsor,
            "analyst": cast.analyst,
            "officer elsewhere": elsewhere,
            "screener no more": ended,
            "chair in conflict": chair,
        }

    # the roads: what is done up to each stop where all is read again

    def step(self, *acts):
        for act in acts:
            self.at += STEP
            with clock.at(self.at):
                act()
            self.file = Application.objects.get(pk=self.file.pk)

    def mark(self, **failed):
        declare_interests(self.file, by=self.cast.screener, answer="none")
        for item in checklist_of(self.file):
            reason = failed.get(item.key, "")
            mark_finding(self.file, item.key, by=self.cast.screener, passed=not reason, reason=reason)

    def review(self):
        """From its finding to its reviews."""
        cast, panel = self.cast, [self.cast.ana, self.cast.ben, self.cast.dev]
        yield "eligible", self.mark, lambda: find_eligible(self.file, by=cast.screener)
        yield (
            "in review",
            lambda: [assign_reviewer(self.file, one, by=cast.officer) for one in panel],
            lambda: start_review(self.file, by=cast.officer),
            lambda: [accept(self.file, one) for one in panel],
        )
        yield "reviewed", lambda: [score(of(self.file, one), 4) for one in panel]

    def recommend(self, outcome):
        cast, amount = self.cast, AMOUNT if outcome == "approved" else Decimal(0)
        envelope = Envelope.objects.filter(agreement__funding__program=self.programme).order_by("id").first()
        declare_interests(self.file, by=cast.chair, answer="none")
        recommend(
            self.file, by=cast.chair, outcome=outcome, amount=amount, shares=[(envelope, amount)] if amount else [],
            reasons_fr="Jugé d’après la grille.", reasons_en="By the rubric.", discussion="Discuté.",
        )  # fmt: skip

    def decide(self, outcome):
        """From its recommendation to a letter that waits. Of a second outcome, the end alone is read."""
        approved, issued = self.approve(outcome)
        if outcome == "approved":
            yield "recommended", lambda: self.recommend(outcome)
            yield approved
            yield issued
        else:
            yield issued[0], lambda: self.recommend(outcome), *approved[1:], *issued[1:]

    def approve(self, outcome):
        cast = self.cast

        def of_the_file():
            return Decision.objects.open().get(application=self.file)

        def endorsed():
            for role in ("endorser", "approver"):
                declare_interests(self.file, by=getattr(cast, role), answer="none")
            decisions.endorse(of_the_file(), by=cast.endorser, edition=UNSHOWN)

        def concurred():
            for one in of_the_file().concurrences.all():
                declare_interests(self.file, by=cast.concurrence, answer="none")
                decisions.concur(one, by=cast.concurrence)

        yield (
            f"approved: {outcome}",
            endorsed,
            lambda: decisions.approve(of_the_file(), by=cast.approver, edition=UNSHOWN),
        )
        yield (
            f"issued, its letter not sent: {outcome}",
            concurred,
            lambda: decisions.issue(of_the_file(), by=cast.officer, edition=UNSHOWN),
        )

    def refuse(self):
        yield (
            "ineligible",
            lambda: self.mark(costs="Temps du parrain."),
            lambda: find_ineligible(self.file, by=self.cast.screener),
        )
        yield from self.approve("ineligible")

    # what is read

    def things(self):
        def own(model):
            return model.objects.filter(application=self.file).order_by("-pk").first() or absent(model.__name__)

        file = self.file
        return SimpleNamespace(
            application=file, draft=self.draft, call=file.call, program=self.programme, organisation=file.organisation,
            member=self.cast.olivier, invitation=file.organisation.invitations.order_by("pk").first(),
            staff_invitation=absent("staff_invitation"),
            person=self.cast.screener, doubting=self.cast.chloe, assignment=own(Assignment),
            interest=absent("interest"),
            concurrence=own(Concurrence), decision=own(Decision), letter=own(Letter), award=own(Award),
            key=absent("key"),
            envelope=Envelope.objects.filter(agreement__funding__program=self.programme).order_by("id").first(),
            agreement=self.programme.agreements.get(), job=absent("job"), given_up=absent("given_up"),
        )  # fmt: skip

    def asked(self):
        """Every question that may be asked of the file: method, name of the address, path, path as it is known."""
        things, asked = self.things(), []
        for name, parameters in addresses():
            if not name.startswith(OF_THE_FILE) or name in UNREAD:
                continue
            path = address(name, parameters, things)
            asked += [("GET", name, path), *(("GET", name, f"{path}?{query}") for query in QUERIES.get(name, ()))]
            asked.append(("POST", name, path))
        asked.append(("GET", "sponsor", f"/sponsor/{self.token}"))
        return [(method, name, path, stable(path, things)) for method, name, path in asked]

    def read(self, whoever, only=None):
        """What these outsiders can ask, as it is answered on 20 November: {(who, how, what): answer}.

        All of it, or what `only` names.
        """
        found, things, asked = {}, self.things(), self.asked()
        with clock.at(NOW):
            for who in whoever:
                client = Client(raise_request_exception=False)
                if person := self.outsiders[who]:
                    client.force_login(person)
                headers = {"accept-language": "en-CA", "x-request-id": "1" * 32}
                if who == "by a key":
                    headers["authorization"] = f"Bearer {self.secret}"
                for method, name, path, known_as in asked:
                    if not name.startswith(CONCERNS.get(who, EVERYBODY)):
                        continue
                    key = who, method, name, known_as
                    if only is None or key in only:
                        status, kept, body = once(client, method, name, path, headers)
                        headed = tuple((header, stable(value, things)) for header, value in kept)
                        found[key] = status, headed, stable(body, things)
        return found


NEAREST = ("signatory", "by a key", "analyst")
EVERYBODY = ("home", "search", "sponsor")
APPLICANT = (*EVERYBODY, "application", "organisation-list", "decision-letter")
NAMED = ("file-detail", "decision-file", "review-file")
CONCERNS = {  # by the name of the address, how it begins
    "nobody": ("decision-verify", "sponsor", "call", "catalogue", "application-detail"),
    "by a key": ("api",),
    "signatory": APPLICANT,
    "member who reviews": (*APPLICANT, *NAMED, "review-queue", "review-read", "review-past"),
    "analyst": (*EVERYBODY, *NAMED, "partner", "decision-concurrence", "api-application"),
    "chair in conflict": (*EVERYBODY, "file", "review", "decision", "trail"),
    "screener no more": (*EVERYBODY, *NAMED, "file-list", "file-screening"),
    "officer elsewhere": (*EVERYBODY, *NAMED, "file-list", "decision-queue", "api-application"),
    "another company": (*EVERYBODY, *NAMED, "application-detail", "application-list"),
}
UNREAD = (
    "api-home",  # what the API is, to whoever asks
    "api-openapi",
)
OF_THE_FILE = tuple({one for asked in CONCERNS.values() for one in asked})
OF_LATER = ("decision", "api-decision", "api-award", "review")


def worth_asking(found):
    """What is asked again at each stop: all that answers and, where it may begin to exist with a decision, what does
    not."""
    return {
        key
        for key, (status, headers, _body) in found.items()
        if (status not in (401, 404, 405) and "/account/login" not in dict(headers).get("Location", ""))
        or (key[0] in NEAREST and key[1] == "GET" and status == 404 and key[2].startswith(OF_LATER))
    }


def stable(told, things):
    """A path, or what is read, without the name of what exists only later."""
    for name in ("assignment", "concurrence", "decision", "letter", "award"):
        thing = getattr(things, name)
        for value in (getattr(thing, "public_id", None), getattr(thing, "code", None)):
            told = told.replace(str(value), f"<{name}>") if value else told
    return told


def once(client, method, name, path, headers):
    """Status, the headers that tell something, and the body, without what differs at each request; nothing stays."""
    cookies = client.cookies.copy()
    data = BODIES.get(name, {}) if method == "POST" else {}
    with transaction.atomic():
        if method == "POST":
            response = client.post(path, data, headers=headers)
        else:
            response = client.get(path, headers=headers)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        transaction.set_rollback(True)
    client.cookies = cookies
    cache.clear()
    for pattern, word in MASKS:
        body = pattern.sub(word, body)
    kept = tuple(sorted((k, v) for k, v in response.headers.items() if k in HEADERS))
    return response.status_code, kept, body.decode(errors="replace")


def differences(before, now):
    """Where an answer is another, in words."""
    found = []
    for key, answer in now.items():
        if answer == before[key]:
            continue
        (was, had, old), (status, headers, new) = before[key], answer
        lines = difflib.unified_diff(old.split("\n"), new.split("\n"), lineterm="", n=0)
        told = [line.strip()[:200] for line in lines if line[0] in "+-" and line[:3] not in ("+++", "---")]
        found.append(f"{' '.join(key)}: {was} -> {status} {sorted(set(headers) ^ set(had))} {told[:6]}")
    return found


@contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def walk(story, road, before, *, by_all=True):
    """What differs at each stop of a road, for those nearest to the file; for everybody at its end."""
    found, stops = [], list(road)
    for number, (stop, *acts) in enumerate(stops, start=1):
        story.step(*acts)
        now = story.read(story.outsiders if by_all and number == len(stops) else NEAREST, before)
        written = Message.objects.filter(recipient__in=[one for one in story.outsiders.values() if one])
        told = [*differences(before, now), *(f"a message to {one.recipient}: {one.kind}" for one in written)]
        found += [f"{stop} ({story.file.state}): {one}" for one in told]
    return found


@pytest.mark.slow
def test_nobody_outside_the_chain_reads_more_than_is_told(cast, programme):
    story = Story(cast, programme)
    first = story.read(story.outsiders)
    before = {key: first[key] for key in worth_asking(first)}
    assert {who for who, *_asked in before} == set(story.outsiders)
    assert ("chair in conflict", "GET", "review-ranking") in {key[:3] for key in before}
    file, at = story.file, story.at
    found = []
    with undone():
        found += walk(story, story.refuse(), before)
    story.file, story.at = file, at
    found += walk(story, story.review(), before, by_all=False)
    file, at = story.file, story.at
    for outcome in ("approved", "declined", "waitlisted"):
        with undone():
            found += walk(story, story.decide(outcome), before, by_all=outcome == "approved")
        story.file, story.at = file, at
    assert found == [], "\n".join(found)
