"""The outbox: a message is a row first, and mail only later."""

from typing import Any


def queue_message(
    kind, *, to, language=None, context, url_name="", url_args=(), application_id=None, key, attachment=None
) -> Any:
    raise NotImplementedError
