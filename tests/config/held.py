"""A WSGI application for the tests of the server: it says who served what, and can be held."""

import threading
import time


def application(environ, start_response):
    """/slow/N takes N seconds; everything else answers at once with its method, path, thread and body's length."""
    path = environ["PATH_INFO"]
    if path.startswith("/slow/"):
        time.sleep(float(path.removeprefix("/slow/")))
    body = environ["wsgi.input"].read() if environ["REQUEST_METHOD"] == "POST" else b""
    thread = threading.current_thread().name.partition("_")[0]
    told = f"{environ['REQUEST_METHOD']} {path} {thread} {len(body)} {'HTTP_COOKIE' in environ}".encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(told)))])
    return [told]
