"""Its keys name the partners of `funding` from now on; the columns and their constraints stay."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0002_calls_of_a_partner'),
        ('funding', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='apicall', name='partner',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_calls', to='funding.partner'),
                ),
                migrations.AlterField(
                    model_name='apikey', name='partner',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_keys', to='funding.partner'),
                ),
            ],
        ),
    ]
