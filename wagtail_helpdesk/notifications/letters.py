"""Writes mails to agents, apart from all that writes to customers.

An answer to one is for no more eyes than what it tells of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext
from wagtail.admin.utils import get_admin_base_url, get_user_display_name

from wagtail_helpdesk import conf
from wagtail_helpdesk.conversations.choices import Direction
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.mail.arriving.languages import nearest_language
from wagtail_helpdesk.mail.arriving.local_dkim import is_available as dkim_is_available
from wagtail_helpdesk.mail.choices import Audience, MailKind
from wagtail_helpdesk.mail.compose.headers import mailbox_header
from wagtail_helpdesk.mail.identity import make_reply_address
from wagtail_helpdesk.mail.links import default_site, stop_url
from wagtail_helpdesk.mail.models import MailboxOptions, OutboundMail
from wagtail_helpdesk.mail.own_texts import choose, texts_for
from wagtail_helpdesk.notifications.choices import NoticeKind
from wagtail_helpdesk.notifications.content import DigestText, DigestTicket, Happened, NoticeText, compose
from wagtail_helpdesk.notifications.models import Notice
from wagtail_helpdesk.notifications.outgoing import Letter
from wagtail_helpdesk.notifications.stop_tokens import stop_token
from wagtail_helpdesk.notifications.words import sentence
from wagtail_helpdesk.tickets.actions.participants import agent_token_for
from wagtail_helpdesk.tickets.choices import Visibility
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may

#: Earlier mails about the same ticket that a mail program threads this one with.
_CHAIN = 5


def ticket_letter(user: Any, notices: Sequence[Notice]) -> Letter:
    """Return the mail about ``notices``, which are of one ticket."""
    ticket, language = notices[0].ticket, language_of(user)
    shown = [(notice, _message_for(notice)) for notice in notices]
    visibility = _visibility([message for _notice, message in shown if message is not None])
    answer = _answer(user, ticket, visibility)
    with translation.override(language):
        body = compose(
            NoticeText(
                language=language,
                reference=ticket.reference,
                subject=ticket.display_subject,
                url=_admin_url("helpdesk_tickets:ticket", ticket.pk),
                settings_url=settings_url(),
                happened=_happened(shown),
                answer=answer,
                team=ticket.mailbox.name,
                name=get_user_display_name(user),
                own=choose(texts_for(ticket.mailbox_id, MailKind.NOTICE), language),
            )
        )
        subject = f"[{ticket.reference}] {ticket.display_subject}"
    visibility = answer or Visibility.INTERNAL
    return Letter(
        kind=MailKind.NOTICE,
        purpose=_purpose("notice", user, notices),
        mailbox=ticket.mailbox,
        language=language,
        subject=subject,
        body=body,
        ticket=ticket,
        visibility=visibility,
        reply_to=_reply_to(user, ticket, visibility) if answer else "",
        chain=_chain(user, ticket, visibility),
    )


def digest_letter(user: Any, notices: Sequence[Notice]) -> Letter:
    """Return one mail about all of ``notices``, without anybody's words."""
    language = language_of(user)
    by_ticket: dict[Ticket, list[Notice]] = {}
    for notice in notices:
        by_ticket.setdefault(notice.ticket, []).append(notice)
    with translation.override(language):
        count = len(by_ticket)
        subject = ngettext("News on %(count)s ticket", "News on %(count)s tickets", count) % {"count": count}
        tickets = [
            DigestTicket(
                reference=ticket.reference,
                subject=ticket.display_subject,
                url=_admin_url("helpdesk_tickets:ticket", ticket.pk),
                sentences=list(dict.fromkeys(sentence(notice) for notice in rows)),
            )
            for ticket, rows in by_ticket.items()
        ]
        url = settings_url()
        body = compose(
            DigestText(
                language=language,
                title=subject,
                tickets=tickets,
                settings_url=url,
                url=_admin_url("helpdesk_inbox:notices"),
            )
        )
    return Letter(
        kind=MailKind.DIGEST,
        purpose=_purpose("digest", user, notices),
        mailbox=notices[0].ticket.mailbox,
        language=language,
        subject=subject,
        body=body,
        unsubscribe_url=stop_url(stop_token(user), _public_site(notices[0].ticket)) or url,
    )


def _public_site(ticket: Ticket) -> Any:
    return ticket.site or ticket.mailbox.site or default_site()


def language_of(user: Any) -> str:
    """Return the language of the user's admin, as far as our mails speak it."""
    profile = getattr(user, "wagtail_userprofile", None)
    return nearest_language([profile.get_preferred_language() if profile else settings.LANGUAGE_CODE])


def settings_url() -> str:
    """Return the address of the page where an agent chooses notices."""
    return _admin_url("wagtailadmin_account") + "#tab-notifications"


def _message_for(notice: Notice) -> Message | None:
    """Return whose words stand below a notice: its message's, else the customer's newest; none for trouble of ours."""
    if notice.kind == NoticeKind.DELIVERY:
        return None
    if notice.message is not None:
        return notice.message
    public = Message.objects.public().filter(ticket=notice.ticket, direction=Direction.INBOUND)
    return public.order_by("-created_at", "-pk").first()


def _visibility(messages: Sequence[Message]) -> str:
    """Public only where every word that the mail shows is: an answer never reaches more people than these."""
    is_public = bool(messages) and all(message.visibility == Visibility.PUBLIC for message in messages)
    return Visibility.PUBLIC if is_public else Visibility.INTERNAL


def _happened(shown: Sequence[tuple[Notice, Message | None]]) -> list[Happened]:
    """Return the notices in words; a message that several are about stands below the first."""
    result, seen = [], set()
    for notice, message in shown:
        message = None if message is None or message.pk in seen else message
        seen |= {message.pk} if message else set()
        result.append(
            Happened(
                sentence=sentence(notice),
                at=timezone.localtime(notice.created_at),
                author=(message.author_name or message.from_address) if message else "",
                words=message.reply_text if message else "",
                is_note=message is not None and message.is_note,
                file_names=_file_names(message),
            )
        )
    return result


def _file_names(message: Message | None) -> list[str]:
    return [file.display_name for file in message.attachments.filter(hidden=False)] if message else []


def _answer(user: Any, ticket: Ticket, visibility: str) -> str:
    """Return what an answer by mail becomes: "public", "internal", or "" where none would be taken.

    An agent's mail is taken only where it can be proven to be the agent's.
    """
    options = getattr(ticket.mailbox, "mail_options", None) or MailboxOptions(mailbox=ticket.mailbox)
    is_checked = options.trusted_authserv_ids or options.trusts_microsoft
    if not is_checked and not (conf.get("VERIFY_DKIM") and dkim_is_available()):
        return ""
    if visibility == Visibility.PUBLIC and may(user, "reply", ticket):
        return Visibility.PUBLIC
    return Visibility.INTERNAL if may(user, "note", ticket) else ""


def _reply_to(user: Any, ticket: Ticket, visibility: str) -> str:
    mailbox = ticket.mailbox
    options = getattr(mailbox, "mail_options", None)
    if options is None or not options.plus_addressing:
        return ""
    token = agent_token_for(ticket, user, visibility).signed
    return mailbox_header(mailbox.name, make_reply_address(mailbox, token))


def _chain(user: Any, ticket: Ticket, visibility: str) -> list[str]:
    """Return the Message-IDs before. Only mails whose answers are for the same eyes: an answer names them all."""
    before = OutboundMail.objects.filter(
        ticket=ticket,
        audience=Audience.AGENT,
        kind=MailKind.NOTICE,
        message_visibility=visibility,
        recipients__user=user,
    )
    return list(before.order_by("-pk").values_list("message_id_header", flat=True)[:_CHAIN])[::-1]


def _admin_url(name: str, *args: Any) -> str:
    site = default_site()
    base = get_admin_base_url() or (site.root_url if site else "")
    return base.rstrip("/") + reverse(name, args=args)


def _purpose(what: str, user: Any, notices: Sequence[Notice]) -> str:
    return f"{what}:{user.pk}:{','.join(str(notice.pk) for notice in notices)}"
