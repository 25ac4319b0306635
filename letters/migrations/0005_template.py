"""Templates of letters come from `programs`: the rows and their table stay where they are, so nothing is written."""

import django.db.models.deletion
import work.clock
import work.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('letters', '0004_end_former_decision'),
        ('programs', '0003_to_funding'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='LetterTemplate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=work.models.new_public_id, editable=False, unique=True)),
                        ('kind', models.CharField(choices=[('approved', 'approved'), ('declined', 'declined'), ('ineligible', 'ineligible'), ('waitlisted', 'waitlisted'), ('invited', 'invited'), ('reconsidered', 'reconsidered'), ('cancelled', 'cancelled')], max_length=20)),
                        ('number', models.PositiveIntegerField(default=1)),
                        ('subject_fr', models.CharField(max_length=250)),
                        ('subject_en', models.CharField(max_length=250)),
                        ('body_fr', models.TextField()),
                        ('body_en', models.TextField()),
                        ('created_at', models.DateTimeField(default=work.clock.now, editable=False)),
                        ('program', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='letter_templates', to='programs.program')),
                    ],
                    options={
                        'db_table': 'programs_lettertemplate',
                        'constraints': [models.UniqueConstraint(fields=('program', 'kind', 'number'), name='letter_template_version_unique'), models.CheckConstraint(condition=models.Q(('kind__in', ['approved', 'declined', 'ineligible', 'waitlisted', 'invited', 'reconsidered', 'cancelled'])), name='letter_template_kind_known')],
                    },
                ),
                migrations.AlterField(
                    model_name='letter', name='template',
                    field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='letters.lettertemplate'),
                ),
            ],
        ),
    ]
