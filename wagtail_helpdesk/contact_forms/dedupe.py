"""A form that is sent twice (a double click, a reload) is one message."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from django.utils.crypto import salted_hmac

from wagtail_helpdesk import conf
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.conversations.words import NewFile

#: The same words sent again after this time (up to twice of it) are a new message.
BUCKET_SECONDS = 900


def submission_key(parts: Sequence[str], files: Sequence[NewFile], *, timestamp: float) -> str:
    """Return the key (64 hex digits) of one submission: who and where (``parts``, in their order) and its content.

    Two submissions around the end of a bucket are still one: the key of the bucket before is taken when it is known.
    """
    content = json.dumps([*parts, *((file.name, hashlib.sha256(file.content).hexdigest()) for file in files)])
    bucket = int(timestamp // BUCKET_SECONDS)
    before = _key(content, bucket - 1)
    return before if Message.objects.filter(external_key=before).exists() else _key(content, bucket)


def _key(content: str, bucket: int) -> str:
    value = f"{bucket}|{content}"
    secret = conf.mail_keys()[0]
    return salted_hmac("wagtail_helpdesk.submission", value, secret=secret, algorithm="sha256").hexdigest()
