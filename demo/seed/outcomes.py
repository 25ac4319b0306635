"""What an invented file came to: recommendation, decision, letter, award; and the money, entry by entry."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from applications.states import ApplicationState
from decisions.states import ConcurrenceState, DecisionKind, StepKind
from demo.seed.files import WRONG, Sketch, declare
from demo.seed.tables import public_id
from documents.states import RenderingKind
from funding.models import Envelope, LanguageRegime
from funding.money import Bucket, Cause, EntryKind
from letters.constants import ALPHABET
from letters.states import LetterState
from moves.states import Duty
from work.money import split

if TYPE_CHECKING:
    from demo.seed.chunk import Chunk

Shares = list[tuple[Envelope, Decimal]]

REASONS_FR = "Le comité a jugé le projet d’après la grille du programme."
REASONS_EN = "The committee judged the project by the programme's rubric."
SPLIT = (60, 40)  # percent of an award in its first and second fiscal years
CONCURRENCE_ABOVE = Decimal(75_000)


def write_outcome(chunk: "Chunk", file: Sketch) -> None:
    """Everything above the reviews. Sets the file's recommended amount, and when its letter was sent."""
    recommendation: int | None = None
    outcome, shares = "", Shares()
    if "recommend" in file.names:
        recommendation, outcome, shares = _recommend(chunk, file)
    elif "find_ineligible" in file.names:
        outcome = "ineligible"
    if outcome:
        _decide(chunk, file, outcome, recommendation, shares)


def _recommend(chunk: "Chunk", file: Sketch) -> tuple[int, str, Shares]:
    """The chair's recommendation. An award is reserved in its envelopes. Returns (its key, its outcome, shares)."""
    at, rng, chair = file.when("recommend"), chunk.rng, chunk.world.people["chair"].pk
    assert at is not None  # it is among the moves
    outcome = {"decline": "declined", "waitlist": "waitlisted"}.get(file.names[-1], "approved")
    if file.state == ApplicationState.IN_RECONSIDERATION:
        outcome = "declined"
    amount = Decimal(0)
    if outcome == "approved":
        outcome = "partial" if rng.random() < 0.1 else "approved"
        amount = file.asked if outcome == "approved" else (file.asked * Decimal("0.8")).quantize(Decimal("0.01"))
        file.recommended = amount
    key = chunk.recommendation_keys.pop()
    chunk.recommendations.add(
        id=key, public_id=public_id(rng, at), application_id=file.pk, outcome=outcome, amount=amount,
        reasons_fr=REASONS_FR, reasons_en=REASONS_EN, by_id=chair, at=at,
    )  # fmt: skip
    declare(chunk, file, chair, at)
    shares = list(zip(chunk.envelopes, split(amount, list(SPLIT)), strict=True)) if amount else []
    for envelope, part in shares:
        chunk.recommendation_shares.add(recommendation_id=key, envelope_id=envelope.pk, amount=part)
        post(chunk, file, envelope, "reserve", part, by=chair, at=at, because=Cause.RECOMMEND)
    return key, outcome, shares


def _decide(chunk: "Chunk", file: Sketch, kind: str, recommendation: int | None, shares: Shares) -> None:
    """The decision as far as it went: on its way while the file waits for it, issued with its letter otherwise."""
    rng, people = chunk.rng, chunk.world.people
    begun = file.when("recommend") or file.when("find_ineligible")
    assert begun is not None  # one of them is what is decided on
    issued = next((at for name, at in zip(file.names, file.at, strict=True) if name in chunk.issued_by), None)
    state = "issued" if issued else rng.choice(("draft", "endorsed", "approved"))
    amount = file.recommended or Decimal(0)
    if "recommend" not in file.names and not issued:
        state = "draft"
    key = chunk.decision_keys.pop()
    end = issued or chunk.world.ends
    steps = {"draft": 0, "endorsed": 1, "approved": 2, "issued": 2}[state]
    acts = [("endorsed", "endorser", Duty.ENDORSE), ("approved", "approver", Duty.APPROVE)][:steps]
    at = begun
    for place, (act, who, duty) in enumerate(acts, start=1):
        at = begun + (end - begun) * (place / 4)
        chunk.steps.add(decision_id=key, kind=act, by_id=people[who].pk, at=at)
        declare(chunk, file, people[who].pk, at)
        file.duties.append((duty, people[who].pk, at))
    if amount > CONCURRENCE_ABOVE and steps == 2:
        _concur(chunk, file, key, at, given=begun + (end - begun) * 0.75 if issued else None)
    since = issued or at
    uuid, letter = public_id(rng, begun), chunk.letter_keys.pop() if issued else None
    chunk.decisions.add(
        id=key, public_id=uuid, application_id=file.pk, kind=kind, amount=amount, recommendation_id=recommendation,
        reasons_fr=WRONG if kind == "ineligible" else REASONS_FR, reasons_en=REASONS_EN, at=begun, since=since,
        updated_at=since, issued_at=issued, state=state, letter_id=letter,
    )  # fmt: skip
    for envelope, part in shares:
        chunk.decision_shares.add(decision_id=key, envelope_id=envelope.pk, amount=part)
    if issued and letter:
        chunk.steps.add(decision_id=key, kind=StepKind.ISSUED, by_id=people["officer"].pk, at=issued)
        file.told_at = issued + timedelta(minutes=10)
        _send_letter(chunk, file, letter, uuid, kind, issued)
    if issued and amount:
        _award(chunk, file, key, amount, shares, issued)


def _concur(chunk: "Chunk", file: Sketch, decision: int, asked: datetime, *, given: datetime | None) -> None:
    """The ministry's concurrence, above its threshold: asked, and given before the decision is issued."""
    officer = chunk.world.people["concurrence"].pk
    chunk.concurrences.add(
        public_id=public_id(chunk.rng, asked), decision_id=decision, application_id=file.pk,
        agreement_id=chunk.envelopes[0].agreement_id, asked_at=asked, given_at=given, since=given or asked,
        by_id=officer if given else None, state=ConcurrenceState.GIVEN if given else ConcurrenceState.ASKED,
    )  # fmt: skip
    if given:
        chunk.steps.add(decision_id=decision, kind=StepKind.CONCURRED, by_id=officer, at=given)
        declare(chunk, file, officer, given)
        file.duties.append((Duty.CONCUR, officer, given))


def _send_letter(chunk: "Chunk", file: Sketch, letter: int, uuid: UUID, kind: str, at: datetime) -> None:
    """A letter that was sent and read. Its text is one sentence, and no PDF is kept."""
    rng, key = chunk.rng, chunk.rendering_keys.pop()
    signs = "".join(rng.choice(ALPHABET) for _n in range(12))
    subject = f"Votre demande {file.reference}"
    html = f"<p>Décision de votre demande {file.reference}.</p>"
    common = {"application_id": file.pk, "html": html, "language": "fr", "due": at, "done_at": at, "attempts": 1}
    chunk.renderings.add(
        id=key, public_id=public_id(rng, at), kind=RenderingKind.LETTER, key=f"letter:{uuid}", title=subject,
        made_at=at, **common,
    )  # fmt: skip
    chunk.letters.add(
        id=letter, public_id=public_id(rng, at), template_id=None, rendering_id=key,
        kind=DecisionKind(kind).row.letter,
        code=f"{signs[:4]}-{signs[4:8]}-{signs[8:]}",
        regime=LanguageRegime.FR_PREVAILS, subject_line=subject, at=at, since=file.told_at, sent_at=file.told_at,
        served_at=file.told_at, read_at=file.told_at, state=LetterState.SERVED, **common,
    )  # fmt: skip


def _award(chunk: "Chunk", file: Sketch, decision: int, amount: Decimal, shares: Shares, at: datetime) -> None:
    key = chunk.award_keys.pop()
    chunk.awards.add(
        id=key, public_id=public_id(chunk.rng, at), decision_id=decision, application_id=file.pk,
        organisation_id=file.company.pk, amount=amount, at=at, updated_at=at,
    )  # fmt: skip
    officer = chunk.world.people["officer"].pk
    for envelope, part in shares:
        chunk.award_shares.add(award_id=key, envelope_id=envelope.pk, amount=part)
        from_, cause = Bucket.RESERVED, Cause.ISSUE
        post(chunk, file, envelope, EntryKind.COMMIT, part, by=officer, at=at, because=cause, from_bucket=from_)


def post(
    chunk: "Chunk",
    file: Sketch,
    envelope: Envelope,
    kind: str,
    amount: Decimal,
    *,
    by: int,
    at: datetime,
    because: Cause,
    from_bucket: str = "",
) -> None:
    """One entry of the ledger. What it does to the envelope is added up, and written once for the whole chunk."""
    chunk.ledger.add(
        public_id=public_id(chunk.rng, at), envelope_id=envelope.pk, kind=kind, from_bucket=from_bucket, amount=amount,
        application_id=file.pk, move=because, at=at, by_id=by,
    )  # fmt: skip
    chunk.posted[envelope.pk, kind] += amount
