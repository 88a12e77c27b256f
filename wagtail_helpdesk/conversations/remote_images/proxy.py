"""From a message and a signed address to the picture that is shown in its place."""

from __future__ import annotations

import hashlib
import logging

from django.core.cache import cache

from wagtail_helpdesk.conversations.choices import Flag
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.conversations.remote_images.fetch import FetchFailed, fetch
from wagtail_helpdesk.conversations.remote_images.picture import NoPicture, nothing, placeholder, repaint
from wagtail_helpdesk.conversations.sanitising import remote_addresses
from wagtail_helpdesk.tickets.tokens import mac

logger = logging.getLogger(__name__)

Picture = tuple[str, bytes]

#: Images of one message that are fetched; the others get the placeholder.
MAX_IMAGES = 200
#: What is kept, and for how long (seconds). The cache's own bounds come on top.
MAX_CACHED_BYTES = 512 * 1024
KEPT = 24 * 60 * 60
FAILURE_KEPT = 10 * 60
ADDRESSES_KEPT = 60
_PURPOSE = "remote-image"
_FAILED, _PIXEL = "failed", "pixel"


def shows_remote_images(message: Message) -> bool:
    """Tell whether images from elsewhere are loaded for ``message``, fetched with its contact.

    An agent allowed it for the message; or for its sender, and nothing speaks against the message being the sender's.
    """
    if message.images_allowed:
        return True
    contact = message.author_contact
    if contact is None or not contact.images_allowed:
        return False
    return message.sender_auth != "fail" and Flag.OUTSIDE_SENDER not in message.flags


def sign_image(message_id: int, address: str) -> str:
    """Return what stands for a remote image in our address of it: good for this message only."""
    return mac(_PURPOSE, f"{message_id}:{address}")


def find_image(message: Message, signature: str) -> str | None:
    """Return the address that ``signature`` stands for among those that ``message`` names, None for none of them."""
    key = f"wagtail_helpdesk.images.{message.pk}"
    # The images of one message are asked for all at once; its HTML is read for the first of them.
    known = cache.get(key)
    if known is None or signature not in known:
        known = {sign_image(message.pk, address): address for address in remote_addresses(message.html)[:MAX_IMAGES]}
        cache.set(key, known, ADDRESSES_KEPT)
    return known.get(signature)


def load_picture(address: str) -> Picture:
    """Return the image at ``address``, painted anew; a neutral one where there is none to be had. Never raises."""
    key = f"wagtail_helpdesk.image.{hashlib.sha256(address.encode('utf-8', 'replace')).hexdigest()}"
    known = cache.get(key)
    if known is None:
        known, seconds = _load(address)
        if isinstance(known, str) or len(known[1]) <= MAX_CACHED_BYTES:
            cache.set(key, known, seconds)
    if isinstance(known, str):
        return nothing() if known == _PIXEL else placeholder()
    return known


def _load(address: str) -> tuple[Picture | str, int]:
    try:
        return repaint(fetch(address)), KEPT
    except FetchFailed as error:
        logger.info("remote_image_failed error=%s", error)
        return _FAILED, FAILURE_KEPT
    except NoPicture as error:
        return (_PIXEL if error.is_pixel else _FAILED), KEPT
