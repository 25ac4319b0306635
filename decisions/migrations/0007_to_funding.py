"""Its keys name the agreements and envelopes of `funding` from now on; the columns and their constraints stay."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('decisions', '0006_to_letters'),
        ('funding', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='concurrence', name='agreement',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='concurrences', to='funding.agreement'),
                ),
                migrations.AlterField(
                    model_name='decisionshare', name='envelope',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.envelope'),
                ),
            ],
        ),
    ]
