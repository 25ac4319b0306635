"""A mail server of the tests' own: it speaks just enough SMTP, and answers as it is told to."""

import socketserver
import threading
import time
from contextlib import contextmanager
from email import message_from_bytes, policy


class Post(socketserver.ThreadingTCPServer):
    """`answers[word]` replaces the answer to a command ("MAIL", "RCPT", "DATA"), or to a whole message ("."); "" hangs
    up instead. `waits[word]` are the seconds before an answer, `dribble` those before each byte of one. `greeting`
    replaces the first line. `received` holds what was taken, parsed."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address=("127.0.0.1", 0)):
        self.answers: dict[str, str] = {}
        self.waits: dict[str, float] = {}
        self.dribble = 0.0
        self.greeting = "220 post"
        self.received = []
        self.asked = 0
        super().__init__(address, Conversation)

    @property
    def url(self):
        return self.server_address


class Conversation(socketserver.StreamRequestHandler):
    def say(self, line):
        for byte in line.encode() if self.server.dribble else b"":
            self.wfile.write(bytes([byte]))
            time.sleep(self.server.dribble)
        self.wfile.write((b"" if self.server.dribble else line.encode()) + b"\r\n")

    def handle(self):
        self.server.asked += 1
        self.say(self.server.greeting)
        try:
            while line := self.rfile.readline():
                word = line[:4].decode().strip().upper()
                if not self.answer(word):
                    return
        except (TimeoutError, ConnectionError):
            return

    def answer(self, word):
        told = self.server.answers.get(word)
        if told is not None:
            if told:
                self.say(told)
            return bool(told)
        if word == "DATA":
            self.say("354 go on")
            return self.take()
        if word == "EHLO":
            self.say("250-post\r\n250 8BITMIME")
        else:
            self.say("221 bye" if word == "QUIT" else "250 ok")
        return word != "QUIT"

    def take(self):
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        told = self.server.answers.get(".", "250 taken")
        if told == "" or told.startswith("250"):  # taken; "" loses the answer on the way
            self.server.received.append(message_from_bytes(b"".join(lines), policy=policy.default))
        if told:
            time.sleep(self.server.waits.get(".", 0))
            self.say(told)
        return bool(told)


@contextmanager
def post_office(settings, **options):
    """A server that runs, and settings that send through it."""
    with Post() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        settings.EMAIL_BACKEND = "notifications.mail.WatchedBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        settings.EMAIL_TIMEOUT = 2
        try:
            yield server
        finally:
            server.shutdown()
