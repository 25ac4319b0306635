"""The broker of one machine: a folder of messages that survives whatever is thrown into it."""

import errno
import json
import os
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
from celery import Celery
from kombu import Connection, Queue
from kombu.asynchronous import Hub
from kombu.asynchronous.timer import Timer
from kombu.exceptions import OperationalError
from kombu.transport import virtual

from config.broker import folder, redis, transport
from config.broker.folder import QueueFolder
from notifications.tasks import send_messages
from ops.places import ROOT

QUEUE = Queue("celery")


@pytest.fixture
def root(tmp_path):
    return tmp_path / "broker"


@pytest.fixture
def broker(root):
    transport.register()
    with Connection("folder://", transport_options={"folder": str(root), "polling_interval": 0.01}) as connection:
        yield connection


def put(broker, *bodies):
    with broker.channel() as channel:
        producer = broker.Producer(channel)
        for body in bodies:
            producer.publish(body, routing_key="celery", serializer="json")


def got(broker, limit=100):
    """The bodies of what waits, each acknowledged."""
    bodies = []
    with broker.channel() as channel:
        while (message := channel.basic_get("celery")) is not None and len(bodies) < limit:
            bodies.append(message.decode())
            message.ack()
    return bodies


def aside(root):
    """The names of what was set aside, without what we put before them."""
    return [path.name.split("-", 2)[2] for path in sorted((root / "set-aside").iterdir())]


def test_messages_come_in_the_order_they_were_put_and_are_gone_when_acknowledged(broker, root):
    put(broker, *range(30))
    assert got(broker) == list(range(30))
    assert list(root.rglob("*.msg")) == []


def test_folders_are_closed_to_others(broker, root):
    put(broker, 1)
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in [root, *root.iterdir()]}
    assert modes == dict.fromkeys(("broker", "queue", "claims", "set-aside"), "0o700")
    assert [oct(path.stat().st_mode & 0o777) for path in (root / "queue").iterdir()] == ["0o600"]


def test_message_is_json(broker, root):
    put(broker, {"a": 1})
    [path] = (root / "queue").iterdir()
    assert json.loads(path.read_text())["content-type"] == "application/json"


def test_message_is_never_seen_half_written(broker, root, monkeypatch):
    seen = []
    rename = os.rename

    def look_and_rename(source, target):
        seen.append(QueueFolder(root).take("celery"))
        rename(source, target)

    put(broker, "first")
    got(broker)
    monkeypatch.setattr(folder.os, "rename", look_and_rename)
    put(broker, "second")
    monkeypatch.undo()
    assert seen == [None]
    assert got(broker) == ["second"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"body": "W10=", "propert',
        b"\xff\xfe\x00",
        b"[]",
        b"{}",
        b'{"body": "W10=", "headers": {}, "properties": {}}',
        b'{"body": "%%%", "headers": {}, "properties": {"delivery_tag": "1", "delivery_info": {}, '
        b'"body_encoding": "unheard of"}}',
        b"[" * 100_000,
    ],
)
def test_file_that_is_no_message_is_set_aside_and_said_once(broker, root, caplog, content):
    put(broker, "before")
    (root / "queue" / "1_x.celery.msg").write_bytes(content)
    put(broker, "after")
    assert got(broker) == ["before", "after"]
    assert got(broker) == []
    assert aside(root) == ["1_x.celery.msg"]
    assert [line.getMessage()[:51] for line in caplog.records] == [
        "Set aside from the broker's folder: '1_x.celery.msg"
    ]


def throw_folder(queue):
    (queue / "2_dir.celery.msg").mkdir()
    (queue / "2_dir.celery.msg" / "inside").write_text("x")


def throw_link(queue):
    (queue / "2_link.celery.msg").symlink_to("/etc/passwd")


def throw_pipe(queue):
    os.mkfifo(queue / "2_pipe.celery.msg")


def throw_odd_name(queue):
    (queue / os.fsdecode(b"\xff\xfe caf\xe9\n.txt")).write_text("x")


def throw_long_name(queue):
    (queue / ("n" * 255)).write_text("x")


def throw_foreign_file(queue):
    (queue / "notes.txt").write_text("x")


@pytest.mark.parametrize(
    "throw", [throw_folder, throw_link, throw_pipe, throw_odd_name, throw_long_name, throw_foreign_file]
)
def test_foreign_thing_is_set_aside_and_the_others_are_read(broker, root, caplog, throw):
    put(broker, "before")
    throw(root / "queue")
    put(broker, "after")
    assert got(broker) == ["before", "after"]
    assert list((root / "queue").iterdir()) == []
    assert len(aside(root)) == 1
    assert len(caplog.records) == 1


def test_folders_named_like_messages_hold_no_handle_and_are_bounded_too(broker, root, monkeypatch):
    monkeypatch.setattr(folder, "KEPT_ASIDE", 3)
    put(broker, 1)
    before = len(os.listdir("/proc/self/fd"))
    for _n in range(5):
        throw_folder(root / "queue")
        assert got(broker) in ([1], [])
    assert len(os.listdir("/proc/self/fd")) <= before + 1
    assert len(aside(root)) == 3


def test_file_that_may_not_be_read_is_set_aside(broker, root, monkeypatch):
    put(broker, "closed", "open")
    opened = os.open
    closed = sorted((root / "queue").iterdir())[0].name

    def refuse(path, *rest, **options):
        if os.fspath(path).endswith(closed) and "claims" in os.fspath(path):
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(path, *rest, **options)

    monkeypatch.setattr(folder.os, "open", refuse)
    assert got(broker) == ["open"]
    assert aside(root) == [closed]


def test_foreign_file_that_cannot_be_moved_is_left_alone_and_said_once(broker, root, monkeypatch, caplog):
    put(broker, "mine")
    (root / "queue" / "stuck.txt").write_text("x")
    rename = os.rename

    def refuse(source, target):
        if "stuck" in os.fspath(source):
            raise OSError(errno.EROFS, "Read-only file system")
        rename(source, target)

    monkeypatch.setattr(folder.os, "rename", refuse)
    assert got(broker) == ["mine"]
    assert got(broker) == []
    assert [line.getMessage()[:45] for line in caplog.records] == ["Left alone in the broker's folder: 'stuck.txt"]


def test_what_is_set_aside_is_bounded(broker, root, monkeypatch):
    monkeypatch.setattr(folder, "KEPT_ASIDE", 3)
    put(broker, 1)
    for number in range(6):
        (root / "queue" / f"{number}.txt").write_text("x")
        assert got(broker) in ([1], [])
    assert aside(root) == ["3.txt", "4.txt", "5.txt"]


@pytest.mark.parametrize("gone", ["", "queue", "claims", "set-aside"])
def test_folder_removed_while_reading_is_made_again_by_the_reader(broker, root, gone):
    with broker.channel() as channel:
        put(broker, 1)
        channel.basic_get("celery").ack()
        subprocess.run(["rm", "-rf", root / gone], check=True)
        assert channel.basic_get("celery") is None
        put(broker, 2)
        (root / "queue" / "1_x.celery.msg").write_text("")
        found = channel.basic_get("celery")
        assert found.decode() == 2
        found.ack()
        assert channel.basic_get("celery") is None
    assert aside(root) == ["1_x.celery.msg"]


def test_folder_removed_is_made_again_by_the_writer(broker, root):
    put(broker, 1)
    subprocess.run(["rm", "-rf", root], check=True)
    put(broker, 2)
    assert got(broker) == [2]


def test_full_disk_is_told_to_the_writer_at_once_and_leaves_nothing(broker, root, monkeypatch):
    put(broker, 1)
    opened = open

    def refuse(path, *rest, **options):
        file = opened(path, *rest, **options)

        def full(content):
            raise OSError(errno.ENOSPC, "No space left on device")

        class Full:
            def __enter__(self):
                return self

            def __exit__(self, *problem):
                file.close()

            write = staticmethod(full)

        return Full()

    monkeypatch.setattr(folder, "open", refuse, raising=False)
    begun = time.monotonic()
    with pytest.raises(OperationalError, match="No space left"):
        put(broker, 2)
    assert time.monotonic() - begun < 0.5
    monkeypatch.undo()
    assert [path.name[0] for path in (root / "queue").iterdir()] == ["0"]  # the first alone, nothing hidden
    assert got(broker) == [1]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_reader_waits_while_the_disk_refuses_and_says_so_once(broker, root, monkeypatch, caplog, number):
    put(broker, 1)
    rename = os.rename

    def refuse(source, target):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(folder.os, "rename", refuse)
    assert [got(broker), got(broker), got(broker)] == [[], [], []]
    monkeypatch.setattr(folder.os, "rename", rename)
    assert got(broker) == [1]
    assert [line.getMessage().split(":")[0] for line in caplog.records] == [
        "The broker's folder cannot be read for now"
    ]


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES, errno.EMFILE])
def test_reader_waits_while_the_folder_cannot_be_listed(broker, root, monkeypatch, number):
    put(broker, 1)

    def refuse(path):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(folder.os, "listdir", refuse)
        assert got(broker) == []
    assert got(broker) == [1]


def test_reader_short_of_file_handles_sets_nothing_aside(broker, root, monkeypatch):
    put(broker, 1)

    def refuse(path, *rest, **options):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with broker.channel() as channel:
        channel.basic_get("celery").reject(requeue=True)  # the claim's own folder exists
        with monkeypatch.context() as patch:
            patch.setattr(folder.os, "open", refuse)
            assert channel.basic_get("celery") is None
        assert aside(root) == []


DYING_READER = """
import os, sys
from pathlib import Path
from config.broker.folder import QueueFolder
folder = QueueFolder(Path(sys.argv[1]))
taken = folder.take("celery")
print(taken.path.name, flush=True)
if sys.argv[2] == "stay":
    sys.stdin.read()
os._exit(9)
"""


def reader(root, what):
    return subprocess.Popen(
        [sys.executable, "-c", DYING_READER, root, what],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_what_a_dead_reader_held_is_put_back(broker, root, monkeypatch):
    put(broker, "held")
    reader(root, "die").wait()
    assert list((root / "queue").iterdir()) == []
    assert got(QueueFolderReader(root)) == ["held"]
    assert [path for path in (root / "claims").iterdir() if not path.name.startswith(f"{os.getpid()}-")] == []


def test_what_is_thrown_among_the_readers_is_set_aside_and_no_link_is_followed(broker, root, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "letter.odt").write_text("x")
    put(broker, 1)
    (root / "claims" / "1_x.celery.msg").touch()
    (root / "claims" / "2_link").symlink_to(elsewhere)
    (root / "claims" / "3_dead").mkdir()
    (root / "claims" / "3_dead" / "4_x.celery.msg").touch()
    assert got(QueueFolderReader(root)) == [1]
    assert sorted(aside(root)) == ["1_x.celery.msg", "2_link", "4_x+1.celery.msg"]
    assert (elsewhere / "letter.odt").exists()


class QueueFolderReader:
    """A connection whose process looks for the dead at once, as one that starts does."""

    def __init__(self, root):
        folder._folders.pop((os.getpid(), root), None)
        self.connection = Connection("folder://", transport_options={"folder": str(root)})

    def channel(self):
        return self.connection.channel()


def test_what_a_living_reader_holds_is_left_to_it(broker, root):
    put(broker, "held")
    living = reader(root, "stay")
    try:
        held = living.stdout.readline().strip()
        assert got(QueueFolderReader(root)) == []
        [path] = root.rglob("*.msg")
        assert (path.name, path.parent.parent.name) == (held, "claims")
    finally:
        living.communicate("")


def test_message_taken_by_another_reader_first_is_passed_over(broker, root):
    put(broker, 1, 2, 3)
    first, second = QueueFolder(root), QueueFolder(root)
    second.look()
    assert first.take("celery").path.name < second.take("celery").path.name
    assert second.take("celery") is not None
    assert (first.take("celery"), second.take("celery")) == (None, None)


def test_folder_is_listed_once_for_many_messages(broker, root, monkeypatch):
    put(broker, *range(50))
    looks = []
    listdir = os.listdir
    monkeypatch.setattr(folder.os, "listdir", lambda path: looks.append(path) or listdir(path))
    assert len(got(broker)) == 50
    assert (
        len([path for path in looks if path == root / "queue"]) <= 3
    )  # one for them, one at the end, one for the dead


def test_message_not_worked_on_is_given_up_in_its_place(broker, root):
    put(broker, 1, 2)
    with broker.channel() as channel:
        channel.basic_get("celery")
    assert got(broker) == [1, 2]


@pytest.mark.parametrize("way", ["given up", "refused", "dead"])
def test_message_that_ends_its_readers_is_set_aside_the_fourth_time(broker, root, monkeypatch, way):
    put(broker, "poison")
    for _reader in range(4):
        assert aside(root) == []
        reader = QueueFolder(root)
        held = reader.take("celery")
        if way == "dead":
            reader.own.file.close()  # as the end of its process does
            QueueFolder(root).recover()
        else:
            reader.put_back(held.path, queue="celery" if way == "refused" else None)
    assert len(aside(root)) == 1
    assert list((root / "queue").iterdir()) == []


def test_message_refused_goes_to_the_end(broker, root):
    put(broker, 1, 2)
    with broker.channel() as channel:
        channel.basic_get("celery").reject(requeue=True)
    assert got(broker) == [2, 1]


def test_message_refused_for_good_is_gone(broker, root):
    put(broker, 1)
    with broker.channel() as channel:
        channel.basic_get("celery").reject()
    assert got(broker) == []


def test_message_read_without_acknowledgement_is_gone(broker, root):
    put(broker, 1, 2)
    with broker.channel() as channel:
        assert channel.basic_get("celery", no_ack=True).decode() == 1
        seen = []
        with broker.Consumer([QUEUE], callbacks=[lambda body, message: seen.append(body)], no_ack=True):
            broker.drain_events(timeout=1)
    assert seen == [2]
    assert list(root.rglob("*.msg")) == []


def test_draining_an_empty_folder_ends_in_time(broker, root):
    with broker.Consumer([QUEUE]), pytest.raises(TimeoutError):
        broker.drain_events(timeout=0.1)


def test_acknowledgement_makes_room_at_once(broker, root):
    """One message at a time, as the worker takes them, without a pause of the polling interval after each."""
    put(broker, *range(20))
    broker.transport.polling_interval = 5
    with broker.Consumer([QUEUE], callbacks=[lambda body, message: message.ack()], prefetch_count=1):
        begun = time.monotonic()
        for _ in range(20):
            broker.drain_events(timeout=5)
    assert time.monotonic() - begun < 2


def test_acknowledgement_in_the_workers_loop_brings_the_next_message_before_the_pool_looks(broker, root):
    """As Celery has it: acknowledged soon, and written to a child by a callback of each tick, whatever its place."""
    hub, given, seen = Hub(timer=Timer()), [], []

    def receive(body, message):
        given.append(body)
        hub.call_soon(message.ack)

    hub.on_tick.add(lambda: seen.append(len(given)))
    broker.transport.polling_interval = 60
    put(broker, *range(5))
    with broker.Consumer([QUEUE], callbacks=[receive], prefetch_count=1):
        broker.transport.register_with_event_loop(broker, hub)
        broker.transport.deliver()
        for _tick in range(5):
            next(hub.loop)
        hub.close()
    assert given == [0, 1, 2, 3, 4]
    assert seen == [2, 3, 4, 5, 5]


def test_queue_is_counted_and_emptied(broker, root):
    put(broker, 1, 2, 3)
    with broker.channel() as channel:
        assert channel.queue_declare("celery").message_count == 3
        assert channel.queue_declare("other").message_count == 0
        assert channel.queue_purge("celery") == 3
        assert channel.queue_declare("celery").message_count == 0


def test_queue_whose_name_would_leave_the_folder_is_refused(broker, root):
    with pytest.raises(ValueError, match="Not a message"):
        broker.Producer(broker.channel()).publish(1, routing_key="../../etc/x")


def test_messages_of_the_former_file_broker_are_read(broker, root):
    put(broker, "x")
    [path] = (root / "queue").iterdir()
    path.rename(path.with_name("123456789_6f1c3f7e-5a1c-4d3e-9f3b-0d7e8c5b2a11.celery.msg"))
    assert got(broker) == ["x"]


def test_what_a_dead_writer_left_unfinished_is_removed_later(broker, root, monkeypatch):
    put(broker, 1)
    hidden = root / "queue" / ".01795715649238044330_1a-00000001.celery.msg"
    hidden.write_text("{")
    old = root / "queue" / ".01795715649238044330_1a-00000002.celery.msg"
    old.write_text("{")
    os.utime(old, (1, 1))
    assert got(QueueFolderReader(root)) == [1]
    assert [path.name for path in (root / "queue").iterdir()] == [hidden.name]


def test_forked_child_neither_gives_up_nor_locks_what_its_parent_holds(broker, root):
    put(broker, 1)
    with broker.channel() as channel:
        held = channel.basic_get("celery")
        child = os.fork()
        if not child:
            channel.close()
            os._exit(0)
        os.waitpid(child, 0)
        assert list((root / "queue").iterdir()) == []
        held.ack()
    assert got(broker) == []


def test_old_name_of_the_broker_means_ours():
    done = subprocess.run(
        [sys.executable, "-c", "from config.celery import app; print(app.connection().transport.driver_name)"],
        cwd=ROOT,
        env={**os.environ, "MODE": "development", "BROKER_URL": "filesystem://"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "folder\n"


def test_task_is_sent_without_a_worker_ever_having_been_there(root):
    transport.register()
    app = Celery("own", broker="folder://")
    app.conf.broker_transport_options = {"folder": str(root)}
    app.send_task("some.task", retry=False)
    assert QueueFolder(root).size("celery") == 1


def test_redis_that_fails_an_acknowledgement_still_makes_room(monkeypatch):
    """Else a worker that takes one message at a time would take none ever after."""
    transport.register()
    connection = Connection("redis://127.0.0.1:1/0")
    assert connection.get_transport_cls() is redis.Transport
    qos = redis.QoS(SimpleNamespace(do_restore=False), prefetch_count=1)

    def fail(*words, **options):
        raise ConnectionError("gone")

    monkeypatch.setattr(qos, "_remove_from_indices", fail)
    for settle in (qos.ack, qos.reject):
        virtual.QoS.append(qos, "message", "tag")
        assert not qos.can_consume()
        with pytest.raises(ConnectionError):
            settle("tag")
        assert qos.can_consume()


def task(**more):
    """The headers of a task as Celery writes them (its protocol 2)."""
    return {"task": "notifications.tasks.send_messages", "id": "1", "eta": None, "expires": None, "retries": 0, **more}


UNREADABLE = {
    "a task that is a list": ([[], {}, {}], task(task=["a"])),
    "a task that is an object": ([[], {}, {}], task(task={})),
    "no id": ([[], {}, {}], {"task": "a"}),
    "an id that is a list": ([[], {}, {}], task(id=[])),
    "a time that is no time": ([[], {}, {}], task(expires="soon")),
    "a time that is a number": ([[], {}, {}], task(eta=5)),
    "limits that are a text": ([[], {}, {}], task(timelimit="long")),
    "one limit": ([[], {}, {}], task(timelimit=[1])),
    "three limits": ([[], {}, {}], task(timelimit=[1, 2, 3])),
    "a limit that no float holds": ([[], {}, {}], task(timelimit=[10**400, None])),
    "a limit without end": ([[], {}, {}], task(timelimit=[None, 1e400])),
    "stamps that are a number": ([[], {}, {}], task(stamped_headers=7)),
    "stamps that are no names": ([[], {}, {}], task(stamped_headers=[[]])),
    "values of stamps that are a list": ([[], {}, {}], task(stamps=[1])),
    "retries that are a list": ([[], {}, {}], task(retries=[1])),
    "no arguments": (5, task()),
    "arguments of other kinds": ([{}, [], {}], task()),
}


@pytest.mark.parametrize(("body", "headers"), UNREADABLE.values(), ids=UNREADABLE)
def test_message_that_celery_cannot_read_is_set_aside_and_the_next_is_read(broker, root, body, headers):
    with broker.channel() as channel:
        producer = broker.Producer(channel)
        producer.publish(body, routing_key="celery", serializer="json", headers=headers)
        producer.publish([[], {}, {}], routing_key="celery", serializer="json", headers=task())
    assert got(broker) == [[[], {}, {}]]
    assert len(aside(root)) == 1


@pytest.mark.parametrize("kind", [None, "", "application/data", "text/plain"])
def test_message_of_another_kind_than_ours_is_set_aside(broker, root, kind):
    put(broker, "odd", "good")
    odd = min((root / "queue").iterdir())
    odd.write_text(json.dumps({**json.loads(odd.read_text()), "content-type": kind}))
    assert got(broker) == ["good"]
    assert len(aside(root)) == 1


def test_message_that_the_worker_cannot_take_is_set_aside_and_the_worker_ends_to_be_started_again(broker, root, caplog):
    """Whatever no check knows of: Celery would go on, with a child that it thinks is at work, and take nothing more."""
    delivered = []

    def take(body, message):
        if body == "odd":
            raise ValueError("too many values to unpack")
        delivered.append(body)
        message.ack()

    put(broker, "odd", "good", "odd", "after")
    with broker.Consumer([QUEUE], callbacks=[take], prefetch_count=1):
        for _ in range(2):
            with pytest.raises(SystemExit):
                broker.drain_events(timeout=1)
            broker.drain_events(timeout=1)
    assert delivered == ["good", "after"]
    assert len(aside(root)) == 2
    assert list(root.rglob("celery.msg")) == []
    assert "ValueError: too many values to unpack" in caplog.text


@pytest.mark.parametrize("lacking", [OSError(errno.EMFILE, "too many files"), MemoryError()], ids=["handles", "memory"])
def test_message_that_the_process_could_not_take_is_put_back(broker, root, lacking):
    lacks, delivered = [True], []

    def take(body, message):
        if lacks.pop():
            raise lacking
        delivered.append(body)
        message.ack()

    put(broker, "good")
    with broker.Consumer([QUEUE], callbacks=[take], prefetch_count=1):
        with pytest.raises(type(lacking)):
            broker.drain_events(timeout=1)
        lacks.append(False)
        broker.drain_events(timeout=1)
    assert (delivered, aside(root)) == (["good"], [])


def test_every_message_of_celery_s_own_is_readable(broker):
    with broker.channel() as channel:
        send_messages.apply_async(connection=broker, expires=60, time_limit=5, soft_time_limit=4.5, countdown=3)
        message = channel.basic_get("celery")
        assert message.headers["task"] == "notifications.tasks.send_messages"
