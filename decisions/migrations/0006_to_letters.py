"""Letters are of `letters` from now on; their table stays, with its rows, and nothing is written."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('decisions', '0005_fill_letter_key'),
        ('letters', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='decision',
                    name='letter',
                    field=models.OneToOneField(blank=True, help_text='Once it is issued.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decision', to='letters.letter'),
                ),
                migrations.DeleteModel(name='Letter'),
            ],
        ),
    ]
