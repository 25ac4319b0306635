"""Names of sponsors as two of them are compared, by the fold of today: without the article, the form and the initials
around them. Rows that a process of before writes meanwhile have the earlier one until they are saved next."""

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
    dependencies = [("accounts", "0006_names_without_articles"), ("applications", "0018_parties_as_submitted")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
