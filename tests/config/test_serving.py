"""The server when all its threads are taken: who is answered, who waits, who is told; and clients of every kind."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import threading
import time
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from config.arrivals import BODY_MOST, HEAD_MOST, Arrival, is_to_come, read_arrival
from config.busy import LONGEST, SHORTEST, busy_answer
from config.lines import Line
from config.reserve import LONGEST as LONGEST_COOKIES
from config.reserve import has_place, place_for
from config.serving import Worker
from ops.demo import free_port
from ops.places import PYTHON, ROOT

SESSION = "a-session-key"


def get(path, *, method="GET", cookie="", more=""):
    cookies = f"Cookie: {cookie}\r\n" if cookie else ""
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{cookies}{more}\r\n".encode()


def post(path, body=b"x" * 10):
    return get(path, method="POST", more=f"Content-Length: {len(body)}\r\n") + body


def staff():
    return f"sessionid={SESSION}; place={place_for(SESSION)}"


# ---------------------------------------------------------------- what the first bytes tell


@pytest.mark.parametrize(
    ("head", "arrival"),
    [
        (get("/health/live?x=1"), Arrival("GET", "/health/live", 0, "")),
        (get("/a", cookie="b=c", more="content-length: 0\r\n"), Arrival("GET", "/a", 0, "b=c")),
        (get("/a", cookie="b=c", more="Cookie: d=e\r\n"), Arrival("GET", "/a", 0, "b=c; d=e")),
        (post("/a"), Arrival("POST", "/a", 10, "")),
        (get("/a", method="POST", more="Transfer-Encoding: chunked\r\n"), Arrival("POST", "/a", None, "")),
        (get("/a", more="Content-Length: 5\r\nExpect: 100-continue\r\n"), Arrival("GET", "/a", None, "")),
        (get("/a", more="Content-Length: +5\r\n"), Arrival("GET", "/a", None, "")),
        (get("/a", more="Content-Length: ²\r\n"), Arrival("GET", "/a", None, "")),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", None),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", None),
        (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", None),
    ],
)
def test_arrival_is_read_from_the_head(head, arrival):
    assert read_arrival(head) == arrival


@pytest.mark.parametrize(
    ("held", "more"),
    [
        (b"POST /a HTTP/1.1\r\nContent-", True),
        (post("/a")[:-1], True),
        (post("/a"), False),
        (post("/a") + get("/b")[:9], False),  # the next one is looked at in its turn
        (post("/a", b"x" * BODY_MOST)[:-1], True),
        (post("/a", b"x" * (BODY_MOST + 1))[:-1], False),  # a thread reads it
        (get("/a", method="POST", more="Transfer-Encoding: chunked\r\n"), False),
        (b"x" * (HEAD_MOST - 1), True),
        (b"x" * HEAD_MOST, False),
    ],
)
def test_head_and_short_body_are_waited_for_without_a_thread(held, more):
    assert is_to_come(held, read_arrival(held)) is more


@pytest.mark.parametrize(
    ("request_", "probe", "told"),
    [
        (get("/health/live"), True, True),
        (get("/health/live", method="HEAD"), True, True),
        (get("/health/live", method="POST"), False, False),
        (get("/health/live", more="Content-Length: 5\r\n"), False, False),  # its body could be waited for
        (get("/health/live/"), False, True),
        (get("/health/ready"), False, False),
        (post("/applications/new"), False, False),
        (get("/", method="DELETE"), False, False),
    ],
)
def test_probe_is_exact_and_only_readers_are_told_to_wait(request_, probe, told):
    arrival = read_arrival(request_)
    assert (arrival.is_probe, arrival.may_be_told_to_wait) == (probe, told)


def test_busy_page_speaks_both_languages_and_needs_nothing_else():
    head, _, body = busy_answer(Arrival("GET", "/calls", 0, ""), before=214, seconds=31.2).partition(b"\r\n\r\n")
    head, text = head.decode(), body.decode()
    again = int(head.partition("Retry-After: ")[2].split("\r\n")[0])
    assert 32 <= again <= 37
    assert f'<meta http-equiv="refresh" content="{again}">' in text
    assert (
        "avant la vôtre\xa0: environ\xa0<strong>214</strong>. Attente\xa0: environ\xa0<strong>32\xa0s</strong>." in text
    )
    assert "Ahead of you: about <strong>214</strong>. Estimated wait: about <strong>32\xa0s</strong>." in text
    assert "$" not in text
    assert "<script" not in text
    assert "<link" not in text
    assert f"Content-Length: {len(body)}" in head


@pytest.mark.parametrize(
    ("before", "seconds", "french", "english", "wait"),
    [(0, 0.2, "1", "1", "1\xa0s"), (1, 90, "1", "1", "90\xa0s"), (1200, 3700, "1\xa0200", "1,200", "62\xa0min")],
)
def test_busy_page_counts_as_a_person_does(before, seconds, french, english, wait):
    text = busy_answer(Arrival("GET", "/", 0, ""), before=before, seconds=seconds).decode()
    assert f"environ\xa0<strong>{french}</strong>. Attente\xa0: environ\xa0<strong>{wait}</strong>" in text
    assert f"about <strong>{english}</strong>. Estimated wait: about <strong>{wait}</strong>" in text


def test_busy_page_asks_again_within_two_minutes():
    head = busy_answer(Arrival("GET", "/", 0, ""), before=9000, seconds=4000).decode()
    assert int(head.partition("Retry-After: ")[2].split("\r\n")[0]) <= LONGEST + 5


def test_busy_page_is_left_time_to_be_read():
    head = busy_answer(Arrival("GET", "/", 0, ""), before=1, seconds=0.1).decode()
    assert int(head.partition("Retry-After: ")[2].split("\r\n")[0]) >= SHORTEST


def test_busy_api_is_told_in_its_own_manner_and_a_head_has_no_body():
    answer = busy_answer(Arrival("GET", "/api/v1/calls", 0, ""), before=1, seconds=3).decode()
    assert "Content-Type: application/problem+json" in answer
    assert json.loads(answer.partition("\r\n\r\n")[2])["status"] == 503
    assert busy_answer(Arrival("HEAD", "/", 0, ""), before=1, seconds=3).endswith(b"\r\n\r\n")


# ---------------------------------------------------------------- the place of staff


def test_place_holds_with_its_session_alone_and_until_its_end(clock_at, settings):
    from datetime import UTC, datetime, timedelta

    now = datetime(2026, 9, 14, 14, tzinfo=UTC)
    clock_at(now)
    place = place_for(SESSION)
    assert SESSION not in place
    assert has_place(f"sessionid={SESSION}; place={place}")
    assert not has_place(f"sessionid=another; place={place}")
    assert not has_place(f"place={place}")
    assert not has_place(f"sessionid={SESSION}")
    ends, _dot, signature = place.partition(".")
    assert not has_place(f"sessionid={SESSION}; place={int(ends) + 9}.{signature}")
    assert not has_place(f"sessionid={SESSION}; place={ends}.")
    assert not has_place(f"sessionid={SESSION}; place=²{ends}.é")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 8, [settings.SECRET_KEY]
    assert has_place(f"sessionid={SESSION}; place={place}")
    clock_at(now + timedelta(hours=1, seconds=1))
    assert not has_place(f"sessionid={SESSION}; place={place}")


def test_long_cookies_are_not_read_in_the_main_loop(clock_at):
    assert has_place(staff())
    assert not has_place(staff() + "; x=" + "y" * LONGEST_COOKIES)


@pytest.mark.parametrize(("reserve", "ordinary", "line"), [(0, 1, "reserve"), (3, 1, "ordinary"), (1, 3, "reserve")])
def test_staff_wait_where_the_line_is_shorter(reserve, ordinary, line):
    made = SimpleNamespace(uploads=None, ordinary=Line("ordinary", 1), reserve=Line("reserve", 1))
    made.ordinary.inside, made.reserve.inside = 1 + ordinary, reserve
    assert Worker.line_for(made, Arrival("GET", "/files", 0, staff())) is getattr(made, line)
    assert Worker.line_for(made, Arrival("GET", "/files", 0, "")) is made.ordinary


# ---------------------------------------------------------------- a server


@dataclass
class Server:
    port: int
    process: subprocess.Popen

    def open(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def ask(self, request):
        """Status, head and body of the answer to one request on a connection of its own; and the seconds it took."""
        start = time.monotonic()
        with self.open() as link:
            link.sendall(request)
            status, head, body = read_answer(link.makefile("rb"))
        return status, head, body, time.monotonic() - start

    @contextlib.contextmanager
    def held(self, seconds=3, count=2):
        """All ordinary threads are taken for `seconds` by requests."""
        links = [self.open() for _n in range(count)]
        for link in links:
            link.sendall(get(f"/slow/{seconds}"))
        time.sleep(0.2)
        yield
        for link in links:
            link.close()


def read_answer(file):
    status = int(file.readline().split()[1])
    head = {}
    while (line := file.readline().strip()) != b"":
        name, _, value = line.decode().partition(": ")
        head[name.lower()] = value
    return status, head, file.read(int(head["content-length"])).decode()


@contextlib.contextmanager
def server(tmp_path, *options, worker="config.serving.Worker"):
    port = free_port(8730)
    command = [PYTHON, "-m", "gunicorn", "-k", worker, "-b", f"127.0.0.1:{port}", "--threads", "2"]
    command += ["--no-control-socket", "--graceful-timeout", "20", *options, "tests.config.held:application"]
    told = {
        **os.environ,
        "MODE": "test",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "WEB_QUEUE_SECONDS": "0.5",
        "WEB_RESERVE_THREADS": "1",
        "WEB_UPLOAD_THREADS": "2",
        "DATA_DIR": str(tmp_path),
    }
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=told, stdout=log, stderr=log)
    try:
        made = Server(port, process)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                if made.ask(get("/up"))[0] == 200:
                    break
            time.sleep(0.05)
        yield made
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


@pytest.fixture
def running(tmp_path):
    with server(tmp_path) as made:
        yield made


@pytest.mark.slow
def test_everybody_has_their_place_when_all_threads_are_taken(running):
    answers = {}

    def ask(name, request):
        answers[name] = running.ask(request)

    with running.held(seconds=3):
        submission = threading.Thread(target=ask, args=("post", post("/submit")))
        early = threading.Thread(target=ask, args=("early", get("/early")))
        submission.start(), early.start()
        status, _, body, took = running.ask(get("/health/live", cookie="sessionid=x"))
        assert (status, body) == (200, "GET /health/live live 0 False")
        assert took < 0.5
        status, _, body, took = running.ask(get("/files", cookie=staff()))
        assert (status, body.split()[2]) == (200, "reserve")
        assert took < 0.5
        assert running.ask(get("/static/app.css"))[2].split()[2] == "static"
        time.sleep(0.8)  # who waits has waited longer than a page may
        for cookie in ("", f"sessionid=other; place={place_for(SESSION)}", "sessionid=a; place=99999999999.forged"):
            status, head, body, took = running.ask(get("/files", cookie=cookie))
            assert (status, took < 0.5) == (503, True)
            assert int(head["retry-after"]) >= SHORTEST
            assert "Pages à servir avant la vôtre" in body
        assert running.ask(get("/api/v1/calls"))[1]["content-type"] == "application/problem+json"
        late = threading.Thread(target=ask, args=("late", post("/submit")))
        late.start()
        early.join(5)
        assert answers["early"][0] == 503, "a page that waited is told too"
        assert answers["early"][3] < 2
        assert "post" not in answers
        submission.join(10), late.join(10)
    assert (answers["post"][0], answers["late"][0]) == (200, 200), "a submission is never turned away"
    assert answers["post"][2] == "POST /submit ordinary 10 False"
    assert running.ask(get("/files"))[0] == 200


@pytest.mark.slow
def test_slow_silent_and_leaving_clients_hold_nobody(running):
    links = [running.open() for _n in range(60)]
    try:
        for number, link in enumerate(links):
            if number % 3 == 1:
                link.sendall(b"GET /half HTTP/1.1\r\nHost: ")
            if number % 3 == 2:
                link.sendall(get("/done", more="Connection: close\r\n"))  # and the end of the answer is never read
        for path in ("/health/live", "/page", "/static/x"):
            status, _, _, took = running.ask(get(path))
            assert (status, took < 0.5) == (200, True)
        assert running.ask(post("/submit"))[3] < 0.5
        for link in links[::3]:
            link.close()
        assert running.ask(get("/page"))[3] < 0.5
    finally:
        for link in links:
            link.close()


@pytest.mark.slow
def test_those_who_send_slowly_hold_nobody_but_those_who_send_files(running):
    short, long = post("/submit", b"x" * 5000), post("/large", b"y" * 1_000_000)
    links = [running.open() for _n in range(40)]
    try:
        for number, link in enumerate(links):
            link.sendall((long if number % 2 else short)[:300])
        time.sleep(0.3)
        for request in (get("/page"), get("/health/live"), get("/static/x"), short):
            status, _, body, took = running.ask(request)
            assert (status, took < 0.5) == (200, True)
        assert body == "POST /submit ordinary 5000 False"
        for link in links[1::2]:  # they give up
            link.close()
        assert running.ask(long)[2] == "POST /large uploads 1000000 False"
        for link in links[::2]:
            link.sendall(short[300:])
            assert read_answer(link.makefile("rb"))[2] == "POST /submit ordinary 5000 False"
    finally:
        for link in links:
            link.close()


@pytest.mark.slow
def test_each_request_of_a_connection_is_placed_anew(running):
    with running.open() as link, link.makefile("rb") as file:
        for path, place in (("/page", "ordinary"), ("/health/live", "live"), ("/static/x", "static")) * 2:
            link.sendall(get(path))
            assert read_answer(file)[2].split()[2] == place
        link.sendall(get("/page") + get("/health/live") + post("/submit")[:-5])  # one behind the other
        time.sleep(0.1)
        link.sendall(post("/submit")[-5:] + get("/half")[:20])
        assert [read_answer(file)[2].split()[:3] for _n in range(3)] == [
            ["GET", "/page", "ordinary"],
            ["GET", "/health/live", "live"],
            ["POST", "/submit", "ordinary"],
        ]
        link.sendall(get("/half")[20:])
        assert read_answer(file)[2].split()[1] == "/half"
        for byte in get("/slowly"):
            link.sendall(bytes([byte]))
        assert read_answer(file)[2].split()[1] == "/slowly"


@pytest.mark.slow
def test_bodies_arrive_whole_in_every_manner(running):
    with running.open() as link, link.makefile("rb") as file:
        body = b"y" * 3_000_000
        link.sendall(post("/large", body))
        assert read_answer(file)[2].split()[3] == "3000000"
        link.sendall(get("/chunks", method="POST", more="Transfer-Encoding: chunked\r\n") + b"5\r\nabcde\r\n")
        time.sleep(0.1)
        link.sendall(b"3\r\nfgh\r\n0\r\n\r\n")
        assert read_answer(file)[2].split()[3] == "8"
        head = post("/later", b"z" * 100)
        link.sendall(head[:-100])
        time.sleep(0.1)
        link.sendall(head[-100:])
        assert read_answer(file)[2].split()[3] == "100"
        link.sendall(get("/x", more="X-Long: " + "a" * 80_000 + "\r\n"))
        assert int(file.readline().split()[1]) in (400, 431)


@pytest.mark.slow
@pytest.mark.parametrize("worker", ["config.serving.Worker", "gthread"])
def test_nobody_is_dropped_when_processes_are_recycled(tmp_path, worker):
    """The same as gunicorn's own: every submission is answered while processes end after a few requests each."""
    lost, kept = [], []

    def submit():
        for _n in range(10):
            try:
                kept.append(made.ask(post("/slow/0.02"))[0])
            except (OSError, IndexError) as error:
                lost.append(error)

    with server(tmp_path, "--max-requests", "15", "--workers", "2", worker=worker) as made:
        threads = [threading.Thread(target=submit) for _n in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (lost, len(kept), set(kept)) == ([], 120, {200})


@pytest.mark.slow
def test_stop_waits_for_who_waits(tmp_path):
    with server(tmp_path) as made, made.held(seconds=1.5), made.open() as silent:
        answer = []
        thread = threading.Thread(target=lambda: answer.append(made.ask(post("/submit"))))
        thread.start()
        time.sleep(0.2)
        start = time.monotonic()
        made.process.send_signal(signal.SIGTERM)
        thread.join()
        made.process.wait(timeout=20)
        assert answer[0][0] == 200
        assert time.monotonic() - start < 8
        silent.close()
