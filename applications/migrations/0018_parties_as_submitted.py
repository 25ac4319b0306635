"""What the parties of a file were known by at each submission. Of those before: the name and the NEQ are in what was
signed; the site, the addresses and the sponsor's numbers, which nothing kept, are those of today. Rows that a process of
before writes meanwhile have none: their parties are those of today alone."""

import json

from django.db import migrations, models
from django.db.models import Q

from work import clock
from work.names import domain_of, enterprise_keys


def fill(apps, schema_editor):
    rows, last = apps.get_model("applications", "Snapshot").objects, 0
    batches = rows.select_related("application__organisation").order_by("pk")
    batches = batches.only("pk", "canonical", "application__organisation__website")
    while batch := list(batches.filter(pk__gt=last)[:500]):
        mail = mail_of(apps, {one.application.organisation_id for one in batch})
        signed = {one.pk: json.loads(one.canonical or "{}") for one in batch}
        numbers = numbers_of(apps, {key for one in signed.values() for key in sponsor_of(one)})
        for one in batch:
            organisation = signed[one.pk].get("organisation") or {}
            one.applicant_name = organisation.get("legal_name") or ""
            one.applicant_neq = organisation.get("neq") or ""
            one.applicant_website = one.application.organisation.website
            one.applicant_mail = lines(mail.get(one.application.organisation_id))
            one.sponsor_neqs = lines(
                neq for key in sponsor_of(signed[one.pk]) for neq in numbers.get(key, ())
            )
        rows.bulk_update(batch, FIELDS)
        last = batch[-1].pk


def sponsor_of(signed):
    return enterprise_keys((signed.get("sponsor") or {}).get("organisation") or "")


def mail_of(apps, organisations):
    today = clock.today()
    runs = apps.get_model("accounts", "ClusterAppointment").objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=today), starts_on__lte=today, user__is_active=True
    )
    members = apps.get_model("accounts", "Membership").objects.filter(organisation__in=organisations, ended_at=None)
    found = {}
    for organisation, address in members.exclude(user__in=runs.values("user")).values_list(
        "organisation_id", "user__email"
    ):
        found.setdefault(organisation, set()).add(domain_of(address))
    return found


def numbers_of(apps, keys):
    found = {}
    organisations = apps.get_model("accounts", "Organisation").objects.filter(name_key__in=keys)
    for key, neq in organisations.values_list("name_key", "neq"):
        found.setdefault(key, set()).add(neq)
    return found


def lines(values):
    return "\n".join(sorted(set(values or ())))


FIELDS = ["applicant_name", "applicant_neq", "applicant_website", "applicant_mail", "sponsor_neqs"]
KEPT = {"blank": True, "default": "", "db_default": ""}


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_names_without_articles"), ("applications", "0017_place_words")]

    operations = [
        migrations.AddField("snapshot", "applicant_name", models.CharField(max_length=250, **KEPT)),
        migrations.AddField("snapshot", "applicant_neq", models.CharField(max_length=10, **KEPT)),
        migrations.AddField("snapshot", "applicant_website", models.URLField(**KEPT)),
        migrations.AddField(
            "snapshot",
            "applicant_mail",
            models.TextField(help_text="Domains of the addresses of who acted for it: a line each.", **KEPT),
        ),
        migrations.AddField(
            "snapshot",
            "sponsor_neqs",
            models.TextField(help_text="NEQs registered under the name of its sponsor: a line each.", **KEPT),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
