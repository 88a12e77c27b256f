"""A web server on this machine that may be asked for images, and what it saw."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from PIL import Image

from tests.web_server import Answer, WebServer, web_server


def picture(size: tuple[int, int] = (20, 10), kind: str = "PNG", mode: str = "RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red").save(out, kind, **options)
    return out.getvalue()


@pytest.fixture
def elsewhere() -> Iterator[WebServer]:
    with web_server(otherwise=Answer(404)) as server:
        yield server
