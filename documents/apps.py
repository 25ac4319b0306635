from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"

    def ready(self) -> None:
        from documents import selectors, services
        from documents.models import Rendering
        from work.selectors import WorkTable, look_after
        from work.states import Table

        look_after(
            WorkTable(
                key=Table.DOCUMENTS,
                model=Rendering,
                rows=lambda user, files: selectors.renderings_about(files),
                told=selectors.told,
                retry=services.retry_given_up,
            )
        )
        services.check_takers()  # the apps above are ready before: each has said what it takes
