from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "desk"

    def ready(self):
        from desk.rules import jobs_administered_by
        from work.jobs import shown_also_to

        shown_also_to(jobs_administered_by)
