"""When a file was found complete. Before there was such a finding, the finding of a submitted file held it: its date is
in the trail. A file that was found ineligible for an answer that did not come was never complete."""

from django.db import migrations, models
from django.db.models import Max, OuterRef, Subquery

UNSCREENED = ("draft", "submitted", "changes_requested")
FINDINGS = ("application.find_eligible", "application.find_ineligible")


def fill(apps, _schema_editor):
    found = apps.get_model("audit", "Entry").objects.filter(verb__in=FINDINGS, before="submitted")
    latest = found.filter(application_id=OuterRef("pk")).order_by().values("application_id").annotate(at=Max("at"))
    files = apps.get_model("applications", "Application").objects.exclude(state__in=UNSCREENED)
    files.filter(complete_at=None).update(complete_at=Subquery(latest.values("at")))


class Migration(migrations.Migration):
    dependencies = [("applications", "0005_versions"), ("audit", "0008_set_up_acts")]

    operations = [
        migrations.AddField(
            model_name="application",
            name="complete_at",
            field=models.DateTimeField(blank=True, help_text="When it was found complete, which is told.", null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
