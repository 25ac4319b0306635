"""A demonstration left running while things go wrong: `python -m tests.faults.soak FOLDER --minutes 60` (as root).

FOLDER is a fresh clone. Its `make demo` is started with its files on a small disk of its own; messages and letters are
queued all the while; damaged files are thrown into the broker, the disk is filled and freed, and each process is
killed twice. At the end: did it stand, and was every message and letter sent once? Exit code 0 when it was.
"""

import argparse
import collections
import email
import email.policy
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

DISK = "300m"
KILLED = ("worker", "beat", "web", "database", "web child", "worker child")


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


class Soak:
    def __init__(self, folder, minutes, port):
        self.folder = folder.resolve()
        self.store = self.folder / "var" / "demo"
        self.seconds = minutes * 60
        self.port = port
        self.over = threading.Event()
        self.back = collections.defaultdict(list)

    # -------------------------------------------------------------- the demonstration

    def start(self):
        self.store.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "soak", str(self.store)], check=True)
        self.demo = subprocess.Popen(
            ["make", "demo", f"PORT={self.port}"],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        for line in self.demo.stdout:
            say(f"  demo: {line.rstrip()}")
            if found := re.match(r"Ready: (\S+)", line):
                self.url = found[1]
                break
        else:
            sys.exit("The demonstration never became ready.")
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.demo.stdout:
            say(f"  demo: {line.rstrip()}")

    def stop(self):
        self.over.set()
        self.demo.send_signal(signal.SIGINT)
        try:
            self.demo.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(self.demo.pid, signal.SIGKILL)
        subprocess.run(["umount", "-l", str(self.store)], check=False)

    def environment(self):
        socket = re.search(r"socket: (\S+)", (self.folder / "var" / "postgres-demo.txt").read_text())[1]
        return {
            **os.environ,
            "MODE": "demo",
            "DATABASE_URL": f"postgres://postgres@/passerelle?host={socket}",
            "DATA_DIR": str(self.store),
            "BASE_URL": self.url,
        }

    def python(self, *words, **options):
        python = self.folder / ".venv" / "bin" / "python"
        return subprocess.Popen([python, *words], cwd=self.folder, env=self.environment(), text=True, **options)

    # -------------------------------------------------------------- what goes wrong

    def pid(self, name):
        told = json.loads((self.store / "processes.json").read_text())["processes"]
        parent = next(row["pid"] for row in told if row["name"] == name.split()[0])
        if not name.endswith("child"):
            return parent
        tasks = Path(f"/proc/{parent}/task").iterdir()
        children = [pid for task in tasks for pid in (task / "children").read_text().split()]
        return int(children[-1])

    def kill(self, name):
        """kill -9, and how long until readiness, or the process, is back."""
        try:
            before = self.pid(name)
            os.kill(before, signal.SIGKILL)
        except (OSError, StopIteration, TypeError, ValueError, IndexError) as problem:
            say(f"! {name} could not be killed: {problem}")
            return
        start = time.monotonic()
        while time.monotonic() < start + 60:
            time.sleep(0.1)
            try:
                now = self.pid(name)
                if now and now != before and (name.startswith("worker") or name == "beat" or self.answers()):
                    break
            except (OSError, StopIteration, TypeError, ValueError, IndexError):
                continue
        took = time.monotonic() - start
        self.back[name].append(took)
        say(f"{name} was killed, and back after {took:.1f} s")

    def answers(self):
        try:
            with urllib.request.urlopen(f"{self.url}/programs", timeout=5) as page:
                return page.status == 200
        except OSError:
            return False

    def damage_the_broker(self, n):
        for folder in [path for path in (self.store / "broker").rglob("*") if path.is_dir()][:6]:
            try:
                (folder / f"{n}_x.celery.msg").touch()
                (folder / f"{n}_half.celery.msg").write_text('{"body": "half')
                (folder / f"{n}_odd.msg").write_bytes(b"\x00\xff\xfe")
            except OSError:
                continue

    def fill_the_disk(self, seconds=90):
        say("The disk is filled")
        ballast = self.store / "ballast"
        try:
            with ballast.open("wb", buffering=0) as file:
                while True:
                    file.write(b"\0" * 65536)
        except OSError:
            pass
        self.over.wait(seconds)
        ballast.unlink()
        say("The disk is freed")

    def remove_the_broker(self):
        say("The broker's folder is removed")
        subprocess.run(["rm", "-rf", str(self.store / "broker")], check=False)

    def plan(self):
        """What happens when, in parts of the whole."""
        acts = [(0.05 + 0.12 * k, lambda name=name: self.kill(name)) for k, name in enumerate(KILLED)]
        acts += [(0.11 + 0.12 * k, lambda name=name: self.kill(name)) for k, name in enumerate(KILLED)]
        acts += [(0.20, self.fill_the_disk), (0.62, self.fill_the_disk), (0.80, self.remove_the_broker)]
        return sorted(acts, key=lambda act: act[0])

    # -------------------------------------------------------------- the whole

    def run(self):
        self.start()
        feeder = self.python("-m", "tests.faults.soak", "--feed", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        begun, n, down = time.monotonic(), 0, 0
        acts = self.plan()
        while (now := time.monotonic() - begun) < self.seconds and self.demo.poll() is None:
            n += 1
            self.damage_the_broker(n)
            down += not self.answers()
            while acts and now >= acts[0][0] * self.seconds:
                acts.pop(0)[1]()
                now = time.monotonic() - begun
            self.over.wait(10)
        alive = self.demo.poll() is None
        fed = json.loads(feeder.communicate("stop\n", timeout=120)[0].splitlines()[-1])
        say(f"Queued {len(fed['messages'])} messages and {fed['letters']} letters; {down} of {n} looks found no answer")
        return self.judge(alive, fed)

    def judge(self, alive, fed):
        asked = self.python("-m", "tests.faults.soak", "--wait", stdout=subprocess.PIPE)
        waiting = json.loads(asked.communicate(timeout=900)[0].splitlines()[-1])
        sent = collections.Counter()
        for path in (self.store / "mail").glob("*.eml"):
            with path.open("rb") as file:
                sent[email.message_from_binary_file(file, policy=email.policy.default)["Message-ID"]] += 1
        wanted = set(waiting["message_ids"])
        lost, doubled = wanted - set(sent), {key: times for key, times in sent.items() if times > 1}
        trail = self.python("manage.py", "verify_trail", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said = trail.communicate(timeout=300)[0].strip().splitlines()
        say(
            f"alive: {alive}; answers: {self.answers()}; "
            f"still waiting: {waiting['waiting']}; given up: {waiting['stopped']}"
        )
        say(f"messages wanted {len(wanted)}, lost {len(lost)}, doubled {doubled}; letters sent {waiting['letters']}")
        for name, times in self.back.items():
            say(f"{name}: back after {', '.join(f'{t:.1f}' for t in times)} s")
        say(f"verify_trail: {said[-1] if said else ''} (exit {trail.returncode})")
        whole = alive and not lost and not doubled and not waiting["waiting"] and not waiting["stopped"]
        return whole and waiting["letters"] >= fed["letters"] and trail.returncode == 0


# ------------------------------------------------------------------ inside the demonstration's own Django


def feed():
    """Queue a message every two seconds and a letter every twenty, until a line comes on standard input."""
    import django

    django.setup()
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.readline(), stop.set()), daemon=True).start()
    keys, letters, n = [], 0, 0
    while not stop.is_set():
        n += 1
        if insist(stop, lambda n=n: queue_one(n)):
            keys.append(f"soak:{n}")
        if n % 10 == 0 and insist(stop, lambda n=n: queue_letter(n)):
            letters += 1
        stop.wait(2)
    print(json.dumps({"messages": keys, "letters": letters}), flush=True)


def insist(stop, act):
    """Do it, again while the database is away. True once done."""
    from django.db import Error, connection

    while not stop.is_set():
        try:
            act()
            return True
        except Error:
            connection.close()
            stop.wait(1)
    return False


def queue_one(n):
    from notifications.messages import AccountExists
    from notifications.services import queue_message

    queue_message(AccountExists(), to=f"soak-{n}@example.org", key=f"soak:{n}")


def queue_letter(n):
    from django.db import transaction

    from decisions.models import Decision
    from decisions.services.chain import write_letter

    with transaction.atomic():
        told = Decision.objects.filter(state="issued", number=1).order_by("pk").first()
        copy, _made = Decision.objects.get_or_create(
            application=told.application,
            number=1000 + n,
            defaults={
                "kind": told.kind,
                "amount": told.amount,
                "recommendation": told.recommendation,
                "state": "superseded",
                "reasons_fr": told.reasons_fr,
                "reasons_en": told.reasons_en,
            },
        )
        if copy.letter is None:
            write_letter(copy)


def wait():
    """Wait until nothing waits (ten minutes at most), then say what there is."""
    import django

    django.setup()
    from documents.models import Rendering
    from letters.models import Letter
    from notifications.models import Message
    from work.querysets import stopped, unfinished

    end = time.monotonic() + 600
    tables = [Message.objects.all(), Rendering.objects.all()]
    while time.monotonic() < end and any(table.filter(done_at=None).exists() for table in tables):
        time.sleep(2)
    print(
        json.dumps(
            {
                "message_ids": [message.message_id for message in Message.objects.all()],
                "waiting": sum(unfinished(table).count() for table in tables),
                "stopped": sum(stopped(table).count() for table in tables),
                "letters": Letter.objects.filter(decision__number__gte=1000, state__in=("sent", "served")).count(),
            }
        )
    )


def main():
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", nargs="?", type=Path)
    asked.add_argument("--minutes", type=float, default=60)
    asked.add_argument("--port", type=int, default=8900)
    asked.add_argument("--feed", action="store_true")
    asked.add_argument("--wait", action="store_true")
    given = asked.parse_args()
    if given.feed or given.wait:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        return feed() if given.feed else wait()
    soak = Soak(given.folder, given.minutes, given.port)
    try:
        whole = soak.run()
    finally:
        soak.stop()
    say("Stood." if whole else "Did not stand.")
    return sys.exit(0 if whole else 1)


if __name__ == "__main__":
    main()
