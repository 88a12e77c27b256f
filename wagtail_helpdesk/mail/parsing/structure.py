"""The tree of MIME parts, cut out of the raw bytes.

Written by hand because the standard library's parser is neither bounded nor exact: it recurses once a level, tests each
line against each open boundary, keeps an object for each line, and gives a forwarded mail back re-written. Here a part
is a pair of offsets, one search by a compiled pattern finds all its children, and a nested mail is a leaf.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .caps import Caps
from .charset_detection import Detector
from .fields import FieldBlock, read_part_fields
from .parameters import Structured, parse_content_type, parse_structured

_SNIFFED_BOUNDARY = re.compile(rb"\n--([^\r\n]{1,200}?)[ \t]*\r?\n(?=content-)", re.IGNORECASE)
_SNIFF_REACH = 64 * 1024
_LONGEST_BOUNDARY = 1000


@dataclass(slots=True)
class Part:
    """A node of the tree: its header fields, its type, and where its body lies in the raw mail."""

    block: FieldBlock
    content_type: Structured
    disposition: Structured
    start: int
    end: int
    depth: int = 0
    children: list[Part] = field(default_factory=list)

    @property
    def type(self) -> str:
        """The media type in lower case."""
        return self.content_type.value

    @property
    def is_multipart(self) -> bool:
        """Whether the part has children."""
        return bool(self.children)

    def walk(self) -> Iterator[Part]:
        """Yield this part and all below it, in the order of the mail."""
        stack = [self]
        while stack:
            part = stack.pop()
            yield part
            stack.extend(reversed(part.children))


@dataclass(slots=True)
class Tree:
    """The parts of a mail and what was wrong with them (codes)."""

    root: Part
    problems: set[str] = field(default_factory=set)


def build_tree(raw: bytes, block: FieldBlock, caps: Caps, detector: Detector) -> Tree:
    """Return the MIME tree of ``raw``, whose own header block is ``block``. Never deeper or larger than ``caps``."""
    tree = Tree(_make_part(block, block.body_start, len(raw), 0, "text/plain", detector))
    count = 1
    waiting = [tree.root]
    while waiting:
        part = waiting.pop()
        if not part.type.startswith("multipart/"):
            continue
        if part.depth >= caps.depth:
            tree.problems.add("too_deep")
            continue
        spans = _child_spans(raw, part, caps.parts - count, tree.problems)
        default = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
        for start, end in spans:
            fields = read_part_fields(raw, start, end, caps)
            part.children.append(_make_part(fields, fields.body_start, end, part.depth + 1, default, detector))
        count += len(spans)
        waiting.extend(reversed(part.children))
    return tree


def _make_part(block: FieldBlock, start: int, end: int, depth: int, default: str, detector: Detector) -> Part:
    content_type = parse_content_type(block.first("content-type"), default=default, detector=detector)
    disposition = parse_structured(
        block.first("content-disposition"), hint=content_type.token("charset"), detector=detector
    )
    return Part(block, content_type, disposition, start, end, depth)


def _child_spans(raw: bytes, part: Part, room: int, problems: set[str]) -> list[tuple[int, int]]:
    boundary = part.content_type.get("boundary").encode("utf-8")[:_LONGEST_BOUNDARY]
    spans = _split(raw, part, boundary, room, problems) if boundary else []
    if spans:
        return spans
    # The parameter is missing or not the one used: the first delimiter tells it.
    sniffed = _SNIFFED_BOUNDARY.search(raw, max(part.start - 1, 0), min(part.end, part.start + _SNIFF_REACH))
    problems.add("bad_boundary")
    return _split(raw, part, sniffed[1], room, problems) if sniffed else []


def _split(raw: bytes, part: Part, boundary: bytes, room: int, problems: set[str]) -> list[tuple[int, int]]:
    """Return the spans between the delimiter lines of ``boundary``, at most ``room``."""
    # A literal beginning makes the search fast; the CR that may stand before it is taken off below.
    delimiter = re.compile(rb"\n--" + re.escape(boundary) + rb"(--)?[ \t]*(?:(\n|\r\n)|\Z)")
    spans: list[tuple[int, int]] = []
    opened = -1
    # The body may begin with a delimiter: then its line end is that of the empty line above.
    position = max(part.start - 1, 0)
    while (found := delimiter.search(raw, position, part.end)) is not None:
        if opened >= 0:
            if len(spans) >= room:
                problems.add("too_many_parts")
                return spans
            end = found.start() - (raw[found.start() - 1 : found.start()] == b"\r")
            spans.append((opened, max(opened, end)))
        opened = found.end()
        if found[1] is not None:
            return spans
        # The line end that closes this delimiter may open the next one.
        position = found.start(2) if found[2] is not None else found.end()
    if opened >= 0 and len(spans) < room:
        spans.append((opened, part.end))
        problems.add("unclosed_multipart")
    return spans
