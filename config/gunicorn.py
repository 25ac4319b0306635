"""How gunicorn serves the product: a few processes of a few threads, recycled. The request log is work.middleware's.

What waits where, and who is told, is `config.serving`'s.
"""

import os

from config.env import env

bind = env("BIND", default="127.0.0.1:8000")
worker_class = "config.serving.Worker"
workers = env.int("WEB_CONCURRENCY", default=2)
threads = env.int("WEB_THREADS", default=4)
timeout = 60
graceful_timeout = 30  # what waits in the queue is served before the process ends
keepalive = 5
max_requests = 2000
max_requests_jitter = 200
preload_app = True  # one import of the product, shared by the processes
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a heartbeat, on memory
forwarded_allow_ips = env("FORWARDED_ALLOW_IPS", default="127.0.0.1")
forwarder_headers = (
    ""  # no client, and no proxy, says under which name we are served: what is counted and barred is ours
)
accesslog = None
errorlog = "-"
control_socket_disable = True
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "work.tracing.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"gunicorn.error": {"handlers": [], "level": "INFO", "propagate": True}},
}
