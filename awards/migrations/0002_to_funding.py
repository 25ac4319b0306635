"""Its keys name the envelopes of `funding` from now on; the columns and their constraints stay."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('awards', '0001_initial'),
        ('funding', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='awardshare', name='envelope',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.envelope'),
                ),
            ],
        ),
    ]
