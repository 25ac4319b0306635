"""Duties done and standings are of `moves` from now on; their tables stay, with their rows and triggers."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0006_list_readings'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField(model_name='standing', name='user'),
                migrations.DeleteModel(name='DutyDone'),
                migrations.DeleteModel(name='Standing'),
            ],
        ),
    ]
