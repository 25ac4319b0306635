"""Partners and their seats, delegation agreements, their envelopes by fiscal year, and the append-only ledger.

The tables keep the names they were made with, in `programs` (docs/adr/0013-apps-of-one-thing.md).
"""

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Cluster
from audit.states import ActorKind, ChangeKind
from funding.constants import TERMS
from funding.money import BUCKETS, FLOWS, SPENT, Bucket, EntryKind, deltas, fiscal_end, fiscal_label, fiscal_start
from funding.money.postings import OF_A_FILE
from funding.querysets import EnvelopeQuerySet, LedgerQuerySet, SeatQuerySet
from funding.roles import PartnerRole
from questions.schema.standing import later_of
from work import clock
from work.models import PublicModel, bilingual
from work.money import format_money, format_percent
from work.texts import Said, is_blank

ZERO = Decimal("0.00")

PERSON = ActorKind.PERSON.value  # whose entry names who made it


def money(
    *, default: Decimal | type[models.NOT_PROVIDED] = models.NOT_PROVIDED, editable: bool = True
) -> "models.DecimalField[Decimal | int, Decimal]":
    """A column of dollars, never empty."""
    return models.DecimalField(max_digits=14, decimal_places=2, default=default, editable=editable)


class Partner(PublicModel):
    """A ministry or public body that entrusts its money to a cluster."""

    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="partners")
    short_name = models.CharField(max_length=20)
    name_fr = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    name = bilingual("name")

    class Meta:
        db_table = "programs_partner"
        constraints = [models.UniqueConstraint(fields=["cluster", "short_name"], name="partner_short_name_unique")]

    def __str__(self) -> str:
        return self.short_name


class PartnerSeat(models.Model):
    """A person of a government partner: reads its own agreements' rows, or gives its concurrence."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="partner_seats")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="seats")
    role = models.CharField(max_length=20, choices=PartnerRole.choices)
    starts_on = models.DateField(default=clock.today)
    ends_on = models.DateField(null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        db_table = "programs_partnerseat"
        constraints = [
            models.UniqueConstraint(fields=["user", "partner", "role"], name="partner_seat_held_once"),
            models.CheckConstraint(condition=models.Q(role__in=PartnerRole.values), name="partner_seat_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.partner}"


class Jurisdiction(models.TextChoices):
    QUEBEC = "quebec", _("Québec")
    FEDERAL = "federal", _("Federal")


class LanguageRegime(models.TextChoices):
    """Which language governs letters, agreements and the register. From the strictest to the least strict."""

    FR_ONLY = "fr_only", _("French only")
    FR_PREVAILS = "fr_prevails", _("French prevails, with a courtesy English copy")
    BOTH_EQUAL = "both_equal", _("Both languages equal")


class Agreement(PublicModel):
    """A delegation agreement. `fee_percent` of each year's amount is the cluster's and cannot be awarded.

    `concurrence_above`: the partner must concur above this amount of an award (0.00: on every award; empty: never).
    Authorisation: a cluster mostly funded by Québec takes federal money only with a decree (number and date), or with
    the reason why none is needed; without it no federal award is issued (product.md 1.1).
    """

    change_kind = ChangeKind.AGREEMENT

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="agreements")
    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="agreements")
    reference = models.CharField(max_length=60)
    title_fr = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    title = bilingual("title")
    purpose_fr = models.TextField(blank=True)
    purpose_en = models.TextField(blank=True)
    purpose = bilingual("purpose")
    starts_on = models.DateField()
    ends_on = models.DateField()
    fee_percent = models.DecimalField(max_digits=7, decimal_places=4, default=ZERO)
    concurrence_above = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    language_regime = models.CharField(max_length=20, choices=LanguageRegime.choices)
    jurisdiction = models.CharField(max_length=10, choices=Jurisdiction.choices, default=Jurisdiction.QUEBEC)
    authorisation_number = models.CharField(max_length=60, blank=True)
    authorisation_date = models.DateField(null=True, blank=True)
    authorisation_none_reason = models.TextField(blank=True)
    audit_years = models.PositiveSmallIntegerField(default=7)
    recovered_reusable = models.BooleanField(default=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "programs_agreement"
        constraints = [
            models.UniqueConstraint(fields=["cluster", "reference"], name="agreement_reference_unique"),
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="agreement_starts_before_it_ends"),
            models.CheckConstraint(
                condition=Q(fee_percent__gte=0, fee_percent__lte=100), name="agreement_fee_is_a_percentage"
            ),
            models.CheckConstraint(
                condition=Q(concurrence_above__isnull=True) | Q(concurrence_above__gte=0),
                name="agreement_concurrence_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(language_regime__in=LanguageRegime.values), name="agreement_language_regime_known"
            ),
            models.CheckConstraint(
                condition=Q(jurisdiction__in=Jurisdiction.values), name="agreement_jurisdiction_known"
            ),
            models.CheckConstraint(
                condition=Q(authorisation_number="", authorisation_date__isnull=True)
                | (~Q(authorisation_number="") & Q(authorisation_date__isnull=False)),
                name="agreement_authorisation_has_number_and_date",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def said(self) -> list[Said]:
        """Its terms in words, in the reader's language: what they ask of every award that it pays."""
        language = get_language() or "fr"
        fee = gettext("%(share)s of each fiscal year's amount belongs to the cluster and cannot be awarded.")
        reuse = (
            gettext("May be awarded again, while the fiscal year is open.")
            if self.recovered_reusable
            else gettext("Goes back to the partner.")
        )
        years = ngettext("%(count)s year", "%(count)s years", self.audit_years) % {"count": self.audit_years}
        return [
            Said(gettext("Term"), self._term(language)),
            Said(gettext("Administration fee"), fee % {"share": format_percent(self.fee_percent, language)}),
            Said(gettext("Concurrence of the partner"), self._concurrence(language)),
            Said(gettext("Languages"), str(LanguageRegime(self.language_regime).label)),
            Said(gettext("Whose money"), str(Jurisdiction(self.jurisdiction).label)),
            *self._authorisation(language),
            Said(gettext("Money that is recovered"), reuse),
            Said(gettext("Files kept for audit"), years, later=later_of(TERMS["audit_years"])),
        ]

    def _term(self, language: str) -> str:
        days = {"first": clock.format_day(self.starts_on, language), "last": clock.format_day(self.ends_on, language)}
        return gettext("From %(first)s until %(last)s.") % days

    def _authorisation(self, language: str) -> list[Said]:
        """The decree, or why none is needed, where one is on record."""
        if self.authorisation_date:
            values = {
                "number": self.authorisation_number,
                "day": clock.format_day(self.authorisation_date, language),
            }
            return [Said(gettext("Authorisation"), gettext("%(number)s, of %(day)s.") % values)]
        why = self.authorisation_none_reason.strip()
        return [Said(gettext("No authorisation is needed"), why)] if why else []

    def _concurrence(self, language: str) -> str:
        if self.concurrence_above is None:
            return gettext("Never asked.")
        if not self.concurrence_above:
            return gettext("On every award.")
        return gettext("On every award above %(amount)s.") % {"amount": format_money(self.concurrence_above, language)}

    @property
    def is_authorised(self) -> bool:
        """Whether awards may be issued with this money: an authorisation, or why none is needed, where one is asked."""
        if self.jurisdiction != Jurisdiction.FEDERAL or not self.cluster.mostly_funded_by_quebec:
            return True
        return bool(self.authorisation_number or not is_blank(self.authorisation_none_reason))

    def needs_concurrence(self, amount: Decimal) -> bool:
        """Whether the partner must concur to an award of `amount` dollars: strictly above the threshold."""
        if self.concurrence_above is None:
            return False
        return self.concurrence_above == 0 or amount > self.concurrence_above


class Envelope(PublicModel):
    """An agreement's money for one fiscal year (2026: 1 April 2026 to 31 March 2027), in exclusive balances.

    Only `funding.ledger` changes a balance, under lock and with an entry. `received` is cash, not budget.
    """

    change_kind = ChangeKind.ENVELOPE

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="envelopes")
    fiscal_year = models.PositiveSmallIntegerField()
    allocated = money(default=ZERO, editable=False)
    fee = money(default=ZERO, editable=False)
    reserved = money(default=ZERO, editable=False)
    committed = money(default=ZERO, editable=False)
    payable = money(default=ZERO, editable=False)
    paid = money(default=ZERO, editable=False)
    recovered = money(default=ZERO, editable=False)
    returned = money(default=ZERO, editable=False)
    lapsed = money(default=ZERO, editable=False)
    received = money(default=ZERO, editable=False)
    closed_on = models.DateField(null=True, blank=True, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)
    # When what may be told of it outside the chain last changed: its partner's `updated_at`.
    told_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    objects = EnvelopeQuerySet.as_manager()

    class Meta:
        db_table = "programs_envelope"
        ordering = ["fiscal_year", "id"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "fiscal_year"], name="envelope_one_per_year"),
            models.CheckConstraint(
                condition=Q(fiscal_year__gte=2000, fiscal_year__lte=2100), name="envelope_fiscal_year_known"
            ),
            *[
                models.CheckConstraint(condition=Q(**{f"{bucket}__gte": 0}), name=f"envelope_{bucket}_not_negative")
                for bucket in BUCKETS
            ],
            models.CheckConstraint(
                condition=Q(
                    allocated__gte=F("fee") + F("reserved") + F("committed") + F("payable") + F("paid") + F("lapsed")
                ),
                name="envelope_within_allocation",
            ),
            models.CheckConstraint(condition=Q(returned__lte=F("recovered")), name="envelope_returned_was_recovered"),
            models.CheckConstraint(condition=Q(recovered__lte=F("paid")), name="envelope_recovered_was_paid"),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} {self.label}"

    @property
    def label(self) -> str:
        """The fiscal year as it is written: 2026-2027."""
        return fiscal_label(self.fiscal_year)

    @property
    def starts_on(self) -> date:
        return fiscal_start(self.fiscal_year)

    @property
    def ends_on(self) -> date:
        return fiscal_end(self.fiscal_year)

    @property
    def is_closed(self) -> bool:
        return self.closed_on is not None

    @property
    def free(self) -> Decimal:
        """What nobody has taken yet: allocated less fee, reserved, committed, payable, paid and lapsed."""
        return self.allocated - sum((getattr(self, bucket) for bucket in SPENT), ZERO)

    @property
    def awardable(self) -> Decimal:
        """What the year's amount leaves for awards, once the administration fee is taken."""
        return self.allocated - self.fee

    @property
    def due_to_partner(self) -> Decimal:
        """Recovered money that has not been returned yet."""
        return self.recovered - self.returned

    @property
    def balances(self) -> dict[Bucket, Decimal]:
        """Every balance, in the order of a statement."""
        return {bucket: getattr(self, bucket) for bucket in BUCKETS}


def _flow_known() -> Q:
    condition = Q()
    for kind, from_ in FLOWS:
        condition |= Q(kind=str(kind), from_bucket=str(from_))
    return condition


class LedgerEntry(PublicModel):
    """One movement of money in one envelope. Never changed, never removed: a trigger refuses it. A correction is a
    new entry that `reverses` the wrong one, once. `amount` is positive; `kind` and `from_bucket` say what it does.
    """

    change_kind = ChangeKind.LEDGER_ENTRY

    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=20, choices=EntryKind.choices)
    from_bucket = models.CharField(max_length=20, blank=True)
    amount = money()
    application_id = models.BigIntegerField(null=True, blank=True)
    move = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    actor = models.CharField(max_length=20, default=PERSON)
    note = models.TextField(blank=True)
    # The partner's recorded consent to a carry-over: its letter's reference and date, in words.
    consent = models.TextField(blank=True)
    counterpart = models.ForeignKey(
        Envelope, on_delete=models.PROTECT, null=True, blank=True, related_name="counterpart_entries"
    )
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by")

    objects = LedgerQuerySet.as_manager()

    class Meta:
        db_table = "programs_ledgerentry"
        ordering = ["id"]
        verbose_name_plural = "ledger entries"
        indexes = [
            models.Index(fields=["envelope", "id"], name="ledger_entry_statement"),
            models.Index(fields=["application_id", "envelope", "id"], name="ledger_entry_file"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="ledger_entry_amount_positive"),
            models.CheckConstraint(condition=_flow_known(), name="ledger_entry_flow_known"),
            models.CheckConstraint(
                condition=~Q(kind__in=[str(k) for k in OF_A_FILE]) | Q(application_id__isnull=False),
                name="ledger_entry_names_its_file",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[str(EntryKind.REPROFILE_OUT), str(EntryKind.REPROFILE_IN)])
                | (~Q(consent="") & Q(counterpart__isnull=False)),
                name="ledger_entry_carry_over_has_consent",
            ),
            models.CheckConstraint(
                condition=Q(actor=PERSON, by__isnull=False) | (~Q(actor=PERSON) & Q(by__isnull=True)),
                name="ledger_entry_has_an_actor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.envelope} {self.kind} {self.amount}"

    @property
    def changes(self) -> dict[Bucket, Decimal]:
        """What it adds to each balance that it changes; signed."""
        ways = deltas(self.kind, self.from_bucket, reversal=self.reverses_id is not None)
        return {bucket: way * self.amount for bucket, way in ways.items()}


class ToldEntry(models.Model):
    """Since when an entry that waits for a letter may be told outside the chain (docs/adr/0023-money-is-told-late.md).

    Of entries of a file, and of what files left of an envelope: the others may be told since they were made. Written
    once, by `funding.ledger`: a trigger refuses any change.
    """

    entry = models.OneToOneField(LedgerEntry, on_delete=models.PROTECT, primary_key=True, related_name="told")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.entry} {self.at}"
