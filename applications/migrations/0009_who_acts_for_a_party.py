"""Whoever acts for the applicant of a file, or for its sponsor, or did, stands in `moves_stance`. A sponsor is known by
its name alone, so that the name is kept as an organisation's is compared. Rows that a process of before writes meanwhile
have none: their sponsor's people are not known until it is saved next."""

from django.db import migrations, models

from work.names import enterprise_key

DECLARED = """
    SELECT s.application_id, s.user_id, s.standing::varchar(10) AS kind, s.standing IN ('conflict', 'unsure') AS bars,
        ''::varchar(250) AS organisation, NULL::timestamptz AS ended_at
    FROM audit_standing s
    WHERE NOT EXISTS (
        SELECT 1 FROM audit_standing newer
        WHERE newer.application_id = s.application_id AND newer.user_id = s.user_id AND newer.id > s.id
    )
"""
APPLICANT = """
    SELECT a.id, m.user_id, 'applicant'::varchar(10), true, o.legal_name, m.ended_at
    FROM accounts_membership m
    JOIN accounts_organisation o ON o.id = m.organisation_id
    JOIN applications_application a ON a.organisation_id = o.id
"""
SPONSOR = """
    SELECT s.application_id, m.user_id, 'sponsor'::varchar(10), true, o.legal_name, m.ended_at
    FROM accounts_membership m
    JOIN accounts_organisation o ON o.id = m.organisation_id
    JOIN applications_sponsorship s ON s.name_key = o.name_key AND s.name_key <> ''
    WHERE s.cancelled_at IS NULL AND s.declined_at IS NULL
"""


def fill(apps, schema_editor):
    sponsorships = apps.get_model("applications", "Sponsorship").objects
    last = 0
    while batch := list(sponsorships.filter(pk__gt=last).order_by("pk").only("pk", "organisation_name")[:500]):
        for one in batch:
            one.name_key = enterprise_key(one.organisation_name)
        sponsorships.bulk_update(batch, ["name_key"])
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_membership_ends"),
        ("applications", "0008_fill_requested_bonus"),
        ("moves", "0002_stance"),
    ]

    operations = [
        migrations.AddField(
            model_name="sponsorship",
            name="name_key",
            field=models.TextField(db_default="", default="", editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="sponsorship", index=models.Index(fields=["name_key"], name="sponsorship_name")
        ),
        migrations.RunSQL(
            f"CREATE OR REPLACE VIEW moves_stance AS {DECLARED} UNION ALL {APPLICANT} UNION ALL {SPONSOR}",
            f"CREATE OR REPLACE VIEW moves_stance AS {DECLARED}",
        ),
    ]
