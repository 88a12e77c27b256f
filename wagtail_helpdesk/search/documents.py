"""The text of attached documents: PDF, Word, Excel, PowerPoint, OpenDocument. Each is read in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

_READER = Path(__file__).with_name("document_reader.py")
#: So long the reader may take, whatever it does (seconds).
PATIENCE = 20
#: What Python itself may need of the environment to start.
_KEPT = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_OFFICE = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
#: What the content is, and how the reader calls it.
KINDS = {
    "application/pdf": "pdf",
    f"{_OFFICE}wordprocessingml.document": "docx",
    f"{_OFFICE}spreadsheetml.sheet": "xlsx",
    f"{_OFFICE}presentationml.presentation": "pptx",
    f"{_ODF}text": "odf",
    f"{_ODF}spreadsheet": "odf",
    f"{_ODF}presentation": "odf",
}


class DocumentUnreadable(Exception):
    """The text of a document could not be read: it is broken, locked with a password, or takes too much."""


def readable_documents() -> tuple[str, ...]:
    """Return the media types whose text can be read: PDF only with the extra ``documents``."""
    return tuple(kind for kind, name in KINDS.items() if name != "pdf" or find_spec("pypdf"))


def text_of_document(content: bytes, kind: str) -> str:
    """Return the text of a document of the media type ``kind``. DocumentUnreadable."""
    # Isolated: neither the site's folder nor its secrets are of any use to what reads a stranger's file.
    command = [sys.executable, "-I", str(_READER), KINDS[kind]]
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=PATIENCE, check=True, env=kept)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise DocumentUnreadable("took too long") from None
    except (subprocess.CalledProcessError, OSError) as error:
        raise DocumentUnreadable(type(error).__name__) from None
    return done.stdout.decode("utf-8", "replace")
