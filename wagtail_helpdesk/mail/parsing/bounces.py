"""Bounces of mail systems that do not write standard delivery reports: told by sender, subject and words together.

Good enough for filing such a mail, never for changing the state of anything that we sent.
"""

from __future__ import annotations

import re

from .html_stub import rough_text
from .mail_types import ParsedMail

_REACH = 3000

_DAEMON = re.compile(r"mailer[-_. ]?daemon|mail\.?delivery\.?(?:sub)?system|mdaemon|post[-_]master", re.IGNORECASE)
# People read and write mail as postmaster, so this one needs a second witness.
_POSTMASTER = re.compile(r"postmaster", re.IGNORECASE)
_DAEMON_NAME = re.compile(r"\bmail delivery (?:sub)?system\b|\bmailer[- ]daemon\b", re.IGNORECASE)

_SUBJECT = re.compile(
    r"(?:\W|warning: |\[[^\]]{0,40}\] )?(?:"
    r"undeliver(?:able|ed)\b|non[- ]?deliver(?:y|able)"
    r"|(?:mail|message|e-mail) (?:delivery|system error|undeliverable|delayed)"
    r"|delivery (?:status )?notification|delivery (?:has )?(?:been )?(?:failed|failure|delayed|incomplete)"
    r"|failed delivery|failure (?:notice|delivery)|permanent delivery failure|returned (?:mail|message)"
    r"|could not send message|message \S{1,60} delayed|message you sent (?:could not|blocked)"
    r"|unzustellbar|nicht zustellbar|(?:mail|nachricht) konnte nicht zugestellt|zustellung (?:fehlgeschlagen|verz)"
    r"|non remis|(?:message )?non distribuable|[ée]chec de (?:la )?(?:remise|livraison)"
    r"|no se (?:puede|ha podido|pudo) entregar|no entregado|mensaje no entregado|error en la entrega"
    r"|n[ãa]o (?:foi )?entregue|mensagem n[ãa]o entregue|falha na entrega|n[ãa]o (?:foi|[ée]) poss[íi]vel entregar"
    r"|non recapitabile|impossibile recapitare|mancato recapito|onbestelbaar|niet bezorgd"
    r"|nie mo[żz]na dostarczy|niedostarczon|(?:ваше )?сообщение не доставлено|не удалось доставить|недоставленн"
    r"|メールエラー通知|配信不能|配送失敗|退信|无法投递|無法傳遞"
    r")",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"this is the (?:mail system|postfix program|\w{0,20} ?mail agent) at|qmail-send program"
    r"|created automatically by (?:the )?mail delivery s"
    r"|message that you (?:have )?sent (?:could not be|has not yet been) delivered"
    r"|(?:could not|couldn't|cannot) be (?:successfully )?delivered to|message (?:wasn't|was not) delivered"
    r"|(?:unable|wasn't able|was not able) to deliver (?:your|the) message"
    r"|delivery (?:has )?(?:to the following|failed to these) recipient|did not reach the following recipient"
    r"|addresses had (?:permanent |transient )?(?:delivery|fatal|non-fatal) (?:delivery )?errors"
    r"|transcript of session follows|error (?:occurred while trying to deliver|delivering your mail)"
    r"|failure reasons|invalid final delivery userid|following recipients was rejected by|error: invalid user address"
    r"|automatically generated delivery status notification|mail(?:box)? is full"
    r"|konnten? nicht zugestellt werden|n'a pas pu [êe]tre (?:remis|distribu|livr)"
    r"|no (?:se ha podido|ha podido|pudo) (?:ser )?entregar?|n[ãa]o p[ôo]de ser entregue|n[ãa]o foi entregue"
    r"|impossibile recapitare|non [èe] stato (?:possibile )?recapita|не может быть доставлено|не удалось доставить"
    r"|送信できませんでした|配信できませんでした|无法(?:投递|送达)|無法(?:投遞|傳遞)",
    re.IGNORECASE,
)
_COMPLAINT = re.compile(r"complaint about message from [0-9a-f.:]{7,45}$", re.IGNORECASE)


def is_bounce(mail: ParsedMail, *, null_sender: bool) -> bool:
    """Tell whether ``mail`` is a bounce, though no standard report. ``null_sender``: its envelope names no sender."""
    daemon, postmaster = _sender_is_daemon(mail)
    subject = _SUBJECT.match(mail.subject) is not None
    body = _BODY.search(_opening(mail)) is not None
    if mail.headers.get("x-failed-recipients"):
        return daemon or postmaster or null_sender
    if daemon:
        return subject or body
    if postmaster:
        return body or (subject and null_sender)
    if null_sender:
        return body
    # Some mail systems sign with nothing, or with an address that only says "no reply".
    return subject and body and (not mail.from_addresses or "<>" in mail.headers.get("from"))


def is_complaint(mail: ParsedMail) -> bool:
    """Tell whether ``mail`` is a feedback report that is not in the standard's form (Microsoft's)."""
    return _COMPLAINT.match(mail.subject) is not None and any(
        attachment.declared_type == "message/rfc822" for attachment in mail.attachments
    )


def _sender_is_daemon(mail: ParsedMail) -> tuple[bool, bool]:
    """Return whether a mail system wrote this, and whether somebody called postmaster did."""
    sender = mail.from_addresses[0] if mail.from_addresses else None
    local = sender.email.rpartition("@")[0] if sender else mail.headers.get("from")
    daemon = _DAEMON.search(local) is not None or (sender is not None and _DAEMON_NAME.search(sender.name) is not None)
    return daemon, _POSTMASTER.fullmatch(local) is not None


def _opening(mail: ParsedMail) -> str:
    return " ".join((mail.text[:_REACH] or rough_text(mail.html)[:_REACH]).split())
