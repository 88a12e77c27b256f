"""A real HTTP server in the place of Google's and Microsoft's, which answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from wagtail_helpdesk.mail.oauth import providers


@dataclass
class FakeProvider:
    """What was asked, and how it answers. The last answer is repeated."""

    answers: list[tuple[int, Any]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    #: Called before each answer.
    on_ask: Callable[[], None] = lambda: None
    address: str = ""

    def gives(self, access: str = "access-1", *, refresh: str = "", life: Any = 3600) -> None:
        """Answer with tokens from now on."""
        tokens = {"access_token": access, "token_type": "Bearer", "expires_in": life}
        self.answers = [(200, {**tokens, **({"refresh_token": refresh} if refresh else {})})]

    def refuses(self, code: str, *, status: int = 400, description: str = "") -> None:
        """Answer with an error from now on."""
        self.answers = [(status, {"error": code, "error_description": description})]

    def next_answer(self) -> tuple[int, Any]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def fake_provider() -> Iterator[FakeProvider]:
    """Run the server; both providers' addresses lead to it meanwhile."""
    fake = FakeProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            fake.asked.append(dict(parse_qsl(body)))
            fake.paths.append(self.path)
            fake.on_ask()
            status, answer = fake.next_answer()
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"{fake.address}/elsewhere")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    real = dict(providers.PROVIDERS)
    for name, endpoints in real.items():
        providers.PROVIDERS[name] = providers.Endpoints(
            authorize=f"{fake.address}/{name}/{{tenant}}/authorize",
            token=f"{fake.address}/{name}/{{tenant}}/token",
            scopes=endpoints.scopes,
            consent_parameters=endpoints.consent_parameters,
            domains=endpoints.domains,
        )
    try:
        yield fake
    finally:
        providers.PROVIDERS.update(real)
        server.shutdown()
        server.server_close()
        thread.join()
