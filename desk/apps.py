from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "desk"

    def ready(self) -> None:
        from desk import services
        from desk.rules import jobs_administered_by
        from desk.selectors.jobs import looked_after, told
        from work.jobs import shown_also_to
        from work.models import Job
        from work.selectors import WorkTable, look_after
        from work.states import Table

        shown_also_to(jobs_administered_by)
        look_after(
            WorkTable(
                key=Table.JOBS,
                model=Job,
                rows=lambda user, files: looked_after(user),
                told=told,
                retry=services.retry_jobs,
            )
        )
