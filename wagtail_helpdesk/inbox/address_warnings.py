"""What an agent should know of the addresses that an answer goes to, before it is written."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.addresses import address_hash, is_address
from wagtail_helpdesk.conversations.actions.addressing import Addressed, is_ours
from wagtail_helpdesk.inbox.composer import copied_by_default
from wagtail_helpdesk.mail.choices import RecipientState
from wagtail_helpdesk.mail.models import AddressSuppression
from wagtail_helpdesk.mail.parsing.noise import is_no_reply
from wagtail_helpdesk.tickets.choices import Role
from wagtail_helpdesk.tickets.models import TicketParticipant

_OURS = _("%(address)s is a mailbox of this desk.")
_NOBODY_READS = _("%(address)s looks like an address that nobody reads.")
#: By the reason why an address gets no automatic mail. A person may write to it all the same.
_SUPPRESSED: dict[str, Promise] = {
    RecipientState.BOUNCED: _("Mail to %(address)s came back lately."),
    RecipientState.COMPLAINED: _("Somebody at %(address)s called our mail spam."),
    "repeating": _("%(address)s sends the same mail again and again: it may be a machine."),
}


def warnings_for(people: Sequence[TicketParticipant]) -> list[str]:
    """Return a sentence for each doubtful address of those whom an answer reaches. One query, none for nobody."""
    copied = copied_by_default(people)
    reached = [person for person in people if person.role == Role.REQUESTER or person.pk in copied]
    return _doubts([person.reply_address or person.address for person in reached])


def typed_warnings(people: Sequence[Addressed]) -> list[str]:
    """Return the same for addresses that an agent typed, and which of them are our own. No query for nobody."""
    ours = [person.address for person in people if is_address(person.address) and is_ours(person.address)]
    found = [str(_OURS) % {"address": address} for address in ours]
    return found + _doubts([person.address for person in people if person.address not in ours])


def _doubts(addresses: Sequence[str]) -> list[str]:
    hashes = {address: address_hash(address) for address in addresses if is_address(address)}
    if not hashes:
        return []
    suppressed = AddressSuppression.objects.filter(address_hash__in=hashes.values(), until__gt=timezone.now())
    reasons = dict(suppressed.values_list("address_hash", "reason"))
    found = []
    for address, hashed in hashes.items():
        if is_no_reply(address):
            found.append(str(_NOBODY_READS) % {"address": address})
        if hashed in reasons:
            words = _SUPPRESSED.get(reasons[hashed], _SUPPRESSED[RecipientState.BOUNCED])
            found.append(str(words) % {"address": address})
    return found
