from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from notifications import selectors, services
        from notifications.models import Message
        from work.selectors import WorkTable, look_after
        from work.states import Table

        look_after(
            WorkTable(
                key=Table.MESSAGES,
                model=Message,
                rows=lambda user, files: selectors.messages_about(files),
                told=selectors.told,
                retry=services.retry_given_up,
            )
        )
        services.check_kinds()  # the apps above are ready before: each has said what it takes
