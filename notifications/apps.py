from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from notifications import figures, services
        from notifications.models import Message
        from work.figures import WorkTable, look_after
        from work.states import Table

        look_after(
            WorkTable(
                key=Table.MESSAGES,
                model=Message,
                rows=lambda user, files: figures.messages_about(files),
                told=figures.told,
                retry=services.retry_given_up,
            )
        )
