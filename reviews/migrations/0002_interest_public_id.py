"""An interest on record gets the identifier that its page is addressed by. Reversible: the column goes away."""

from django.db import migrations, models

import work.models


def give_each_its_own(apps, schema_editor):
    Interest = apps.get_model("reviews", "Interest")
    for interest in Interest.objects.filter(public_id__isnull=True).only("pk").iterator():
        Interest.objects.filter(pk=interest.pk).update(public_id=work.models.new_public_id())


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_initial")]

    operations = [
        migrations.AddField("interest", "public_id", models.UUIDField(null=True, editable=False)),
        migrations.RunPython(give_each_its_own, migrations.RunPython.noop),
        migrations.AlterField(
            "interest",
            "public_id",
            models.UUIDField(default=work.models.new_public_id, editable=False, unique=True),
        ),
    ]
