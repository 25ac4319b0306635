"""Partners, agreements, envelopes and the ledger are of `funding` from now on; their tables stay, with rows and triggers."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0002_ledger_append_only'),
        ('funding', '0001_initial'),
        ('awards', '0002_to_funding'),
        ('decisions', '0007_to_funding'),
        ('reports', '0003_to_funding'),
        ('reviews', '0005_to_funding'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='programfunding', name='agreement',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='funding', to='funding.agreement'),
                ),
                migrations.AlterField(
                    model_name='program', name='agreements',
                    field=models.ManyToManyField(related_name='programs', through='programs.ProgramFunding', to='funding.agreement'),
                ),
                migrations.DeleteModel(name='LedgerEntry'),
                migrations.DeleteModel(name='Envelope'),
                migrations.DeleteModel(name='Agreement'),
                migrations.DeleteModel(name='PartnerSeat'),
                migrations.DeleteModel(name='Partner'),
            ],
        ),
    ]
