"""The bonus that each file asks: what it submitted holds it apart.

A file that a process of the release before submits meanwhile has none, as if all it asks were a reimbursement.
"""

from django.db import migrations

FILL = """
UPDATE applications_application AS file
SET requested_bonus = (sent.canonical::jsonb #>> '{amounts,bonus}')::numeric
FROM applications_snapshot AS sent
WHERE sent.application_id = file.id AND sent.superseded_at IS NULL AND file.requested_amount IS NOT NULL
AND (sent.canonical::jsonb #>> '{amounts,bonus}')::numeric > 0
"""


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0007_requested_bonus'),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
