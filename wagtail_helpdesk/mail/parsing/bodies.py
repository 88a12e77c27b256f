"""Which parts of a mail are its words, which are its files: EMAIL 6.2."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from html import escape

from .caps import Caps
from .charset_detection import Detector
from .fields import read_part_fields
from .html_stub import is_stub, visible_length
from .leaves import Leaf, content_of, read_file, read_leaf
from .mail_types import ParsedAttachment
from .pkcs7 import PKCS7_TYPES, signed_content
from .structure import Part, build_tree

_SIGNATURE_TYPES = frozenset(
    {
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "application/pgp-encrypted",
    }
)
#: Alternatives for one program only; every client has the same words in another part.
_SPECIAL_ALTERNATIVES = frozenset({"text/x-amp-html", "text/watch-html"})
_PGP_ARMOUR = "-----BEGIN PGP MESSAGE-----"
_PGP_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_MAX_UNWRAPPED = 3


@dataclass(frozen=True, slots=True)
class Words:
    """A run of the mail's words: the plain and the HTML form of the same, either may be missing."""

    text: str = ""
    html: str = ""


@dataclass(slots=True)
class Assembly:
    """What the walk over the parts has found so far."""

    caps: Caps
    detector: Detector
    problems: set[str] = field(default_factory=set)
    attachments: list[ParsedAttachment] = field(default_factory=list)
    #: The leaf whose charset stands for that of the mail: the first that had something to decode.
    leaf: Leaf | None = None
    #: Signed messages that were unwrapped: one may lie in another.
    unwrapped: int = 0

    def attach(self, attachment: ParsedAttachment) -> None:
        """Add a file, up to the cap."""
        if len(self.attachments) < self.caps.attachments:
            self.attachments.append(attachment)
        else:
            self.problems.add("too_many_attachments")


@dataclass(frozen=True, slots=True)
class Bodies:
    """The assembled words of a mail."""

    text: str
    html: str
    text_is_stub: bool


def assemble(raw: bytes, root: Part, assembly: Assembly) -> Bodies:
    """Return the words of the tree below ``root``; its files and problems go to ``assembly``."""
    words = _collect(raw, root, assembly, is_body=True)
    text = "\n".join(run.text.removesuffix("\n") for run in words if run.text)
    if _PGP_ARMOUR in text:
        assembly.problems.add("encrypted_pgp")
    if _PGP_SIGNED in text:
        assembly.problems.add("signed")
    html = ""
    one_sided = False
    if any(run.html for run in words):
        html = "\n".join(run.html or _as_html(run.text) for run in words if run.html or run.text)
        one_sided = any(run.html and not run.text.strip() and visible_length(run.html) for run in words)
    text = _cut(text, assembly.caps.text, "truncated_text", assembly.problems)
    html = _cut(html, assembly.caps.html, "truncated_html", assembly.problems)
    return Bodies(text, html, bool(html) and (one_sided or is_stub(text, html)))


def _collect(raw: bytes, part: Part, assembly: Assembly, *, is_body: bool) -> list[Words]:
    """Return the words of ``part`` in order. ``is_body`` tells that it stands where the message itself is expected."""
    if not part.is_multipart:
        wrapped = _collect_signed(raw, part, assembly) if is_body else None
        return _collect_leaf(raw, part, assembly, is_body=is_body) if wrapped is None else wrapped
    if part.disposition.value == "attachment" and part.depth:
        return _all_files(raw, part, assembly)
    if part.type == "multipart/alternative":
        return _collect_alternative(raw, part, assembly)
    if part.type == "multipart/related":
        return _collect_related(raw, part, assembly, is_body=is_body)
    if part.type == "multipart/encrypted":
        assembly.problems.add("encrypted_pgp")
        return _all_files(raw, part, assembly)
    if part.type == "multipart/signed":
        assembly.problems.add("signed")
    words: list[Words] = []
    for child in part.children:
        words += _collect(raw, child, assembly, is_body=is_body and not words)
    return words


def _collect_signed(raw: bytes, part: Part, assembly: Assembly) -> list[Words] | None:
    """Return the words of a message that was signed as one piece, None for any other part."""
    if part.type not in PKCS7_TYPES or assembly.unwrapped >= _MAX_UNWRAPPED:
        return None
    inner = signed_content(content_of(raw, part))
    if inner is None:
        return None
    assembly.unwrapped += 1
    assembly.problems.add("signed")
    assembly.attach(replace(read_file(raw, part, assembly.detector), hidden=True))
    tree = build_tree(inner, read_part_fields(inner, 0, len(inner), assembly.caps), assembly.caps, assembly.detector)
    assembly.problems |= tree.problems
    return _collect(inner, tree.root, assembly, is_body=True)


def _collect_leaf(raw: bytes, part: Part, assembly: Assembly, *, is_body: bool) -> list[Words]:
    leaf = read_leaf(raw, part, assembly.caps, assembly.detector, is_body=is_body)
    assembly.problems |= leaf.problems
    for attachment in leaf.files:
        assembly.attach(replace(attachment, hidden=True) if part.type in _SIGNATURE_TYPES else attachment)
    if leaf.is_text and leaf.text and assembly.leaf is None:
        assembly.leaf = leaf
    if not leaf.text:
        return []
    return [Words(html=leaf.text) if leaf.is_html else Words(text=leaf.text)]


def _collect_alternative(raw: bytes, part: Part, assembly: Assembly) -> list[Words]:
    """Return one run: the plain and the HTML forms of the same words.

    Forms of one kind that differ are all kept, lest words be lost.
    """
    texts: list[str] = []
    htmls: list[str] = []
    for child in part.children:
        if child.type in _SPECIAL_ALTERNATIVES:
            assembly.attach(replace(read_file(raw, child, assembly.detector), hidden=True))
            continue
        words = _collect(raw, child, assembly, is_body=True)
        if any(run.html for run in words):
            htmls.append("\n".join(run.html or _as_html(run.text) for run in words))
            if not any(run.html and not run.text for run in words):
                texts.append("\n".join(run.text for run in words))
        elif words:
            texts.append("\n".join(run.text for run in words))
    return [Words("\n".join(_distinct(texts)), "\n".join(_distinct(htmls)))] if texts or htmls else []


def _collect_related(raw: bytes, part: Part, assembly: Assembly, *, is_body: bool) -> list[Words]:
    root = _related_root(part)
    words: list[Words] = []
    for child in part.children:
        if child is root:
            words = _collect(raw, child, assembly, is_body=is_body)
        elif child.is_multipart:
            _all_files(raw, child, assembly)
        else:
            found = read_file(raw, child, assembly.detector)
            explicit = child.disposition.value == "attachment"
            assembly.attach(found if explicit else replace(found, disposition="inline"))
    return words


def _related_root(part: Part) -> Part:
    start = part.content_type.get("start").strip("<> ")
    if start:
        for child in part.children:
            if child.block.first("content-id").decode("ascii", "replace").strip("<> ") == start:
                return child
    readable = [child for child in part.children if child.type.startswith(("text/", "multipart/"))]
    return readable[0] if readable else part.children[0]


def _all_files(raw: bytes, part: Part, assembly: Assembly) -> list[Words]:
    for leaf in part.walk():
        if not leaf.is_multipart:
            found = read_file(raw, leaf, assembly.detector)
            assembly.attach(replace(found, hidden=True) if leaf.type in _SIGNATURE_TYPES else found)
    return []


def _distinct(forms: list[str]) -> list[str]:
    kept: dict[str, str] = {}
    for form in forms:
        kept.setdefault(" ".join(form.split()), form)
    return [form for squeezed, form in kept.items() if squeezed]


def _as_html(text: str) -> str:
    return f"<div>{escape(text).replace(chr(10), '<br>' + chr(10))}</div>" if text else ""


def _cut(body: str, limit: int, problem: str, problems: set[str]) -> str:
    if len(body) <= limit:
        return body
    problems.add(problem)
    return body[:limit]
