"""Since when an entry may be told outside the chain. `decisions` fills it, from the letters that left."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import work.clock

FORWARD = """
CREATE TRIGGER told_entry_unchanged BEFORE UPDATE OR DELETE ON funding_toldentry
    FOR EACH ROW EXECUTE FUNCTION programs_ledger_only_grows();
CREATE TRIGGER told_entry_not_emptied BEFORE TRUNCATE ON funding_toldentry
    FOR EACH STATEMENT EXECUTE FUNCTION programs_ledger_only_grows();
"""
BACKWARD = """
DROP TRIGGER told_entry_not_emptied ON funding_toldentry;
DROP TRIGGER told_entry_unchanged ON funding_toldentry;
"""


class Migration(migrations.Migration):
    dependencies = [("funding", "0001_initial"), ("programs", "0002_ledger_append_only")]

    operations = [
        migrations.AddField(
            model_name="envelope",
            name="told_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), default=work.clock.now, editable=False
            ),
        ),
        migrations.CreateModel(
            name="ToldEntry",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="told",
                        serialize=False,
                        to="funding.ledgerentry",
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
