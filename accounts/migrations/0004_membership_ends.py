"""A membership that ends stays, with its end. The program of before knows only those that run: on the way back the ended
ones go, as it would have deleted them."""

from django.db import migrations, models


def forget_ended(apps, schema_editor):
    apps.get_model("accounts", "Membership").objects.exclude(ended_at=None).delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_version")]

    operations = [
        migrations.RemoveConstraint(model_name="membership", name="membership_once"),
        migrations.AddField(
            model_name="membership", name="ended_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.RunPython(migrations.RunPython.noop, forget_ended),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)), fields=("user", "organisation"), name="membership_once"
            ),
        ),
    ]
