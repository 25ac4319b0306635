"""A call is logged for its partner, whether a key or one of the partner's people made it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FILL = """
UPDATE reports_apicall SET partner_id = (SELECT partner_id FROM reports_apikey k WHERE k.id = key_id);
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0001_initial"),
        ("reports", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "apicall",
            "partner",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="api_calls",
                to="programs.partner",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            "apicall",
            "partner",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="api_calls", to="programs.partner"
            ),
        ),
        migrations.AddField(
            "apicall",
            "user",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            "apicall",
            "key",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="calls",
                to="reports.apikey",
            ),
        ),
        migrations.AddIndex(
            "apicall", models.Index(fields=["partner", "-at", "-id"], name="api_call_partner_log")
        ),
        migrations.AddConstraint(
            "apicall",
            models.CheckConstraint(
                condition=models.Q(key__isnull=False, user__isnull=True)
                | models.Q(key__isnull=True, user__isnull=False),
                name="api_call_by_a_key_or_a_person",
            ),
        ),
    ]
