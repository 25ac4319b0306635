"""The chair's recommendation: an outcome, an amount by envelope whose total is the award, and the reasons."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import cast

from django import forms
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from applications.constants import LONGEST_REASONS
from applications.models import Application
from applications.rules import amount_is_of_outcome, grants_nothing, shares_add_up
from applications.states import BELOW_PASS, FUNDED, OFFERED
from funding.models import Envelope
from moves.refusals import Refusal
from programs.money import Parts
from reviews.forms.people import words
from reviews.selectors import PanelReviews
from work.forms import MoneyField, TextField
from work.money import format_money
from work.numbers import write_number


class RecommendForm(forms.Form):
    """`envelopes`: pairs (envelope, dollars left in it). Each has its own field, named after it. `initial`: what the
    page proposes, whether it is sent or not: an amount that is left as it was proposed is no word of the chair's.

    Where a bonus is requested, what the amount is made of is shown (`parts`), and the form carries the amount of which
    it was (`split_of`): another amount is recommended once its own parts were shown.
    """

    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), widget=forms.RadioSelect)
    amount = MoneyField(label=gettext_lazy("Amount recommended"), required=False)
    split_of = forms.DecimalField(required=False, widget=forms.HiddenInput)
    reasons_fr = TextField(
        label=gettext_lazy("Reasons, in French"),
        widget=words(6, lang="fr"),
        max_length=LONGEST_REASONS,
        help_text=gettext_lazy("The letter gives them to the applicant."),
    )
    reasons_en = TextField(
        label=gettext_lazy("Reasons, in English"),
        widget=words(6, lang="en"),
        max_length=LONGEST_REASONS,
        required=False,
    )
    discussion = TextField(
        label=gettext_lazy("The committee's discussion"), widget=words(5), max_length=LONGEST_REASONS, required=False
    )

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        *,
        application: Application,
        envelopes: Sequence[tuple[Envelope, Decimal]],
        reviews: PanelReviews,
        english: bool = True,
        initial: dict[str, object] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.application, self.envelopes, self.passes = application, envelopes, reviews.passes
        amount = (initial or {}).get("amount")
        # The amount in the form, whatever is wrong with it.
        self.shown = amount if isinstance(amount, Decimal) else None
        outcomes = [one for one in OFFERED if reviews.passes or one in BELOW_PASS]
        cast("forms.ChoiceField", self.fields["outcome"]).choices = [(o.value, capfirst(o.label)) for o in outcomes]
        self.fields["amount"].help_text = _(
            "For an approval only, whole or in part. Maximum %(asked)s, the aid requested, bonus included."
        ) % {"asked": self._money(application.requested_amount or 0)}
        if not english:
            del self.fields["reasons_en"]
        else:
            self.fields["reasons_en"].required = True
        if reviews.must_discuss:
            self.fields["discussion"].required = True
            self.fields["discussion"].help_text = _(
                "The gap between the reviewers' totals is %(gap)s out of 100: "
                "say what the committee discussed and concluded."
            ) % {"gap": write_number(reviews.spread.quantize(Decimal("0.01")).normalize())}
        for envelope, left in envelopes:
            self.fields[self.name_of(envelope)] = MoneyField(
                label=f"{envelope.label} · {envelope.agreement}",
                required=False,
                help_text=_("Available: %(left)s") % {"left": self._money(left)},
            )

    @staticmethod
    def name_of(envelope: Envelope) -> str:
        return f"share_{envelope.public_id}"

    @staticmethod
    def _money(amount: Decimal | int) -> str:
        return format_money(amount, get_language() or "fr")

    @property
    def parts(self) -> Parts | None:
        """What the amount in the form is made of. None where no bonus is requested, or without an amount."""
        requested, amount = self.application.requested, self.shown
        if not requested.bonus or amount is None or not 0 < amount <= requested.total:
            return None
        return requested.of(amount)

    @property
    def share_fields(self) -> list[forms.BoundField]:
        return [self[self.name_of(envelope)] for envelope, _left in self.envelopes]

    @property
    def funded(self) -> str:
        """The outcomes that the amounts are for, as the page shows these by choice."""
        return " ".join(FUNDED)

    def shares(self) -> list[tuple[Envelope, Decimal]]:
        """The amounts typed, by envelope; those left empty are not there."""
        typed = ((envelope, self.cleaned_data.get(self.name_of(envelope))) for envelope, _left in self.envelopes)
        return [(envelope, part) for envelope, part in typed if part]

    def clean(self) -> None:
        self.shown = self.cleaned_data.get("amount")
        outcome = self.cleaned_data.get("outcome")
        if outcome is None:
            return
        if outcome not in FUNDED:
            self._leave_out_amounts()
            return
        amount = self.cleaned_data.get("amount") or Decimal(0)
        if "amount" not in self.errors:
            self._say("amount", amount_is_of_outcome(self.application, outcome, amount))
        if "amount" not in self.errors and self.parts and self.cleaned_data.get("split_of") != amount:
            self.add_error("amount", _("Read below what this amount is made of, then recommend it again."))
        if any(self.name_of(envelope) in self.errors for envelope, _left in self.envelopes):
            return
        if "amount" not in self.errors:
            place = self.name_of(self.envelopes[0][0]) if self.envelopes else "amount"
            self._say(place, shares_add_up(amount, (part for _envelope, part in self.shares())))
        for envelope, left in self.envelopes:
            part = self.cleaned_data.get(self.name_of(envelope)) or Decimal(0)
            if part > left:
                self.add_error(
                    self.name_of(envelope),
                    _("This envelope has %(left)s available.") % {"left": self._money(left)},
                )

    def _leave_out_amounts(self) -> None:
        """Of what grants nothing: those that were proposed, and that nobody changed, are not of it; those that were
        typed are refused, at the first. A file under its pass marks has no such fields on its page."""
        fields = ("amount", *(self.name_of(envelope) for envelope, _left in self.envelopes))
        given = {name: self.cleaned_data.get(name) or Decimal(0) for name in fields if name in self.changed_data}
        typed = {name: amount for name, amount in given.items() if amount}
        self.cleaned_data |= dict.fromkeys(fields)
        if typed and self.passes:
            self._say(next(iter(typed)), grants_nothing(Decimal(0), typed.values()))

    def _say(self, place: str, refusal: Refusal | None) -> None:
        if refusal:
            self.add_error(place, str(refusal.message))
