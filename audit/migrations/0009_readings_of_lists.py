"""Each list that is shown is one reading, and no longer those taken away alone: the lists that a file was in are found
by an index of what they listed."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0008_set_up_acts")]

    operations = [
        migrations.AddIndex(
            model_name="reading",
            index=GinIndex(
                condition=models.Q(("listed__isnull", False)), fields=["listed"], name="audit_reading_listed"
            ),
        ),
        migrations.RemoveIndex(model_name="reading", name="audit_reading_of_list"),
    ]
