import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import work.clock


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due", models.DateTimeField(default=work.clock.now)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("claimed_until", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.TextField(blank=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("kind", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=200, unique=True)),
                ("address", models.EmailField(max_length=254)),
                ("language", models.CharField(max_length=2)),
                ("context", models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("url_name", models.CharField(blank=True, max_length=100)),
                ("url_args", models.JSONField(default=list, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("application_id", models.BigIntegerField(blank=True, db_index=True, null=True)),
                ("attachment_path", models.CharField(blank=True, max_length=300)),
                ("attachment_name", models.CharField(blank=True, max_length=200)),
                ("attachment_sha256", models.CharField(blank=True, max_length=64)),
                ("created_at", models.DateTimeField(default=work.clock.now)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                (
                    "recipient",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="messages",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True)),
                        fields=["due", "id"],
                        name="notifications_message_todo",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["fr", "en"])), name="notifications_message_language_known"
                    )
                ],
            },
        ),
    ]
