"""The key that letters had to their decision ends.

It is the last step of turning it around, and has a migration of its own: a process of the release before still
writes that column. Where the service is not stopped, run it (`migrate letters`) once none is left, after
`migrate letters 0003` and the restart. What such a process wrote since `decisions.0005` is taken over first.
"""

from django.db import migrations

TAKE_OVER = """
UPDATE decisions_decision SET letter_id = decisions_letter.id FROM decisions_letter
WHERE decisions_letter.decision_id = decisions_decision.id AND decisions_decision.letter_id IS NULL;
SET CONSTRAINTS ALL IMMEDIATE;
"""
GIVE_BACK = """
UPDATE decisions_letter SET decision_id = decisions_decision.id FROM decisions_decision
WHERE decisions_decision.letter_id = decisions_letter.id AND decisions_letter.decision_id IS NULL;
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('decisions', '0006_to_letters'),
        ('letters', '0003_fill_dispatches'),
    ]

    operations = [
        migrations.RunSQL(TAKE_OVER, GIVE_BACK),
        migrations.RemoveField(model_name='letter', name='former_decision'),
    ]
