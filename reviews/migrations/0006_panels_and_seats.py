"""Panels and seats as rows: those of each call, and those of files that a reconsideration gave to a new panel, from who
was given which file."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Max, Min, Q

import work.clock


def fill(apps, schema_editor):
    """A seat for each person and side of those who were given a file, since their first. What a file's new panel was
    given came after the first one's reviews were set aside."""
    Assignment, Panel, PanelSeat = (apps.get_model("reviews", name) for name in ("Assignment", "Panel", "PanelSeat"))
    given = Assignment.objects.order_by()
    aside = given.filter(set_aside_at__isnull=False).values_list("application_id", "application__call_id")
    seats, anew = [], Q(pk__in=[])
    for application, call, at in aside.annotate(at=Max("set_aside_at")):
        own = Q(application_id=application, at__gte=at)
        panel = Panel.objects.create(call_id=call, application_id=application, since=at)
        seats += _seats(PanelSeat, panel, given.filter(own))
        anew |= own
    for call, at in given.values_list("application__call_id").annotate(at=Min("at")):
        panel = Panel.objects.create(call_id=call, since=at)
        seats += _seats(PanelSeat, panel, given.filter(application__call_id=call).exclude(anew))
    PanelSeat.objects.bulk_create(seats, batch_size=1000)


def _seats(PanelSeat, panel, given):
    return [
        PanelSeat(panel=panel, person_id=person, sits_as=side, since=first)
        for person, side, first in given.values_list("reviewer_id", "seat").annotate(first=Min("at"))
    ]


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('applications', '0006_complete'),
        ('programs', '0005_approver_has_a_limit'),
        ('reviews', '0005_to_funding'),
    ]

    operations = [
        migrations.CreateModel(
            name='Panel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(default=work.clock.now)),
                ('until', models.DateTimeField(blank=True, null=True)),
                ('application', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='panels', to='applications.application')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='panels', to='programs.call')),
            ],
        ),
        migrations.CreateModel(
            name='PanelSeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sits_as', models.CharField(choices=[('cluster', 'cluster'), ('industry', 'industry'), ('independent', 'independent'), ('chair', 'committee chair')], max_length=20)),
                ('since', models.DateTimeField(default=work.clock.now)),
                ('until', models.DateTimeField(blank=True, null=True)),
                ('why_ended', models.CharField(blank=True, choices=[('role_ended', 'their role on the programme ended'), ('new_panel', 'the file was given to a new panel')], max_length=20)),
                ('panel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seats', to='reviews.panel')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='panel_seats', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddConstraint(
            model_name='panel',
            constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('call', 'application'), name='panel_one_runs', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='panelseat',
            constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('panel', 'person', 'sits_as'), name='seat_taken_once'),
        ),
        migrations.AddConstraint(
            model_name='panelseat',
            constraint=models.CheckConstraint(condition=models.Q(('sits_as__in', ['cluster', 'industry', 'independent', 'chair'])), name='seat_sits_as_known'),
        ),
        migrations.AddConstraint(
            model_name='panelseat',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('until__isnull', True), ('why_ended', '')), models.Q(('until__isnull', False), ('why_ended__in', ['role_ended', 'new_panel'])), _connector='OR'), name='seat_ends_for_a_reason'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
