"""What is looked for among long jobs."""

from django import forms
from django.utils.translation import gettext_lazy as _

from work.states import JobState


class JobFilter(forms.Form):
    """The list's filter, read from its address. What is not understood is left out."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All states")), *JobState.choices])

    def chosen(self) -> str:
        """The state asked for; empty for all."""
        return self.cleaned_data["state"] if self.is_valid() else ""
