"""The messages of letters already queued: whose they are is in their key, `letter:<the letter's>:<the person's>`.

Backwards, the keys still say it. A letter that a process of the release before queues meanwhile has no dispatch; the
sweep finds it (`letters.selectors.due_to_advance`), and takes up its messages, which have the same keys.
"""

from django.db import migrations

FILL = """
INSERT INTO letters_dispatch (letter_id, person_id, message_id)
SELECT letter.id, person.id, message.id
FROM notifications_message AS message
JOIN decisions_letter AS letter ON letter.public_id::text = split_part(message.key, ':', 2)
JOIN accounts_user AS person ON person.public_id::text = split_part(message.key, ':', 3)
WHERE message.kind = 'letter' AND message.key LIKE 'letter:%'
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('letters', '0002_dispatch'),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
