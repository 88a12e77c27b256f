"""Real mails, where the collection is at hand: beside the project, never in it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from wagtail_helpdesk.mail.parsing import Classification, ParsedMail, classify, dedupe_key, parse, peek

CORPUS = Path(__file__).resolve().parents[3].parent / "shared" / "corpus"

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real mails is not at hand")


def cases(name: str) -> list[dict]:
    with (CORPUS / f"{name}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def as_bytes(value: str | dict) -> bytes:
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value.encode("utf-8", "surrogateescape")


def as_text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252")


def judge(parsed: ParsedMail) -> Classification:
    return classify(
        parsed,
        null_sender=None,
        own_addresses=frozenset(),
        is_own_message_id=lambda value: False,
        is_own_loop_header=lambda value: False,
    )


def squeeze(text: str) -> str:
    return "".join(text.split())


def agrees(ours: str, expected: str) -> bool:
    """Tell whether two texts are equal but for white space and for letters that the other parser could not read."""
    pattern = ".{1,4}".join(re.escape(piece) for piece in re.split("\ufffd+", squeeze(expected)))
    return re.fullmatch(pattern, squeeze(ours), re.DOTALL) is not None


def with_nested(parsed: ParsedMail) -> Iterator[ParsedMail]:
    """Yield a mail and those attached to it, which other parsers take for parts of it."""
    yield parsed
    for attachment in parsed.attachments:
        if attachment.declared_type == "message/rfc822":
            yield from with_nested(parse(attachment.content))


@pytest.fixture(scope="module")
def mails() -> list[tuple[dict, ParsedMail]]:
    return [(case["expect"], parse(as_bytes(case["raw"]))) for case in cases("mails")]


@pytest.mark.parametrize("name", ["mails", "bounces", "crash"])
def test_every_mail_is_read_whole(name):
    for case in cases(name):
        raw = as_bytes(case["raw"])
        parsed = parse(raw)
        assert parsed.level == "full", case["id"]
        assert len(dedupe_key(peek(raw))) == 64
        if name != "mails":
            assert parsed.text.strip() or parsed.html.strip() or parsed.attachments, case["id"]


def test_copies_are_told_from_other_mails():
    keys = [dedupe_key(peek(as_bytes(case["raw"]))) for case in cases("crash")]
    assert len(set(keys)) == len(keys)


def test_subjects(mails):
    found = [agrees(parsed.subject, expect["subject"] or "") for expect, parsed in mails if "subject" in expect]
    assert sum(found) / len(found) >= 0.98


def test_senders(mails):
    found = [
        [address.email for address in parsed.from_addresses][:1] == [email for _, email in expect["from"]][:1]
        for expect, parsed in mails
        if expect.get("from")
    ]
    assert sum(found) / len(found) >= 0.98


def test_texts(mails):
    found = []
    for expect, parsed in mails:
        if "text" in expect:
            flat = "".join(nested.text for nested in with_nested(parsed))
            found.append(any(agrees(ours, expect["text"] or "") for ours in (parsed.text, flat)))
    # The rest: nameless text parts taken for files, junk among headers, a cut multipart, bytes that the source drops.
    assert sum(found) / len(found) >= 0.93


def test_attachments(mails):
    found = []
    for expect, parsed in mails:
        for wanted in expect.get("attachments") or ():
            if wanted["size"] is not None and wanted["content_type"] != "message/rfc822":
                sizes = {(given.declared_type, len(given.content)) for given in parsed.attachments}
                found.append((wanted["content_type"], wanted["size"]) in sizes)
    assert sum(found) / len(found) >= 0.95


def test_leaves(mails):
    found = []
    for expect, parsed in mails:
        everything = list(with_nested(parsed))
        shown = squeeze("".join(nested.text + nested.html for nested in everything))
        files = [given.content for nested in everything for given in nested.attachments]
        for leaf in expect.get("leaves") or ():
            data = as_bytes(leaf["data"])
            found.append(data in files or (leaf["kind"] == "text" and squeeze(as_text(data)) in shown))
    # The rest: a text whose uuencoded files are attached instead of shown.
    assert sum(found) / len(found) >= 0.97


def test_bounces_are_found():
    judged = [(case["label"], judge(parse(as_bytes(case["raw"]))).primary) for case in cases("bounces")]
    bounces = [primary == "dsn" for label, primary in judged if label == "bounce"]
    assert sum(bounces) / len(bounces) >= 0.95
    assert {primary for label, primary in judged if label == "feedback"} == {"arf"}
    assert {primary for label, primary in judged if label == "vacation"} == {"auto_replied"}


def test_ordinary_mails_are_no_bounces():
    for name in ("mails", "crash"):
        for case in cases(name):
            parsed = parse(as_bytes(case["raw"]))
            if judge(parsed).primary in ("dsn", "arf", "mdn"):
                sender = parsed.from_addresses[0].email.partition("@")[0].lower()
                assert sender in ("mailer-daemon", "postmaster"), case["id"]
