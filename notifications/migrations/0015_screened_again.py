from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0014_where_it_was_sent_back'),
    ]

    operations = [
        migrations.AlterField(
            model_name='message',
            name='kind',
            field=models.CharField(choices=[('invitation', 'Invitation'), ('account_confirm', 'Account Confirm'), ('account_exists', 'Account Exists'), ('password_reset', 'Password Reset'), ('password_changed', 'Password Changed'), ('sponsor_asked', 'Sponsor Asked'), ('sponsor_answered', 'Sponsor Answered'), ('application_received', 'Application Received'), ('application_complete', 'Application Complete'), ('application_withdrawn', 'Application Withdrawn'), ('file_withdrawn', 'File Withdrawn'), ('screened_again', 'Screened Again'), ('changes_requested', 'Changes Requested'), ('changes_answered', 'Changes Answered'), ('changes_reminder', 'Changes Reminder'), ('changes_cancelled', 'Changes Cancelled'), ('next_cohort', 'Next Cohort'), ('changes_overdue', 'Changes Overdue'), ('changes_unanswered', 'Changes Unanswered'), ('call_extended', 'Call Extended'), ('call_cancelled', 'Call Cancelled'), ('review_offered', 'Review Offered'), ('review_opened', 'Review Opened'), ('review_reopened', 'Review Reopened'), ('review_cancelled', 'Review Cancelled'), ('review_declined', 'Review Declined'), ('ruling_asked', 'Ruling Asked'), ('interests_touch', 'Interests Touch'), ('declaration_ruled', 'Declaration Ruled'), ('step_stuck', 'Step Stuck'), ('decision_waiting', 'Decision Waiting'), ('decision_sent_back', 'Decision Sent Back'), ('decision_undone', 'Decision Undone'), ('concurrence_asked', 'Concurrence Asked'), ('concurrence_void', 'Concurrence Void'), ('letter_failed', 'Letter Failed'), ('letter', 'Letter')], max_length=40),
        ),
    ]
