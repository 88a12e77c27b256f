"""What one mail costs: a fixed number of queries, whatever else the desk holds."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.mail.helpers import make_mail, take_in
from tests.personas import Desk
from wagtail_helpdesk.mail.arriving.accept import Envelope, Origin, accept
from wagtail_helpdesk.mail.arriving.process import process
from wagtail_helpdesk.mail.models import OutboundMail

MAILS = {
    "first mail of a stranger, acknowledged": (make_mail("Hello"), 27),
    "another matter of somebody known": (make_mail("Hello", sender="w@example.org", subject="Other"), 21),
    "answer": (make_mail("Hello", sender="w@example.org", in_reply_to="<w@example.org>"), 20),
}


@pytest.mark.parametrize("what", MAILS)
def test_queries_of_a_mail(desk: Desk, what: str) -> None:
    take_in(make_mail("First", sender="w@example.org", message_id="<w@example.org>"), desk.mailbox)
    mail, most = MAILS[what]
    row = accept(mail.as_bytes(), Envelope(), Origin("import", desk.mailbox.pk)).mail
    with CaptureQueriesContext(connection) as captured:
        assert process(row.pk).outcome in ("opened", "appended")
    asked = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
    assert len(asked) <= most, "\n".join(asked)
    assert OutboundMail.objects.filter(kind="ack").count() == (2 if "acknowledged" in what else 1)
