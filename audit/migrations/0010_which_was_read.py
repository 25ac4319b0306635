"""Which one was read, where it is one of several, has its column. Rows written before said it within `what`, and are
never changed: they are read as they were meant (`audit.states.read_of`)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0009_readings_of_lists")]

    operations = [
        migrations.AddField(
            model_name="reading",
            name="which",
            field=models.CharField(blank=True, db_default="", max_length=100),
        ),
    ]
