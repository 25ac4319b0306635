from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "work"

    def ready(self):
        from work import jobs, tasks

        jobs.queued.connect(tasks.nudge, dispatch_uid="work.nudge")
        jobs.check_handlers()  # the lowest app is ready last: every other has said what it handles
