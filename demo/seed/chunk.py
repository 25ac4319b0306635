"""Some thousands of files, written in one transaction: sketched first, numbered in order, then row by row."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from django.db import connection, models, transaction

from accounts.models import Membership, Organisation, User
from accounts.roles import OrganisationRole
from applications.models import (
    Answer,
    ChangeItem,
    ChangeRequest,
    Finding,
    Snapshot,
    Sponsorship,
)
from applications.states import ApplicationState
from audit.models import Entry, Head
from awards.models import Award, AwardShare
from decisions.models import Concurrence, Decision, DecisionShare, Step
from demo.seed import companies, files, outcomes, panels, states
from demo.seed.files import Sketch
from demo.seed.tables import Cursor, Files, Table, public_id, raw_cursor
from demo.seed.world import World
from documents.models import Rendering
from funding.ledger import allocate
from funding.models import Envelope, LedgerEntry, ToldEntry
from letters.models import Letter
from moves.models import DutyDone, Standing
from moves.states import StandingState
from programs.models import ReferenceCounter
from programs.selectors import policy_of, rubric_of
from reviews.models import Assignment, Declaration, Recommendation, RecommendationShare, Score
from reviews.selectors import open_envelopes
from work import clock

FILES_EACH = 4  # files of one company, about
WHOLE_EACH = 10  # one file in so many keeps every answer as a row, and its checklist
BARRED_EACH = 500  # one file in so many is closed to the officer, who declared a conflict of interest
PATIENCE = timedelta(days=18)  # about what a step takes: what waits on a desk was sent not so long ago
NOTE = "Invented files: what their awards need."
# Name, model, whether other rows name its rows. In the order they are written.
TABLES: tuple[tuple[str, type[models.Model] | None, bool], ...] = (
    ("users", User, True),
    ("organisations", Organisation, True),
    ("memberships", Membership, False),
    ("files", None, True),
    ("answers", Answer, False),
    ("snapshots", Snapshot, False),
    ("sponsorships", Sponsorship, False),
    ("findings", Finding, False),
    ("requests", ChangeRequest, True),
    ("items", ChangeItem, False),
    ("declarations", Declaration, False),
    ("standings", Standing, False),
    ("assignments", Assignment, True),
    ("scores", Score, False),
    ("recommendations", Recommendation, True),
    ("recommendation_shares", RecommendationShare, False),
    ("renderings", Rendering, True),
    ("letters", Letter, True),
    ("decisions", Decision, True),
    ("decision_shares", DecisionShare, False),
    ("steps", Step, False),
    ("concurrences", Concurrence, False),
    ("awards", Award, True),
    ("award_shares", AwardShare, False),
    ("ledger", LedgerEntry, False),
    ("duties", DutyDone, False),
    ("heads", Head, True),
    ("entries", Entry, False),
)


class Chunk:
    """The files from the `start`-th to `start + count`, of one seed, on one world. `write` does all of it.

    A table for each of `TABLES`; keys taken beforehand for the rows that others name, the lowest last.
    """

    users: Table
    organisations: Table
    memberships: Table
    answers: Table
    snapshots: Table
    sponsorships: Table
    findings: Table
    requests: Table
    items: Table
    declarations: Table
    standings: Table
    assignments: Table
    scores: Table
    recommendations: Table
    recommendation_shares: Table
    renderings: Table
    letters: Table
    decisions: Table
    decision_shares: Table
    steps: Table
    concurrences: Table
    awards: Table
    award_shares: Table
    ledger: Table
    duties: Table
    heads: Table
    entries: Table
    files: Files
    assignment_keys: list[int]
    request_keys: list[int]
    recommendation_keys: list[int]
    letter_keys: list[int]
    decision_keys: list[int]
    award_keys: list[int]
    head_keys: list[int]
    file_keys: list[int]
    rendering_keys: list[int]

    def __init__(self, world: World, *, seed: int, start: int, count: int, company: int) -> None:
        self.world, self.start, self.count, self.company = world, start, count, company
        self.rng = random.Random(f"{seed}:{start}")  # noqa: S311 (invented data: nothing secret)
        for name, model, keyed in TABLES:
            setattr(self, name, Table(model, keyed=keyed) if model else Files())
        rubric = rubric_of(world.call)
        self.criteria = [criterion.key for criterion in rubric.criteria]
        self.total_of = panels.totals_by(rubric)
        self.checklist = policy_of(world.call).screening.keys
        self.issued_by = states.ISSUED_BY
        self.envelopes = open_envelopes(world.call)[:2]
        self.posted: defaultdict[tuple[int, str], Decimal] = defaultdict(Decimal)
        self.longest = 0

    @transaction.atomic
    def write(self) -> int:
        """Write the chunk. Returns how many rows it has."""
        counters = self._lock_counters()
        cursor = raw_cursor()
        with cursor:
            self._reserve(cursor)
            files = self.file_keys[-1], self.file_keys[0]
            sketches = self._sketch()
            self._number(sketches, counters)
            first, last = self.head_keys[-1], self.head_keys[0]
            for file in sketches:
                self._fill(file)
            rows = sum(getattr(self, name).write(cursor) for name, _model, _keyed in TABLES)
            self._move_heads(cursor, first, last)
            rows += self._tell_money(cursor, *files)
        for counter in counters.values():
            counter.save(update_fields=["last"])
        self._move_money()
        return rows

    def _reserve(self, cursor: Cursor) -> None:
        per = {"assignment": (self.assignments, 3)}
        for name in ("request", "recommendation", "letter", "decision", "award", "head"):
            per[name] = (getattr(self, f"{name}s"), 1)
        per |= {"file": (self.files, 1), "rendering": (self.renderings, 1)}
        for name, (table, times) in per.items():
            setattr(self, f"{name}_keys", table.reserve(cursor, self.count * times)[::-1])
        number = -(-self.count // FILES_EACH)
        keys = zip(self.organisations.reserve(cursor, number), self.users.reserve(cursor, number), strict=True)
        self.firms = [self._register(ordinal, *pair) for ordinal, pair in enumerate(keys, start=self.company)]

    def _register(self, ordinal: int, organisation: int, user: int) -> companies.Company:
        """A company, and the person who signs for it and has no password yet."""
        rng, at = self.rng, self.world.opens - timedelta(days=self.rng.randint(1, 60))
        facts = companies.facts_of(rng, ordinal)
        given, family = rng.choice(companies.GIVEN), rng.choice(companies.FAMILIES)
        self.users.add(
            id=user, public_id=public_id(rng, at), email=f"signataire@entreprise-{ordinal:07d}.example",
            given_name=given, family_name=family, password="!seeded", created_at=at,  # noqa: S106
        )  # fmt: skip
        self.organisations.add(
            id=organisation, public_id=public_id(rng, at), created_at=at, updated_at=at, website="", **facts
        )
        self.memberships.add(user_id=user, organisation_id=organisation, role=OrganisationRole.SIGNATORY, since=at)
        return companies.Company(organisation, user, f"{given} {family}", facts, facts["naics"])

    def _sketch(self) -> list[Sketch]:
        sketches = []
        for place, state in enumerate(states.deal(self.start, self.count), start=self.start):
            path = states.PATHS[state]
            if state == ApplicationState.DECLINED and self.rng.random() < 0.25:
                path = states.INELIGIBLE_LETTER
            opens, ends = self.world.opens, self.world.ends
            if state in states.ON_A_DESK:
                opens = max(opens, ends - PATIENCE * len(path))
            at = states.instants(self.rng, opens, ends, len(path) or 1)
            begun = max(self.world.opens, at[0] - timedelta(days=self.rng.randint(3, 30)))
            company = self.firms[self.rng.randrange(len(self.firms))]
            whole = place % WHOLE_EACH == 0 or state == ApplicationState.IN_REVIEW
            sketches.append(Sketch(state, path, at if path else [], company, whole, begun))
        return sorted(sketches, key=lambda file: file.at[0] if file.at else file.begun)

    def _lock_counters(self) -> dict[int, ReferenceCounter]:
        """The counters of every year that the submissions may fall in, locked until the commit."""
        program = self.world.call.program
        years = range(clock.day_of(self.world.opens).year, clock.day_of(self.world.ends).year + 1)
        ReferenceCounter.objects.bulk_create(
            [ReferenceCounter(program=program, year=year) for year in years], ignore_conflicts=True
        )
        found = ReferenceCounter.objects.select_for_update().filter(program=program, year__in=years).order_by("year")
        return {counter.year: counter for counter in found}

    def _number(self, sketches: Sequence[Sketch], counters: Mapping[int, ReferenceCounter]) -> None:
        """Keys, and references in the order of submission, from the programme's own counters."""
        code = self.world.call.program.code
        for file in sketches:
            file.pk, file.uuid = self.file_keys.pop(), public_id(self.rng, file.begun)
            if file.path:
                counter = counters[clock.day_of(file.at[0]).year]
                counter.last += 1
                file.reference = f"{code}-{counter.year}-{counter.last:05d}"

    def _fill(self, file: Sketch) -> None:
        """Every row of one file, bottom up; its own row last, for the lists show what the others came to."""
        title, summary, costs = files.write_answers(self, file)
        if file.path:
            files.write_screening(self, file)
            panels.write_panel(self, file)
            outcomes.write_outcome(self, file)
            files.write_trail(self, file)
            if self.rng.randrange(BARRED_EACH) == 0:
                officer = self.world.people["officer"].pk
                files.declare(self, file, officer, file.at[0], answer="conflict", standing=StandingState.CONFLICT)
        files.write_row(self, file, title, summary, costs)

    def _move_heads(self, cursor: Cursor, first: int, last: int) -> None:
        """The heads of the chains, one entry at a time: the database refuses any other way."""
        for seq in range(1, self.longest + 1):
            cursor.execute(
                f'UPDATE "{Head._meta.db_table}" h SET count = e.seq, digest = e.digest '  # noqa: S608
                f'FROM "{Entry._meta.db_table}" e WHERE e.head_id = h.id AND e.seq = %s AND h.id BETWEEN %s AND %s '
                "AND h.count = %s",
                [seq, first, last, seq - 1],
            )

    def _tell_money(self, cursor: Cursor, first: int, last: int) -> int:
        """The money of each file is told since its letter left. Returns how many rows that was."""
        cursor.execute(
            f'INSERT INTO "{ToldEntry._meta.db_table}" (entry_id, at) '  # noqa: S608
            f'SELECT e.id, l.sent_at FROM "{LedgerEntry._meta.db_table}" e JOIN "{Letter._meta.db_table}" l '
            "USING (application_id) WHERE e.application_id BETWEEN %s AND %s AND l.sent_at IS NOT NULL",
            [first, last],
        )
        return cursor.rowcount

    def _move_money(self) -> None:
        """What the entries say, on the envelopes: money allocated by the service first, then the balances at once."""
        for envelope in self.envelopes:
            reserved, committed = self.posted[envelope.pk, "reserve"], self.posted[envelope.pk, "commit"]
            if not reserved:
                continue
            allocate(envelope, amount=reserved, by=self.world.people["finance"], note=NOTE)
            with connection.cursor() as cursor:
                cursor.execute(
                    f'UPDATE "{Envelope._meta.db_table}" SET reserved = reserved + %s, '  # noqa: S608
                    "committed = committed + %s WHERE id = %s",
                    [reserved - committed, committed, envelope.pk],
                )
