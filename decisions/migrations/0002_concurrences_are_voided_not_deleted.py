from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('decisions', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='concurrence',
            name='concurrence_once',
        ),
        migrations.AddField(
            model_name='concurrence',
            name='voided_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name='concurrence',
            constraint=models.UniqueConstraint(condition=models.Q(('voided_at__isnull', True)), fields=('decision', 'agreement'), name='concurrence_once'),
        ),
    ]
