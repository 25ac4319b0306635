"""The name of an organisation as two of them are compared. Rows that a process of before writes meanwhile have none:
they get theirs when they are saved next."""

from django.db import migrations, models

from work.names import enterprise_key


def fill(apps, schema_editor):
    organisations = apps.get_model("accounts", "Organisation").objects
    for batch in _batches(organisations.order_by("pk")):
        for one in batch:
            one.name_key = enterprise_key(one.legal_name)
        organisations.bulk_update(batch, ["name_key"])


def _batches(rows, size=500):
    last = 0
    while batch := list(rows.filter(pk__gt=last).only("pk", "legal_name")[:size]):
        yield batch
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddField(
            "organisation",
            "name_key",
            models.TextField(db_default="", db_index=True, default="", editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
