"""What mails that are read together will ask the database, asked once for all of them.

A customer's mail that is appended still looks by itself, once it has locked its ticket, for what must not be missed
(what is scheduled, who watches).
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.utils import timezone

from wagtail_helpdesk.addresses import address_hash, is_address
from wagtail_helpdesk.contacts.actions.find_or_create_contact import foresee_holders
from wagtail_helpdesk.intake.candidates import foresee_candidates
from wagtail_helpdesk.mail.arriving.accept import hash_message_id
from wagtail_helpdesk.mail.arriving.process import names_of
from wagtail_helpdesk.mail.ledger import foresee_automatic_mails
from wagtail_helpdesk.mail.models import InboundMail
from wagtail_helpdesk.mail.parsing import ParsedMail

#: For fewer it costs as much as it saves.
FEWEST = 3


def foresee(mails: Sequence[tuple[InboundMail, ParsedMail]]) -> None:
    """Ask for ``mails``, which are filed next, in this transaction. At most six queries.

    What they write for each other is found among the rows that are still to be written; a database that cannot keep
    those until the end is asked each time.
    """
    if len(mails) < FEWEST or not connection.features.can_return_rows_from_bulk_insert:
        return
    addresses = {
        people[0].email
        for _mail, parsed in mails
        if (people := parsed.from_addresses or parsed.sender) and is_address(people[0].email)
    }
    own = {hash_message_id(parsed.message_id) for _mail, parsed in mails if parsed.message_id}
    foresee_holders({address_hash(address) for address in addresses})
    foresee_candidates(own.union(*(names_of(parsed) for _mail, parsed in mails)))
    mailbox_ids = {mail.mailbox_id for mail, _parsed in mails if mail.mailbox_id}
    foresee_automatic_mails(addresses, mailbox_ids, timezone.now())
