"""The collection: JSON lines in a folder beside the project, whose README says what stands in them. Never copied."""

from __future__ import annotations

import base64
import email
import email.policy
import json
from pathlib import Path
from typing import Any

#: What each reader is tried on: the files of the collection.
FILES = {"mails": ("mails", "bounces", "crash"), "reports": ("bounces", "mails", "crash"), "replies": ("replies",)}

Case = dict[str, Any]


def read_cases(folder: Path, kind: str) -> list[Case]:
    """Return the cases for readers of ``kind``, each with its ``file``."""
    cases = []
    for name in FILES[kind]:
        with (folder / f"{name}.jsonl").open(encoding="utf-8") as lines:
            cases += [json.loads(line) | {"file": name} for line in lines]
    return cases


def as_bytes(value: str | dict[str, str]) -> bytes:
    """Return the bytes of a value of the collection."""
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value.encode("utf-8", "surrogateescape")


def reply_parts(case: Case) -> tuple[str, str]:
    """Return the text and the HTML of a reply."""
    if case["kind"] == "html":
        return "", case["text"]
    if case["kind"] == "text":
        return case["text"].replace("\r\n", "\n"), ""
    message = email.message_from_bytes(as_bytes(case["raw"]), policy=email.policy.default)
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    return text.get_content() if text else "", html.get_content() if html else ""
