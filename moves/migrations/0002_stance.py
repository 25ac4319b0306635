"""Where people stand, as one view: here what they declared last. `applications`, which knows the parties of a file,
adds who acts for these."""

from django.db import migrations, models

DECLARED = """
    SELECT s.application_id, s.user_id, s.standing::varchar(10) AS kind, s.standing IN ('conflict', 'unsure') AS bars,
        ''::varchar(250) AS organisation, NULL::timestamptz AS ended_at
    FROM audit_standing s
    WHERE NOT EXISTS (
        SELECT 1 FROM audit_standing newer
        WHERE newer.application_id = s.application_id AND newer.user_id = s.user_id AND newer.id > s.id
    )
"""


class Migration(migrations.Migration):
    dependencies = [("moves", "0001_initial")]

    operations = [
        migrations.RunSQL(f"CREATE VIEW moves_stance AS {DECLARED}", "DROP VIEW moves_stance"),
        migrations.CreateModel(
            name="Stance",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "application_id",
                        "user_id",
                        "kind",
                        "organisation",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("application_id", models.BigIntegerField()),
                ("user_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=10)),
                ("bars", models.BooleanField()),
                ("organisation", models.CharField(max_length=250)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={"db_table": "moves_stance", "managed": False},
        ),
    ]
