"""Images that stand in a mail's HTML itself, or are named by their address, become files with a content id."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping

from wagtail_helpdesk.conversations.file_types import may_show_inline, sniff_type
from wagtail_helpdesk.conversations.words import NewFile

#: More images than this in one HTML stay out.
MAX_IMAGES = 50

_SOURCE = re.compile(
    r"""(\bsrc\s*=\s*)(?:"\s*data:image/[a-z.+-]{1,20}\s*;\s*base64\s*,([^"]*)"|'\s*data:image/[a-z.+-]{1,20}\s*;\s*base64\s*,([^']*)')""",
    re.IGNORECASE,
)


def embed_images(html: str, files: Iterable[NewFile], locations: Mapping[str, str]) -> tuple[str, list[NewFile]]:
    """Return ``html`` with a content id in place of each embedded or located raster image, and the files with them.

    ``locations`` gives the Content-Location of the files that have no content id of their own, by the id made for it.
    What only claims to be an image stays as it is: the sanitiser takes its address away (RFC 2397, RFC 2557).
    """
    files = list(files)
    for content_id, location in locations.items():
        for quote in ('"', "'"):
            html = html.replace(f"src={quote}{location}{quote}", f"src={quote}cid:{content_id}{quote}")
    if "data:image/" not in html.lower():
        return html, files
    found: dict[str, NewFile] = {}

    def replace(match: re.Match[str]) -> str:
        image = _image(match[2] if match[2] is not None else match[3])
        if image is None or (len(found) >= MAX_IMAGES and image.content_id not in found):
            return match[0]
        found.setdefault(image.content_id, image)
        return f'{match[1]}"cid:{image.content_id}"'

    html = _SOURCE.sub(replace, html)
    return html, [*files, *found.values()]


def location_id(location: str) -> str:
    """Return the content id for a part that is named by its Content-Location only, "" for none."""
    return f"location-{_digest(location.encode())}" if location else ""


def _image(data: str) -> NewFile | None:
    try:
        content = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    sniffed = sniff_type(content, "")
    if not may_show_inline(sniffed):
        return None
    return NewFile(
        name=f"image.{sniffed.rpartition('/')[2]}",
        content=content,
        declared_type=sniffed,
        disposition="inline",
        content_id=f"embedded-{_digest(content)}",
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:20]
