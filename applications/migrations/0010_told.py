"""What its applicant was last told of a file, and when: no longer read from the state that it has reached since.

A file whose letter was sent reads as its state does, or as waitlisted where it was recommended again since; one that was
reconsidered, or decided again, and waits for its letter, reads *being assessed* as it did. What an earlier release
writes meanwhile reads so too, until its next letter.
"""

from django.db import migrations, models
from django.db.models import F

PUBLIC = [
    ("draft", "draft"),
    ("closed", "closed draft"),
    ("being_assessed", "being assessed"),
    ("changes_requested", "changes requested"),
    ("approved", "approved"),
    ("declined", "declined"),
    ("ineligible", "ineligible"),
    ("waitlisted", "waitlisted"),
    ("invited", "invited"),
    ("in_reconsideration", "in reconsideration"),
    ("withdrawn", "withdrawn"),
    ("cancelled", "cancelled"),
]
BY_LETTER = ("approved", "invited", "declined", "waitlisted")


def fill(apps, _schema_editor):
    files = apps.get_model("applications", "Application").objects.filter(last_told="")
    files.filter(state="in_reconsideration").update(last_told="in_reconsideration", last_told_at=F("since"))
    told = files.filter(outcome_at__isnull=False)
    told.filter(state__in=BY_LETTER).update(last_told=F("state"), last_told_at=F("outcome_at"))
    told.filter(state__in=("recommended", "reviewed")).update(last_told="waitlisted", last_told_at=F("outcome_at"))


class Migration(migrations.Migration):
    dependencies = [("applications", "0009_who_acts_for_a_party")]

    operations = [
        migrations.AlterField(
            model_name="application",
            name="outcome_at",
            field=models.DateTimeField(blank=True, help_text="When its last letter was sent.", null=True),
        ),
        migrations.AddField(
            model_name="application",
            name="last_told",
            field=models.CharField(
                blank=True,
                choices=PUBLIC,
                db_default="",
                default="",
                help_text="The outcome last told.",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="application", name="last_told_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
