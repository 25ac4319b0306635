from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("applications", "0011_who_confirmed")]

    operations = [
        migrations.AddField(
            model_name="application",
            name="first_complete_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When it was first found complete: from then on the clock is the decision's.",
                null=True,
            ),
        ),
    ]
