"""The key between a decision and its letter turns around: a letter will not know what it is about.

Both columns stand side by side until `letters.0004`, so that processes of the release before go on writing theirs.
The old one may be empty from now on: a process of this release does not fill it.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('decisions', '0003_set_aside'),
    ]

    operations = [
        migrations.AlterField(
            model_name='letter',
            name='decision',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='decisions.decision'),
        ),
        migrations.AddField(
            model_name='decision',
            name='letter',
            field=models.OneToOneField(blank=True, help_text='Once it is issued.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='decisions.letter'),
        ),
    ]
