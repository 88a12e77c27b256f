"""A web server on this machine that the project's requests to the outside may reach, with answers by path."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import pytest

from wagtail_helpdesk.outside import guard


class Answer(NamedTuple):
    """What is sent back."""

    status: int
    headers: dict[str, str] = {}
    content: bytes = b""


class Seen(NamedTuple):
    """A request that came."""

    path: str
    headers: dict[str, str]
    body: bytes


class WebServer:
    """``answers`` are by path: an :class:`Answer`, or a function of the handler that writes what it likes."""

    def __init__(self, port: int, otherwise: Answer) -> None:
        self.port = port
        self.otherwise = otherwise
        self.answers: dict[str, Answer | Callable[[BaseHTTPRequestHandler], None]] = {}
        self.seen: list[Seen] = []

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """Return the address of a path."""
        return f"http://{host}:{self.port}{path}"

    def answer(self, path: str, content: bytes = b"", status: int = 200, **headers: str) -> str:
        """Answer a path with this from now on; ``Content_Type`` is a header's name here. Return its address."""
        self.answers[path] = Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)
        return self.url(path)

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        """Note a request, and answer it."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        self.seen.append(Seen(handler.path, dict(handler.headers), body))
        answer = self.answers.get(handler.path, self.otherwise)
        if callable(answer):
            answer(handler)
            return
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(answer.content)


@contextmanager
def web_server(otherwise: Answer, kind: type[WebServer] = WebServer) -> Iterator[Any]:
    """Run a server of this ``kind``; ``otherwise`` is the answer for paths that have none."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.take(self)

        do_POST = do_GET

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: Any) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    found = kind(server.server_port, otherwise)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(guard, "_allowed_in_tests", frozenset({("127.0.0.1", server.server_port)}))
            yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
