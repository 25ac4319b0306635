from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("programs", "0004_to_letters"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="appointment",
            name="appointment_approver_has_a_limit",
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role", "approver"), _negated=True),
                    models.Q(("limit__gte", 0), ("limit__isnull", False)),
                    _connector="OR",
                ),
                name="appointment_approver_has_a_limit",
            ),
        ),
    ]
