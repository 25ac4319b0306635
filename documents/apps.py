from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"

    def ready(self):
        from documents import services, tasks

        services.queued.connect(tasks.nudge, dispatch_uid="documents.nudge")
