"""Partners, agreements, envelopes and the ledger come from `programs`: the rows and their tables stay where they are."""

import django.db.models.deletion
import django.db.models.expressions
import work.clock
import work.models
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('programs', '0002_ledger_append_only'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Partner',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=work.models.new_public_id, editable=False, unique=True)),
                        ('cluster', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='partners', to='accounts.cluster')),
                        ('short_name', models.CharField(max_length=20)),
                        ('name_fr', models.CharField(max_length=200)),
                        ('name_en', models.CharField(max_length=200)),
                    ],
                    options={
                        'db_table': 'programs_partner',
                        'constraints': [models.UniqueConstraint(fields=('cluster', 'short_name'), name='partner_short_name_unique')],
                    },
                ),
                migrations.CreateModel(
                    name='PartnerSeat',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='partner_seats', to=settings.AUTH_USER_MODEL)),
                        ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seats', to='funding.partner')),
                        ('role', models.CharField(choices=[('analyst', 'partner analyst'), ('concurrence', 'concurrence officer')], max_length=20)),
                        ('starts_on', models.DateField(default=work.clock.today)),
                        ('ends_on', models.DateField(blank=True, null=True)),
                    ],
                    options={
                        'db_table': 'programs_partnerseat',
                        'constraints': [models.UniqueConstraint(fields=('user', 'partner', 'role'), name='partner_seat_held_once'), models.CheckConstraint(condition=models.Q(('role__in', ['analyst', 'concurrence'])), name='partner_seat_role_known')],
                    },
                ),
                migrations.CreateModel(
                    name='Agreement',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=work.models.new_public_id, editable=False, unique=True)),
                        ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='funding.partner')),
                        ('cluster', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='accounts.cluster')),
                        ('reference', models.CharField(max_length=60)),
                        ('title_fr', models.CharField(max_length=200)),
                        ('title_en', models.CharField(max_length=200)),
                        ('purpose_fr', models.TextField(blank=True)),
                        ('purpose_en', models.TextField(blank=True)),
                        ('starts_on', models.DateField()),
                        ('ends_on', models.DateField()),
                        ('fee_percent', models.DecimalField(decimal_places=4, default=Decimal('0.00'), max_digits=7)),
                        ('concurrence_above', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                        ('language_regime', models.CharField(choices=[('fr_only', 'French only'), ('fr_prevails', 'French prevails, with a courtesy English copy'), ('both_equal', 'Both languages equal')], max_length=20)),
                        ('jurisdiction', models.CharField(choices=[('quebec', 'Québec'), ('federal', 'Federal')], default='quebec', max_length=10)),
                        ('authorisation_number', models.CharField(blank=True, max_length=60)),
                        ('authorisation_date', models.DateField(blank=True, null=True)),
                        ('authorisation_none_reason', models.TextField(blank=True)),
                        ('audit_years', models.PositiveSmallIntegerField(default=7)),
                        ('recovered_reusable', models.BooleanField(default=False)),
                        ('updated_at', models.DateTimeField(default=work.clock.now, editable=False)),
                    ],
                    options={
                        'db_table': 'programs_agreement',
                        'constraints': [models.UniqueConstraint(fields=('cluster', 'reference'), name='agreement_reference_unique'), models.CheckConstraint(condition=models.Q(('starts_on__lte', models.F('ends_on'))), name='agreement_starts_before_it_ends'), models.CheckConstraint(condition=models.Q(('fee_percent__gte', 0), ('fee_percent__lte', 100)), name='agreement_fee_is_a_percentage'), models.CheckConstraint(condition=models.Q(('concurrence_above__isnull', True), ('concurrence_above__gte', 0), _connector='OR'), name='agreement_concurrence_not_negative'), models.CheckConstraint(condition=models.Q(('language_regime__in', ['fr_only', 'fr_prevails', 'both_equal'])), name='agreement_language_regime_known'), models.CheckConstraint(condition=models.Q(('jurisdiction__in', ['quebec', 'federal'])), name='agreement_jurisdiction_known'), models.CheckConstraint(condition=models.Q(models.Q(('authorisation_date__isnull', True), ('authorisation_number', '')), models.Q(models.Q(('authorisation_number', ''), _negated=True), ('authorisation_date__isnull', False)), _connector='OR'), name='agreement_authorisation_has_number_and_date')],
                    },
                ),
                migrations.CreateModel(
                    name='Envelope',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=work.models.new_public_id, editable=False, unique=True)),
                        ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='envelopes', to='funding.agreement')),
                        ('fiscal_year', models.PositiveSmallIntegerField()),
                        ('allocated', models.DecimalField(decimal_places=2, default=Decimal('0.00'), editable=False, max_digits=14)),
                        ('fee', models.DecimalField(decimal_places=2, default=Decimal('0.00'), editable=False, max_digits=14)),
                        ('reserved', models.DecimalField(decimal_places=2, default=Decimal('0.00'), editable=False, max_digits=14)),
                        ('committed', models.DecimalField(decimal_places=2, default=Decimal('0.00'), editable=False, max_digits=14)),
                        ('payable', models.DecimalField(decimal_places=2, default=Decimal('0.00'), editable=False, max_digits=14)),
                        ('paid', models.DecimalField(decimal_places=2, default=Decimal('0.00'), editable=False, max_digits=14)),
                        ('recovered', models.DecimalField(decimal_places=2, default=Decimal('0.00'), editable=False, max_digits=14)),
                        ('returned', models.DecimalField(decimal_places=2, default=Decimal('0.00'), editable=False, max_digits=14)),
                        ('lapsed', models.DecimalField(decimal_places=2, default=Decimal('0.00'), editable=False, max_digits=14)),
                        ('received', models.DecimalField(decimal_places=2, default=Decimal('0.00'), editable=False, max_digits=14)),
                        ('closed_on', models.DateField(blank=True, editable=False, null=True)),
                        ('updated_at', models.DateTimeField(default=work.clock.now, editable=False)),
                    ],
                    options={
                        'db_table': 'programs_envelope',
                        'ordering': ['fiscal_year', 'id'],
                        'constraints': [models.UniqueConstraint(fields=('agreement', 'fiscal_year'), name='envelope_one_per_year'), models.CheckConstraint(condition=models.Q(('fiscal_year__gte', 2000), ('fiscal_year__lte', 2100)), name='envelope_fiscal_year_known'), models.CheckConstraint(condition=models.Q(('allocated__gte', 0)), name='envelope_allocated_not_negative'), models.CheckConstraint(condition=models.Q(('fee__gte', 0)), name='envelope_fee_not_negative'), models.CheckConstraint(condition=models.Q(('reserved__gte', 0)), name='envelope_reserved_not_negative'), models.CheckConstraint(condition=models.Q(('committed__gte', 0)), name='envelope_committed_not_negative'), models.CheckConstraint(condition=models.Q(('payable__gte', 0)), name='envelope_payable_not_negative'), models.CheckConstraint(condition=models.Q(('paid__gte', 0)), name='envelope_paid_not_negative'), models.CheckConstraint(condition=models.Q(('recovered__gte', 0)), name='envelope_recovered_not_negative'), models.CheckConstraint(condition=models.Q(('returned__gte', 0)), name='envelope_returned_not_negative'), models.CheckConstraint(condition=models.Q(('lapsed__gte', 0)), name='envelope_lapsed_not_negative'), models.CheckConstraint(condition=models.Q(('received__gte', 0)), name='envelope_received_not_negative'), models.CheckConstraint(condition=models.Q(('allocated__gte', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('fee'), '+', models.F('reserved')), '+', models.F('committed')), '+', models.F('payable')), '+', models.F('paid')), '+', models.F('lapsed')))), name='envelope_within_allocation'), models.CheckConstraint(condition=models.Q(('returned__lte', models.F('recovered'))), name='envelope_returned_was_recovered'), models.CheckConstraint(condition=models.Q(('recovered__lte', models.F('paid'))), name='envelope_recovered_was_paid')],
                    },
                ),
                migrations.CreateModel(
                    name='LedgerEntry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=work.models.new_public_id, editable=False, unique=True)),
                        ('envelope', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='funding.envelope')),
                        ('kind', models.CharField(choices=[('allocate', 'Allocated'), ('fee', 'Administration fee'), ('reserve', 'Reserved'), ('commit', 'Committed'), ('release', 'Released'), ('accrue', 'Payable at year-end'), ('pay', 'Paid'), ('recover', 'Recovered'), ('return', 'Returned to the partner'), ('reuse', 'Recovered money made available again'), ('reprofile_out', 'Carried over to another year'), ('reprofile_in', 'Carried over from another year'), ('lapse', 'Lapsed'), ('receive', 'Cash received from the partner')], max_length=20)),
                        ('from_bucket', models.CharField(blank=True, max_length=20)),
                        ('amount', models.DecimalField(decimal_places=2, max_digits=14)),
                        ('application_id', models.BigIntegerField(blank=True, null=True)),
                        ('move', models.CharField(blank=True, max_length=60)),
                        ('at', models.DateTimeField(default=work.clock.now)),
                        ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('actor', models.CharField(default='person', max_length=20)),
                        ('note', models.TextField(blank=True)),
                        ('consent', models.TextField(blank=True)),
                        ('counterpart', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='counterpart_entries', to='funding.envelope')),
                        ('reverses', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='funding.ledgerentry')),
                    ],
                    options={
                        'verbose_name_plural': 'ledger entries',
                        'db_table': 'programs_ledgerentry',
                        'ordering': ['id'],
                        'indexes': [models.Index(fields=['envelope', 'id'], name='ledger_entry_statement'), models.Index(fields=['application_id', 'envelope', 'id'], name='ledger_entry_file')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='ledger_entry_amount_positive'), models.CheckConstraint(condition=models.Q(models.Q(('from_bucket', ''), ('kind', 'allocate')), models.Q(('from_bucket', ''), ('kind', 'fee')), models.Q(('from_bucket', ''), ('kind', 'reserve')), models.Q(('from_bucket', 'reserved'), ('kind', 'commit')), models.Q(('from_bucket', 'reserved'), ('kind', 'release')), models.Q(('from_bucket', 'committed'), ('kind', 'release')), models.Q(('from_bucket', 'committed'), ('kind', 'accrue')), models.Q(('from_bucket', 'committed'), ('kind', 'pay')), models.Q(('from_bucket', 'payable'), ('kind', 'pay')), models.Q(('from_bucket', ''), ('kind', 'recover')), models.Q(('from_bucket', ''), ('kind', 'return')), models.Q(('from_bucket', ''), ('kind', 'reuse')), models.Q(('from_bucket', ''), ('kind', 'reprofile_out')), models.Q(('from_bucket', ''), ('kind', 'reprofile_in')), models.Q(('from_bucket', ''), ('kind', 'lapse')), models.Q(('from_bucket', ''), ('kind', 'receive')), _connector='OR'), name='ledger_entry_flow_known'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['reserve', 'commit', 'release', 'accrue', 'pay', 'recover', 'reuse']), _negated=True), ('application_id__isnull', False), _connector='OR'), name='ledger_entry_names_its_file'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['reprofile_out', 'reprofile_in']), _negated=True), models.Q(models.Q(('consent', ''), _negated=True), ('counterpart__isnull', False)), _connector='OR'), name='ledger_entry_carry_over_has_consent'), models.CheckConstraint(condition=models.Q(models.Q(('actor', 'person'), ('by__isnull', False)), models.Q(models.Q(('actor', 'person'), _negated=True), ('by__isnull', True)), _connector='OR'), name='ledger_entry_has_an_actor')],
                    },
                ),
            ],
        ),
    ]
