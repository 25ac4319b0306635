"""Duties done and standings come from `audit`: the rows and their tables stay where they are, so nothing is written."""

import django.db.models.deletion
import work.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('audit', '0007_to_moves'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='DutyDone',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('application_id', models.BigIntegerField()),
                        ('duty', models.CharField(choices=[('prepare', 'prepare the application'), ('sponsor', 'sponsor the application'), ('screen', 'screen for eligibility'), ('confirm', 'confirm the file'), ('score', 'score'), ('recommend', 'recommend'), ('endorse', 'endorse'), ('approve', 'approve'), ('concur', 'concur'), ('reconsider', 'reconsider'), ('certify_claim', 'certify a claim'), ('approve_claim', 'approve a claim'), ('approve_amendment', 'approve an amendment'), ('release_payment', 'release a payment')], max_length=30)),
                        ('at', models.DateTimeField(default=work.clock.now)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name_plural': 'duties done',
                        'db_table': 'audit_dutydone',
                        'constraints': [models.UniqueConstraint(fields=('application_id', 'user', 'duty'), name='audit_duty_once'), models.CheckConstraint(condition=models.Q(('duty__in', ['prepare', 'sponsor', 'screen', 'confirm', 'score', 'recommend', 'endorse', 'approve', 'concur', 'reconsider', 'certify_claim', 'approve_claim', 'approve_amendment', 'release_payment'])), name='audit_duty_known')],
                    },
                ),
                migrations.CreateModel(
                    name='Standing',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('application_id', models.BigIntegerField()),
                        ('standing', models.CharField(choices=[('clear', 'no conflict of interest'), ('conflict', 'conflict of interest'), ('unsure', 'unsure, to be ruled on')], max_length=10, verbose_name='declaration')),
                        ('at', models.DateTimeField(default=work.clock.now)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'db_table': 'audit_standing',
                        'indexes': [models.Index(fields=['application_id', 'user', '-id'], name='audit_standing_latest'), models.Index(condition=models.Q(('standing__in', ['conflict', 'unsure'])), fields=['user', 'application_id', 'id'], name='audit_standing_barring')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('standing__in', ['clear', 'conflict', 'unsure'])), name='audit_standing_known')],
                    },
                ),
            ],
        ),
    ]
