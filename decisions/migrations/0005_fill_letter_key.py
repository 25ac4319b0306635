"""Each decision takes the key to its letter; backwards, each letter takes back that to its decision.

One statement, and not in batches: it touches one row a decision that was issued, and holds none that is still open.
"""

from django.db import migrations

FORWARDS = """
UPDATE decisions_decision SET letter_id = decisions_letter.id FROM decisions_letter
WHERE decisions_letter.decision_id = decisions_decision.id AND decisions_decision.letter_id IS NULL
"""
BACKWARDS = """
UPDATE decisions_letter SET decision_id = decisions_decision.id FROM decisions_decision
WHERE decisions_decision.letter_id = decisions_letter.id AND decisions_letter.decision_id IS NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('decisions', '0004_letter_key'),
    ]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
