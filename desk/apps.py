from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "desk"

    def ready(self) -> None:
        from accounts.rules import is_auditor
        from applications.pages import FILE_PAGE, FILE_TABS
        from desk import services
        from desk.pages import FILE, JOB
        from desk.rules import jobs_administered_by
        from desk.selectors.jobs import looked_after, told
        from work.jobs import JOB_PAGE, shown_also_to
        from work.models import Job
        from work.pages import Tab
        from work.selectors import WorkTable, look_after
        from work.states import Table

        FILE_TABS.offer(
            Tab("file-detail", _("The file"), 10),
            Tab(
                "trail-file",
                _("Trail"),
                70,
                lambda user, application: is_auditor(user, application.call.program.cluster_id),
            ),
        )
        FILE_PAGE.fill(FILE)
        JOB_PAGE.fill(JOB)
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
