"""One criterion scored: the point of the scale, and why. And what the applicant will read."""

from collections.abc import Iterable, Mapping
from typing import cast

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.rubric import ScalePoint
from reviews.forms.people import words
from work.forms import TextField, VersionField


class ScoreForm(forms.Form):
    """The point and the comment of one criterion. Both may wait: only a review that is submitted is complete."""

    point = forms.ChoiceField(required=False)
    comment = TextField(label=_("Why this score"), required=False, widget=words(7), max_length=20_000)
    version = VersionField()

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        *,
        scale: Iterable[ScalePoint],
        initial: dict[str, object] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        points = cast("forms.ChoiceField", self.fields["point"])
        points.choices = [("", ""), *((point.value, str(point.label)) for point in scale)]


class FeedbackForm(forms.Form):
    """What the applicant will read of the review, without a name."""

    feedback = TextField(
        label=_("For the applicant"),
        required=False,
        max_length=20_000,
        widget=words(6),
        help_text=_("The letter gives it without your name. Say what was strong and what would make it better."),
    )
    feedback_version = VersionField()
