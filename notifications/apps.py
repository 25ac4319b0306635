from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self):
        from notifications import services, tasks

        services.queued.connect(tasks.nudge, dispatch_uid="notifications.nudge")
