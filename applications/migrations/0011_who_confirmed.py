"""Whoever confirmed a sponsorship is on the sponsor's side by that alone, whatever name the applicant gave it; so are the
people of the organisations that they acted for at that moment. A request that nobody answered bars nobody by the address
it was sent to, or an applicant could close its file to an officer by naming them."""

from django.db import migrations

BEFORE = """
    SELECT s.application_id, s.user_id, s.standing::varchar(10) AS kind, s.standing IN ('conflict', 'unsure') AS bars,
        ''::varchar(250) AS organisation, NULL::timestamptz AS ended_at
    FROM audit_standing s
    WHERE NOT EXISTS (
        SELECT 1 FROM audit_standing newer
        WHERE newer.application_id = s.application_id AND newer.user_id = s.user_id AND newer.id > s.id
    )
    UNION ALL
    SELECT a.id, m.user_id, 'applicant'::varchar(10), true, o.legal_name, m.ended_at
    FROM accounts_membership m
    JOIN accounts_organisation o ON o.id = m.organisation_id
    JOIN applications_application a ON a.organisation_id = o.id
    UNION ALL
    SELECT s.application_id, m.user_id, 'sponsor'::varchar(10), true, o.legal_name, m.ended_at
    FROM accounts_membership m
    JOIN accounts_organisation o ON o.id = m.organisation_id
    JOIN applications_sponsorship s ON s.name_key = o.name_key AND s.name_key <> ''
    WHERE s.cancelled_at IS NULL AND s.declined_at IS NULL
"""
CONFIRMED = """
    SELECT s.application_id, s.confirmed_by_id, 'sponsor'::varchar(10), true, s.organisation_name, NULL::timestamptz
    FROM applications_sponsorship s
    WHERE s.confirmed_by_id IS NOT NULL AND s.cancelled_at IS NULL
"""
WITH_WHO_CONFIRMED = """
    SELECT s.application_id, m.user_id, 'sponsor'::varchar(10), true, o.legal_name, m.ended_at
    FROM accounts_membership m
    JOIN accounts_organisation o ON o.id = m.organisation_id
    JOIN accounts_membership c ON c.organisation_id = o.id
    JOIN applications_sponsorship s ON s.confirmed_by_id = c.user_id AND s.confirmed_at >= c.since
        AND (c.ended_at IS NULL OR c.ended_at > s.confirmed_at)
    WHERE s.cancelled_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("applications", "0010_told")]

    operations = [
        migrations.RunSQL(
            f"CREATE OR REPLACE VIEW moves_stance AS {BEFORE} UNION ALL {CONFIRMED} UNION ALL {WITH_WHO_CONFIRMED}",
            f"CREATE OR REPLACE VIEW moves_stance AS {BEFORE}",
        ),
    ]
