"""How right an answer is: pure functions of what is known and what a reader said. Each yields (category, right)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from benchmarks.corpus.cases import Case, as_bytes

Score = tuple[str, bool]
#: What a reader that crashed said.
NOTHING: dict[str, dict[str, Any]] = {
    "mail": {"subject": "", "from": [], "to": [], "date": None, "texts": [], "htmls": [], "files": []},
    "report": {"label": "crashed", "recipients": [], "statuses": []},
    "reply": {"text": ""},
}
#: Addresses whose mails are bounces in any collection.
_DAEMONS = re.compile(r"mailer-daemon|postmaster", re.IGNORECASE)


def squeeze(text: str) -> str:
    """Return ``text`` without white space."""
    return "".join(text.split())


def agrees(found: str, expected: str) -> bool:
    """Tell whether two texts are equal but for white space, and for letters that the answer lacks."""
    pattern = ".{1,4}".join(re.escape(piece) for piece in re.split("\ufffd+", squeeze(expected)))
    return re.fullmatch(pattern, squeeze(found), re.DOTALL) is not None


def score_mail(case: Case, answer: dict[str, Any]) -> Iterator[Score]:
    """Judge the reading of an ordinary mail."""
    expect = case.get("expect") or {}
    if "subject" in expect:
        yield "subject", agrees(answer["subject"], expect["subject"] or "")
    if expect.get("from"):
        yield "sender's address", _emails(answer["from"])[:1] == _emails(expect["from"])[:1]
        yield "sender's name", _names(answer["from"])[:1] == _names(expect["from"])[:1]
    if expect.get("to"):
        yield "recipients", _emails(answer["to"]) == _emails(expect["to"])
    if expect.get("date"):
        yield "date", _same_moment(answer["date"], expect["date"])
    if "text" in expect:
        yield "text", any(agrees(one, expect["text"] or "") for one in answer["texts"] or [""])
    if "html" in expect:
        yield "HTML", any(agrees(one, expect["html"] or "") for one in answer["htmls"] or [""])
    yield from _score_files(expect, answer)
    yield from _score_leaves(expect, answer)


def _score_files(expect: Case, answer: dict[str, Any]) -> Iterator[Score]:
    for wanted in expect.get("attachments") or ():
        if wanted["content_type"] == "message/rfc822":
            continue
        if wanted["size"] is not None:
            yield (
                "attachments",
                any(
                    (kind, size) == (wanted["content_type"].lower(), wanted["size"])
                    for kind, _name, size, _sha in answer["files"]
                ),
            )
        if wanted["filename"]:
            yield "file names", any(agrees(name, wanted["filename"]) for _kind, name, _size, _sha in answer["files"])


def _score_leaves(expect: Case, answer: dict[str, Any]) -> Iterator[Score]:
    """A leaf is a part's bytes: they have to be a file, or a text has to be shown."""
    shown = squeeze("".join([*answer["texts"], *answer["htmls"]]))
    files = {sha for _kind, _name, _size, sha in answer["files"]}
    for leaf in expect.get("leaves") or ():
        data = as_bytes(leaf["data"])
        is_text = leaf["kind"] == "text"
        yield (
            "every part is there",
            (hashlib.sha256(data).hexdigest() in files or (is_text and squeeze(_as_text(data)) in shown)),
        )


def score_report(case: Case, answer: dict[str, Any]) -> Iterator[Score]:
    """Judge what a reader of reports makes of a bounce, or of an ordinary mail."""
    if case["file"] != "bounces":
        sender = (case.get("expect") or {}).get("from") or [["", ""]]
        head = as_bytes(case["raw"])[:4000].decode("latin-1")
        if not _DAEMONS.search(sender[0][1]) and not re.search(r"(?im)^from:.*(mailer-daemon|postmaster)", head):
            yield "ordinary mails left alone", answer["label"] not in ("bounce", "feedback", "crashed")
        return
    yield (
        {"bounce": "bounces found", "feedback": "complaints found", "vacation": "vacation replies found"}[
            case["label"]
        ],
        answer["label"] == case["label"],
    )
    if case["label"] != "bounce":
        return
    wanted = {one.lower() for one in case["recipients"]}
    named = {one.lower() for one in answer["recipients"]}
    yield "failed recipients named", wanted <= named
    yield "nobody else named", answer["label"] != "crashed" and len(named - wanted) <= len(wanted & named)
    # Codes from x.x.900 on are the collection's own words for what a mail system gave no code for.
    statuses = {one for one in case["statuses"] if one and int(one.rpartition(".")[2]) < 900}
    if statuses:
        yield "status codes named", statuses <= set(answer["statuses"])


def score_reply(case: Case, whole: str, shown: str) -> Iterator[Score]:
    """Judge which words of an answer are shown, out of the ``whole``."""
    expect = case["expect"]
    wanted = [expect.get("reply", ""), *expect.get("contains", [])]
    kept = set(re.findall(r"\w{2,}", shown))
    if "reply" in expect:
        yield "exactly", shown.strip() == expect["reply"].strip()
        yield "but for white space", squeeze(shown) == squeeze(expect["reply"])
    else:
        right = (
            (not expect.get("full") or squeeze(shown) == squeeze(whole))
            and all(squeeze(piece) in squeeze(shown) for piece in expect.get("contains", []))
            and not any(piece in shown for piece in expect.get("excludes", []))
            and all(re.search(pattern.replace("\\/", "/"), shown) for pattern in expect.get("matches", []))
        )
        yield from (("exactly", right), ("but for white space", right))
    yield "no word of the writer lost", all(set(re.findall(r"\w{2,}", piece)) <= kept for piece in wanted)


def _emails(people: list[list[str]]) -> list[str]:
    return [email for _name, email in people]


def _names(people: list[list[str]]) -> list[str]:
    return [squeeze(name or "") for name, _email in people]


def _same_moment(found: str | None, expected: str) -> bool:
    if found is None:
        return False
    # RFC 5322 3.3: "-0000", or nothing, is UTC of which nothing else is known.
    one, other = (datetime.fromisoformat(text) for text in (found, expected))
    return (one if one.tzinfo else one.replace(tzinfo=UTC)) == (other if other.tzinfo else other.replace(tzinfo=UTC))


def _as_text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
