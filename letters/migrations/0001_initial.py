"""Letters come from `decisions`: the rows and their table stay where they are, so nothing is written.

`former_decision` is the key that letters had to their decision, which `0004` ends.
"""

import django.db.models.deletion
import django_fsm
import work.clock
import work.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('applications', '0001_initial'),
        ('decisions', '0005_fill_letter_key'),
        ('documents', '0001_initial'),
        ('programs', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Letter',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=work.models.new_public_id, editable=False, unique=True)),
                        ('due', models.DateTimeField(default=work.clock.now)),
                        ('attempts', models.PositiveSmallIntegerField(default=0)),
                        ('claimed_until', models.DateTimeField(blank=True, null=True)),
                        ('last_error', models.TextField(blank=True)),
                        ('done_at', models.DateTimeField(blank=True, null=True)),
                        ('set_aside_at', models.DateTimeField(blank=True, null=True)),
                        ('set_aside_why', models.TextField(blank=True, db_default='', default='')),
                        ('state', django_fsm.FSMField(choices=[('queued', 'queued'), ('rendered', 'rendered'), ('signed', 'signed'), ('sent', 'sent'), ('served', 'served'), ('failed', 'failed')], default='queued', editable=False, max_length=50, protected=True)),
                        ('failed_from', models.CharField(blank=True, editable=False, max_length=10)),
                        ('kind', models.CharField(choices=[('approved', 'approved'), ('declined', 'declined'), ('ineligible', 'ineligible'), ('waitlisted', 'waitlisted'), ('invited', 'invited'), ('reconsidered', 'reconsidered'), ('cancelled', 'cancelled')], max_length=20)),
                        ('code', models.CharField(max_length=16, unique=True)),
                        ('language', models.CharField(help_text='Of the title and of the text that prevails.', max_length=2)),
                        ('regime', models.CharField(max_length=20)),
                        ('subject_line', models.CharField(max_length=250)),
                        ('html', models.TextField()),
                        ('at', models.DateTimeField(default=work.clock.now)),
                        ('since', models.DateTimeField(default=work.clock.now)),
                        ('sent_at', models.DateTimeField(blank=True, null=True)),
                        ('served_at', models.DateTimeField(blank=True, null=True)),
                        ('read_at', models.DateTimeField(blank=True, null=True)),
                        ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='applications.application')),
                        ('former_decision', models.OneToOneField(db_column='decision_id', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='decisions.decision')),
                        ('rendering', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='letter', to='documents.rendering')),
                        ('set_aside_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('template', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.lettertemplate')),
                    ],
                    options={
                        'db_table': 'decisions_letter',
                        'indexes': [models.Index(fields=['state', 'due'], name='letter_waiting')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'rendered', 'signed', 'sent', 'served', 'failed'])), name='decisions_letter_state_known')],
                    },
                ),
            ],
        ),
    ]
