"""What an administrator types when work will never be done."""

from django import forms
from django.utils.translation import gettext_lazy as _

from work.forms import TextField


class SetAsideForm(forms.Form):
    why = TextField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Kept with it, and in the trail with your name."),
        error_messages={
            "required": _("Say why it will not be done, for whoever reads this later."),
            "max_length": _("At most %(limit_value)d characters (there are %(show_value)d)."),
        },
    )
