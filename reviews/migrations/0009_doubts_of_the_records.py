"""A doubt that the records made, apart from one of the person's own. Earlier ones are taken for the person's own: they
wait for their ruling, as they did."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0008_late_conflicts")]

    operations = [
        migrations.AddField(
            model_name="declaration",
            name="by_records",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="A doubt of the records alone: its person said that they have none.",
            ),
        ),
    ]
