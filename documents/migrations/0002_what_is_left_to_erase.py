from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models

# What was removed before is erased once more by the first sweep, which finds most of it gone already.
LEFT = models.Q(gone_at__isnull=False, erased_at__isnull=True)
ONCE_GONE = models.Q(erased_at__isnull=True) | models.Q(gone_at__isnull=False)


class Migration(migrations.Migration):
    atomic = False  # an index built beside the writers

    dependencies = [("documents", "0001_initial")]

    operations = [
        migrations.AddField("upload", "erased_at", models.DateTimeField(blank=True, null=True)),
        AddIndexConcurrently("upload", models.Index(fields=["gone_at"], condition=LEFT, name="upload_to_erase")),
        AddConstraintNotValid(
            "upload", models.CheckConstraint(condition=ONCE_GONE, name="upload_erased_once_gone")
        ),
        ValidateConstraint("upload", "upload_erased_once_gone"),
    ]
