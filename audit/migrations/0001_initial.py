import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import audit.models
import work.clock


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Epoch",
            fields=[
                ("number", models.PositiveIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(default=work.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("epoch", models.PositiveIntegerField()),
                ("xid", audit.models.Xid8Field(db_default=audit.models.CurrentTransaction(), editable=False)),
                ("kind", models.CharField(max_length=60)),
                ("public_id", models.UUIDField()),
                ("application_id", models.BigIntegerField(blank=True, null=True)),
                ("at", models.DateTimeField(default=work.clock.now)),
                ("gone", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [
                    models.Index(models.F("epoch"), models.F("xid"), models.F("id"), name="audit_change_cursor")
                ],
            },
        ),
        migrations.CreateModel(
            name="Head",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField()),
                ("application_id", models.BigIntegerField(blank=True, db_index=True, null=True)),
                ("count", models.PositiveIntegerField(default=0)),
                ("digest", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("subject_type", "subject_id"), name="audit_head_subject_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveIntegerField()),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField()),
                ("application_id", models.BigIntegerField(blank=True, null=True)),
                ("verb", models.CharField(max_length=80)),
                ("duty", models.CharField(blank=True, max_length=30)),
                ("before", models.CharField(blank=True, max_length=50)),
                ("after", models.CharField(blank=True, max_length=50)),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[("person", "A person"), ("key", "An API key"), ("clock", "The clock")], max_length=10
                    ),
                ),
                ("actor_id", models.BigIntegerField(blank=True, null=True)),
                ("on_behalf_of", models.CharField(blank=True, max_length=100)),
                ("fired_by", models.CharField(blank=True, max_length=80)),
                ("given", models.JSONField(default=dict)),
                ("personal", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("previous", models.CharField(blank=True, max_length=64)),
                ("digest", models.CharField(max_length=64)),
                (
                    "head",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="audit.head"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "entries",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("application_id", models.BigIntegerField()),
                (
                    "standing",
                    models.CharField(
                        choices=[
                            ("clear", "no conflict of interest"),
                            ("conflict", "conflict of interest"),
                            ("unsure", "unsure, to be ruled on"),
                        ],
                        max_length=10,
                        verbose_name="declaration",
                    ),
                ),
                ("at", models.DateTimeField(default=work.clock.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DutyDone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("application_id", models.BigIntegerField()),
                (
                    "duty",
                    models.CharField(
                        choices=[
                            ("prepare", "prepare the application"),
                            ("sponsor", "sponsor the application"),
                            ("screen", "screen for eligibility"),
                            ("confirm", "confirm the file"),
                            ("score", "score"),
                            ("recommend", "recommend"),
                            ("endorse", "endorse"),
                            ("approve", "approve"),
                            ("concur", "concur"),
                            ("reconsider", "reconsider"),
                            ("certify_claim", "certify a claim"),
                            ("approve_claim", "approve a claim"),
                            ("approve_amendment", "approve an amendment"),
                            ("release_payment", "release a payment"),
                        ],
                        max_length=30,
                    ),
                ),
                ("at", models.DateTimeField(default=work.clock.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "duties done",
                "constraints": [
                    models.UniqueConstraint(fields=("application_id", "user", "duty"), name="audit_duty_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "duty__in",
                                [
                                    "prepare",
                                    "sponsor",
                                    "screen",
                                    "confirm",
                                    "score",
                                    "recommend",
                                    "endorse",
                                    "approve",
                                    "concur",
                                    "reconsider",
                                    "certify_claim",
                                    "approve_claim",
                                    "approve_amendment",
                                    "release_payment",
                                ],
                            )
                        ),
                        name="audit_duty_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Erasable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("field", models.CharField(max_length=200)),
                ("salt", models.CharField(blank=True, max_length=64)),
                ("value", models.TextField(blank=True)),
                ("erased_at", models.DateTimeField(blank=True, null=True)),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="erasables", to="audit.entry"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("entry", "field"), name="audit_erasable_once")],
            },
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["application_id", "id"], name="audit_entry_of_file"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["actor_kind", "actor_id", "id"], name="audit_entry_of_actor"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["verb", "id"], name="audit_entry_of_verb"),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(fields=("head", "seq"), name="audit_entry_seq_once"),
        ),
        migrations.AddIndex(
            model_name="standing",
            index=models.Index(fields=["application_id", "user", "-id"], name="audit_standing_latest"),
        ),
        migrations.AddConstraint(
            model_name="standing",
            constraint=models.CheckConstraint(
                condition=models.Q(("standing__in", ["clear", "conflict", "unsure"])), name="audit_standing_known"
            ),
        ),
    ]
