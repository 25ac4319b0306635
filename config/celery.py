"""The worker's application. Tasks only drain tables; the schedule of the sweeps is here."""

import os

from celery import Celery
from celery.signals import setup_logging, task_postrun, task_prerun

from config.broker import transport

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

transport.register()
app = Celery("passerelle")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# What beat asks for again and again: each task looks in its table for work that no nudge announced.
# name: {"task": "room.tasks.verb_noun", "schedule": seconds, "options": {"expires": seconds}}
# `expires` keeps sweeps from piling up in the broker while no worker runs.
SWEEPS: dict[str, dict] = {
    "send messages": {
        "task": "notifications.tasks.send_messages",
        "schedule": 30,
        "options": {"expires": 30},
    },
    "make the next months of readings": {
        "task": "audit.tasks.make_reading_partitions",
        "schedule": 24 * 3600,
        "options": {"expires": 24 * 3600},
    },
    "render documents": {
        "task": "documents.tasks.render_documents",
        "schedule": 15,
        "options": {"expires": 15},
    },
    "presume letters received": {
        "task": "decisions.tasks.presume_served",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "find letters that failed": {
        "task": "decisions.tasks.fail_letters",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "chase requests for changes": {
        "task": "applications.tasks.chase_requests",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
}
app.conf.beat_schedule = SWEEPS


@setup_logging.connect
def use_own_logging(**ignored):
    """The worker logs as the web does: settings.LOGGING, one JSON object a line."""
    from logging.config import dictConfig

    from django.conf import settings

    dictConfig(settings.LOGGING)


@task_prerun.connect
def take_identifier(task_id, task, **ignored):
    """What a task logs carries the task's identifier, as a request's lines carry the request's."""
    from work import tracing

    task.request.tracing_token = tracing.request_id.set(task_id)


@task_postrun.connect
def drop_identifier(task, **ignored):
    from work import tracing

    token = getattr(task.request, "tracing_token", None)
    if token is not None:
        tracing.request_id.reset(token)
