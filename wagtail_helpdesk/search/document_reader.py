"""Reads the text of one document: run as a program of its own, with the document on its standard input.

``python -I document_reader.py pdf|docx|xlsx|pptx|odf`` writes UTF-8. It gives itself little time and memory: what a
stranger sent may be made to take both. A document that cannot be read ends it with code 1. It imports nothing of the
project; pypdf for PDF files only.
"""

import io
import re
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from xml.etree import ElementTree

#: Seconds of the processor; bytes of memory.
SECONDS, MEMORY = 10, 1024 * 1024 * 1024
#: More characters are not wanted, nor more bytes of what a part of an archive holds, nor more parts or pages.
MAX_TEXT, MAX_PART, MAX_PARTS, MAX_PAGES = 20_000, 20 * 1024 * 1024, 200, 200

#: Where the words stand in an archive of the kind, and which elements hold them; "" stands for all.
_PARTS = {
    "docx": (re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml"), "t"),
    "xlsx": (re.compile(r"xl/(sharedStrings|worksheets/sheet\d+)\.xml"), "t"),
    "pptx": (re.compile(r"ppt/(slides/slide|notesSlides/notesSlide)\d+\.xml"), "t"),
    "odf": (re.compile(r"content\.xml"), ""),
}
#: Parts that stand above, below or beside the text.
_BESIDE = re.compile(r"header|footer|notes|comments")
#: Elements that end a line.
_LINES = {"p", "h", "br", "cr", "si", "is", "row", "tr"}
_SPACES = {"tab", "tc", "table-cell", "s"}


def main(kind: str) -> int:
    """Read, write, return the exit code."""
    limit()
    content = sys.stdin.buffer.read()
    text = text_of_pdf(content) if kind == "pdf" else text_of_archive(content, kind)
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    return 0


def limit() -> None:
    """Bound what this process may take, where the system knows how to."""
    try:
        import resource
    except ImportError:
        return
    for what, most in ((resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, 0)):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            # The caller's clock holds all the same.
            continue


def text_of_pdf(content: bytes) -> str:
    """Return the text of the first pages."""
    import logging

    from pypdf import PdfReader

    # It says much of what is wrong with a file, with words of it.
    logging.disable(logging.CRITICAL)
    pages = PdfReader(io.BytesIO(content)).pages
    return joined(what_can_be_read(page.extract_text for page, _number in zip(pages, range(MAX_PAGES), strict=False)))


def text_of_archive(content: bytes, kind: str) -> str:
    """Return the text of an office document: XML in a ZIP archive."""
    pattern, holder = _PARTS[kind]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [part for part in archive.infolist() if pattern.fullmatch(part.filename)][:MAX_PARTS]
        # The text before what stands above and below it.
        parts.sort(key=lambda part: (_BESIDE.search(part.filename) is not None, part.filename))
        return joined(what_can_be_read(partial(words_of, archive, part, holder) for part in parts))


def words_of(archive: zipfile.ZipFile, part: zipfile.ZipInfo, holder: str) -> str:
    """Return the words of one part; nothing of one that is too large, or that declares entities."""
    with archive.open(part) as stored:
        # The size that an archive tells may be a lie.
        xml = stored.read(MAX_PART + 1)
    if len(xml) > MAX_PART or b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        return ""
    return "".join(words_below(ElementTree.fromstring(xml), holder))  # noqa: S314 - no entities


def words_below(root: ElementTree.Element, holder: str) -> Iterator[str]:
    """Yield the words below an element in their order, with line ends and spaces; however deep they stand."""
    stack: list[ElementTree.Element | str] = [root]
    while stack:
        top = stack.pop()
        if isinstance(top, str):
            yield top
            continue
        name = top.tag.rpartition("}")[2]
        below: list[ElementTree.Element | str] = [" " if name in _SPACES else ""]
        if name == holder or not holder:
            below.append(top.text or "")
        for child in top:
            below += [child] if holder else [child, child.tail or ""]
        if name in _LINES:
            below.append("\n")
        stack.extend(reversed(below))


def what_can_be_read(parts: Iterable[Callable[[], str]]) -> Iterator[str]:
    """Yield the text of each part. One that cannot be read takes none of the others with it, unless all are so.

    Raises:
        Exception: What the last of them raised, where none could be read.
    """
    failure = None
    found = False
    for read in parts:
        try:
            text = read()
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - a stranger's document
            failure = error
            continue
        found = True
        yield text
    if failure is not None and not found:
        raise failure


def joined(texts: Iterator[str]) -> str:
    """Return the texts as one, no longer than is wanted."""
    found, length = [], 0
    for text in texts:
        found.append(text)
        length += len(text)
        if length >= MAX_TEXT:
            break
    return "\n".join(found)[:MAX_TEXT]


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except Exception:  # noqa: BLE001 - a document of a stranger's: whatever is wrong with it, it is not read
        sys.exit(1)
