"""A letter may be withheld: what it tells was undone before it left.

Back, where there is no such state, it is one that failed, and says so to whoever would try it again; forth, these are
withheld again.
"""

import django_fsm
from django.db import migrations, models

BEFORE = ["queued", "rendered", "signed", "sent", "served", "failed"]
STATES = [*BEFORE, "withheld"]
SAID = "Withheld: its file was withdrawn or cancelled before it left. Do not send it."


def known(states):
    return models.CheckConstraint(condition=models.Q(state__in=states), name="decisions_letter_state_known")


def withhold(apps, _schema_editor):
    letters = apps.get_model("letters", "Letter").objects.filter(state="failed", last_error=SAID)
    letters.update(state="withheld", failed_from="", last_error="")


def fail(apps, _schema_editor):
    letters = apps.get_model("letters", "Letter").objects.filter(state="withheld")
    letters.update(state="failed", failed_from="rendered", last_error=SAID)


class Migration(migrations.Migration):
    dependencies = [("letters", "0005_template")]

    operations = [
        migrations.RemoveConstraint(model_name="letter", name="decisions_letter_state_known"),
        migrations.AlterField(
            model_name="letter",
            name="state",
            field=django_fsm.FSMField(
                choices=[(state, state) for state in STATES],
                default="queued",
                editable=False,
                max_length=50,
                protected=True,
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, fail),
        migrations.AddConstraint(model_name="letter", constraint=known(STATES)),
        migrations.RunPython(withhold, migrations.RunPython.noop),
    ]
