from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class WorkConfig(AppConfig):
    name = "work"

    def ready(self) -> None:
        from django.core import checks

        from work import jobs, nudges, outages, pages, selectors

        autodiscover_modules("tasks")  # every process knows every sweep: readiness and pages ask after them
        nudges.check_nudges()
        outages.check_questions()
        selectors.check_tables()
        pages.check_slots()
        checks.register(pages.check_pages, checks.Tags.urls)
        jobs.check_handlers()  # the lowest app is ready last: every other has said what it handles
