from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"

    def ready(self) -> None:
        from documents import figures, services
        from documents.models import Rendering
        from work.figures import WorkTable, look_after
        from work.states import Table

        look_after(
            WorkTable(
                key=Table.DOCUMENTS,
                model=Rendering,
                rows=lambda user, files: figures.renderings_about(files),
                told=figures.told,
                retry=services.retry_given_up,
            )
        )
