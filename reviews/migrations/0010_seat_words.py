from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0009_doubts_of_the_records'),
    ]

    operations = [
        migrations.AlterField(
            model_name='panelseat',
            name='why_ended',
            field=models.CharField(blank=True, choices=[('role_ended', 'their role on the programme ended'), ('new_panel', 'the file was given to a new committee')], max_length=20),
        ),
    ]
