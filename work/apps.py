from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class WorkConfig(AppConfig):
    name = "work"

    def ready(self) -> None:
        from work import jobs, nudges, outages, pages, selectors

        autodiscover_modules("tasks")  # every process knows every sweep: readiness and pages ask after them
        nudges.check_nudges()
        outages.check_questions()
        selectors.check_tables()
        pages.check_slots()
        jobs.check_handlers()  # the lowest app is ready last: every other has said what it handles
