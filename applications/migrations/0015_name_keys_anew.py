"""Names of sponsors as two of them are compared, by the fold of today. Rows that a process of before writes meanwhile have the
earlier one until they are saved next."""

from django.db import migrations

from work.names import enterprise_key


def fill(apps, schema_editor):
    rows, last = apps.get_model("applications", "Sponsorship").objects, 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk").only("pk", "organisation_name", "name_key")[:500]):
        changed = [one for one in batch if one.name_key != enterprise_key(one.organisation_name)]
        for one in changed:
            one.name_key = enterprise_key(one.organisation_name)
        rows.bulk_update(changed, ["name_key"])
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_name_keys_anew"), ("applications", "0014_ineligible_is_never_told")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
