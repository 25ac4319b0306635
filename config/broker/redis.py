"""kombu's Redis transport, with a worker that outlives an acknowledgement which failed.

Redis stopped just before a task is acknowledged: kombu raises before it forgets the message, Celery logs that and goes
on, and the message holds its place for ever. A worker that takes one message at a time then takes no other, never asks
the dead connection for one, and so never learns that it is dead: it stands still, however long Redis has been back.
"""

from kombu.transport import redis


class QoS(redis.QoS):
    """An acknowledgement that fails makes room as one that succeeds: the message is delivered again, later."""

    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)
        except Exception:
            self._quick_ack(delivery_tag)
            raise

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        try:
            super().reject(delivery_tag, requeue=requeue)
        except Exception:
            self._quick_ack(delivery_tag)
            raise


class Channel(redis.Channel):
    QoS = QoS


class Transport(redis.Transport):
    """For `redis://` and `rediss://`."""

    Channel = Channel
