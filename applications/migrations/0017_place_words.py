from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0016_request_extended'),
    ]

    operations = [
        migrations.AlterField(
            model_name='application',
            name='place',
            field=models.CharField(blank=True, choices=[('', 'no waiting list'), ('reserved', 'money reserved'), ('waiting', 'on the waiting list')], default='', max_length=10),
        ),
    ]
