"""Templates of letters are of `letters` from now on; their table stays, with its rows, and nothing is written."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0003_to_funding'),
        ('letters', '0005_template'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name='LetterTemplate')]),
    ]
