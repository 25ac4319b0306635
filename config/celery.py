"""The worker's application. Tasks only drain tables; the schedule that beat follows is what `work.sweeps` declares."""

import os

from celery import Celery, Task
from celery.signals import import_modules, setup_logging, task_postrun, task_prerun

from config.broker import transport

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

transport.register()
app = Celery("passerelle")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@import_modules.connect(sender=app)
def schedule_sweeps(sender: Celery, **ignored: object) -> None:
    """What beat asks for again and again, as each sweep declares it beside its task (`work.sweeps`).

    Comes after the discovery of the tasks, which is asked for above and happens on the same signal. `expires` keeps
    sweeps from piling up in the broker while no worker runs.
    """
    from work.sweeps import SWEEPS

    sender.conf.beat_schedule = {
        name: {
            "task": name,
            "schedule": sweep.every.total_seconds(),
            "options": {"expires": max(sweep.every.total_seconds(), 60)},
        }
        for name, sweep in SWEEPS.items()
    }


@setup_logging.connect
def use_own_logging(**ignored: object) -> None:
    """The worker logs as the web does: settings.LOGGING, one JSON object a line."""
    from logging.config import dictConfig

    from django.conf import settings

    dictConfig(settings.LOGGING)


@task_prerun.connect
def take_identifier(task_id: str, task: Task, **ignored: object) -> None:
    """What a task logs carries the task's identifier, as a request's lines carry the request's."""
    from work import tracing

    task.request.tracing_token = tracing.request_id.set(task_id)


@task_postrun.connect
def drop_identifier(task: Task, **ignored: object) -> None:
    from work import tracing

    token = getattr(task.request, "tracing_token", None)
    if token is not None:
        tracing.request_id.reset(token)
