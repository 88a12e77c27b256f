"""What the decision trace of a mail says, in the reader's language. Stored are codes and short English lines."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.mail.choices import DeliveryEventKind

Words = str | Promise

_RULES: dict[str, Words] = {
    "T1": _("An agent's answer, proven to be the agent's."),
    "T2": _("It came to an agent's address and did not prove to be that agent's: it waits for a person."),
    "T3": _("It answers a mail of ours, and its sender takes part in the ticket."),
    "T4": _("It answers a mail of ours, but its sender does not take part in the ticket, or may be forged."),
    "T5": _("It names an earlier message of the ticket, and its sender takes part."),
    "T6": _("It names an earlier message of a ticket in which its sender does not take part."),
    "T7": _("The ticket's number stands in its subject, and its sender is proven to take part."),
    "T8": _("A number stands in its subject, which proves nothing."),
    "T9": _("The same sender wrote with the same subject before; that alone joins nothing."),
    "T10": _("It belongs to no ticket that we know."),
    "U": _("An agent added it to this ticket."),
    "forwarded": _("An agent passed it on."),
    "blocked": _("Its sender was blocked on that ticket."),
}
_VERBS: dict[str, Words] = {
    "answer": _("taken as the agent's answer"),
    "hold": _("held"),
    "append": _("added to the ticket"),
    "append_outside": _("added to the ticket as an outside sender's"),
    "open": _("a new ticket"),
    "quarantine": _("put into Spam"),
}
_HINTS: dict[str, Words] = {
    "agent": _("address of an agent's notice"),
    "token": _("reply address of a participant"),
    "own_id": _("Message-ID of ours"),
    "foreign_id": _("Message-ID of an earlier message"),
    "subject": _("number in the subject"),
    "same_subject": _("same sender and subject"),
    "upload": _("chosen by an agent"),
}
_PROBLEMS: dict[str, Words] = {
    "bad_boundary": _("the border of its parts is not the one that it names"),
    "empty": _("it has neither words nor files"),
    "encrypted_pgp": _("it is encrypted (PGP)"),
    "encrypted_smime": _("it is encrypted (S/MIME)"),
    "signed_smime_opaque": _("it is signed in a way that hides its words (S/MIME)"),
    "signed": _("it is signed; nobody checked the signature"),
    "from_conflict": _("the sender's name holds another address than the sender's"),
    "several_from": _("it names more than one sender"),
    "no_from": _("it names no sender"),
    "no_headers": _("it has no header"),
    "no_blank_line": _("no empty line stands below its header"),
    "malformed_header": _("a line of its header is broken"),
    "header_too_long": _("a line of its header is too long"),
    "header_block_too_long": _("its header is too long"),
    "too_deep": _("its parts lie too deep in each other"),
    "too_large": _("it is too large to be read wholly"),
    "too_many_attachments": _("it has too many files"),
    "too_many_parts": _("it has too many parts"),
    "truncated_html": _("its HTML is too long"),
    "truncated_text": _("its text is too long"),
    "truncated_subject": _("its subject is too long"),
    "unclosed_multipart": _("its end is missing"),
    "unreadable": _("it could not be read"),
}
_NO_ACKNOWLEDGEMENT: dict[str, Words] = {
    "": _("for no reason that was written down"),
    "archive": _("it is old mail"),
    "held": _("it was held"),
    "upload": _("it was added from a file"),
    "spam": _("it counts as spam"),
    "not_addressed_to_us": _("the mailbox stands neither in To nor in Cc"),
    "too_old": _("it is more than a day old"),
    "unreadable": _("it could not be read"),
    "no_sender": _("it names no sender"),
    "several_from": _("it names more than one sender"),
    "null_sender": _("its envelope names no sender"),
    "no_reply_address": _("its sender reads no answers"),
    "asks_for_no_answer": _("it asks for no automatic answer"),
    "calendar": _("it is an invitation"),
    "forged": _("its sender may be forged"),
    "own_mailbox": _("it is mail of a mailbox of ours"),
    "forwarded": _("an agent passed it on"),
}
_LABELS: dict[str, Words] = {
    "human": _("a person's mail"),
    "dsn": _("delivery report"),
    "mdn": _("read receipt"),
    "arf": _("complaint"),
    "auto_replied": _("automatic reply"),
    "auto_generated": _("automatic mail"),
    "list_bulk": _("mailing list or bulk mail"),
    "own_copy": _("copy of our own mail"),
    "own_mailbox": _("mail of a mailbox of ours"),
    "calendar": _("invitation"),
    "spam": _("spam"),
    "suspect_noreply": _("sender that reads no answers"),
}
_ORIGINS: dict[str, Words] = {
    "import": _("Import"),
    "archive": _("Import of old mail"),
    "sent": _("Folder of sent mail"),
    "upload": _("Added from a file"),
    "webhook": _("Mail service"),
    "pipe": _("Mail server (pipe)"),
    "lmtp": _("Mail server (LMTP)"),
    "imap": "IMAP",
    "pop3": "POP3",
    "maildir": "Maildir",
}
_WHOLE: dict[str, Words] = {
    "the raw source is gone": _("its source is gone"),
    "its files cannot be stored": _("its files cannot be stored; it will be tried again"),
    "addressed to none of our mailboxes": _("addressed to none of our mailboxes"),
    "a probe came back": _("a probe came back"),
    "a copy of our own mail": _("a copy of our own mail"),
    "an agent's automatic reply": _("an agent's automatic reply"),
    "automatic reply to no ticket": _("an automatic reply that belongs to no ticket"),
    "its ticket takes nothing more": _("its ticket takes nothing more"),
    "added before": _("it was added before"),
    "accepted before": _("it was taken before"),
    "added from a file": _("added from a file"),
    "discarded": _("discarded by a person"),
    "filed by a person": _("filed by a person"),
    "sent from another address": _("sent from another address"),
    "sent to somebody about no ticket": _("sent to somebody about no ticket"),
    "sent by one of us": _("sent by one of us"),
    "a copy of a mail that is gone": _("a copy of a mail that is gone"),
    "our own mail, in the folder of sent mail": _("our own mail, in the folder of sent mail"),
    "key known": _("the same mail was taken before"),
    "key known by now": _("the same mail was taken at the same time"),
    "opens no ticket": _("mail of this kind opens no ticket"),
    "finished too long ago: new ticket": _("that ticket was finished too long ago: a new ticket"),
    "reply address: valid": _("A reply address of ours, its signature is right."),
    "reply address: not ours": _("It looks like a reply address of ours, but its signature is wrong: ignored."),
    "bounce address: valid": _("It came to a bounce address of ours, whose signature is right."),
    "a number in the subject": _("A number stands in its subject."),
    "a Message-ID with our prefix and a wrong signature: ignored": _(
        "It names a Message-ID that looks like ours, but whose signature is wrong: ignored."
    ),
    "the agent's words could not be told from what they repeat": _(
        "the agent's words could not be told from what they repeat"
    ),
    "the sender's address is not the agent's": _("the sender's address is not the agent's"),
    "the agent may not answer this ticket any more": _("the agent may not answer this ticket any more"),
}
_KNOWN_BY: dict[str, Words] = {
    "bounce address": _("its bounce address"),
    "envelope id": _("the number in its envelope"),
    "Message-ID": "Message-ID",
    "loop header": _("our mark in its header"),
    "references": _("the mails that it names"),
    "words": _("a number in the report's words"),
    "source": _("a number in the report's source"),
}
_PROVEN: dict[str, Words] = {"fail": _("it may be forged"), "unknown": _("nobody checked it")}
_YES, _NO = _("yes"), _("no")


def explain(line: str) -> str:
    """Return one line of a mail's trace, or its reason, in words; a line that nobody knows as it is."""
    if line in _WHOLE:
        return str(_WHOLE[line])
    if line in _RULES:
        return f"{line}: {_RULES[line]}" if re.fullmatch(r"T\d+", line) else str(_RULES[line])
    for pattern, say in _PATTERNS:
        found = pattern.fullmatch(line)
        if found:
            return say(found)
    return line


def label(name: str) -> str:
    """Return what a mail was recognised as."""
    return str(_LABELS.get(name, name))


def origin(name: str) -> str:
    """Return by which way a mail came."""
    return str(_ORIGINS.get(name, name))


def _hint(found: re.Match[str]) -> str:
    values = {
        "hint": _HINTS.get(found[1], found[1]),
        "ticket": found[2],
        "takes_part": _YES if found[3] == "True" else _NO,
        "usable": _YES if found[4] == "True" else _NO,
    }
    return (
        str(_("%(hint)s: ticket %(ticket)s; sender takes part: %(takes_part)s; ticket can take it: %(usable)s"))
        % values
    )


def _rule(found: re.Match[str]) -> str:
    rule = f"{found[1]}: " if found[1].startswith("T") else ""
    return f"{rule}{_RULES.get(found[1], found[1])} → {_VERBS.get(found[2], found[2])}"


def _acknowledgement(found: re.Match[str]) -> str:
    if found[1] == "True":
        return str(_("An acknowledgement may be sent."))
    code = found[2].strip()
    name = code.removeprefix("class_")
    why = _LABELS.get(name, name) if code.startswith("class_") else _NO_ACKNOWLEDGEMENT.get(code, code)
    return str(_("No acknowledgement: %(why)s.")) % {"why": why}


def _event(found: re.Match[str]) -> str:
    kind = DeliveryEventKind(found[1]).label if found[1] in DeliveryEventKind.values else found[1]
    proof = _("not proven") if found[3] else _("proven")
    return f"{' '.join(filter(None, (str(kind), found[2])))}: {proof}"


def _with(words: Words, **names: int) -> Callable[[re.Match[str]], str]:
    return lambda found: str(words) % {name: found[group] for name, group in names.items()}


_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(\w+) ticket=(\d+) takes_part=(\w+) usable=(\w+)"), _hint),
    (re.compile(r"(T\d+|U|forwarded|blocked): (\w+)"), _rule),
    (re.compile(r"acknowledge: (True|False)(.*)"), _acknowledgement),
    (
        re.compile(r"problem: (\w+)"),
        lambda found: str(_("Odd: %(what)s.")) % {"what": _PROBLEMS.get(found[1], found[1])},
    ),
    (
        re.compile(r"character set: declared (\S+), read as (\S+)"),
        _with(_("Character set: it names %(declared)s and was read as %(used)s."), declared=1, used=2),
    ),
    (re.compile(r"same mail as #(\d+)(?:, altered on the way)?"), _with(_("the same mail as #%(mail)s"), mail=1)),
    (re.compile(r"could not be filed \((\w+)\)"), _with(_("could not be filed (%(error)s)"), error=1)),
    (
        re.compile(r"(dsn|mdn|arf) about no mail of ours"),
        lambda found: str(_("%(report)s about no mail of ours")) % {"report": _LABELS[found[1]]},
    ),
    (
        re.compile(r"(dsn|mdn|arf) about a mail of an erased ticket"),
        lambda found: str(_("%(report)s about a mail of an erased ticket")) % {"report": _LABELS[found[1]]},
    ),
    (
        re.compile(r"(dsn|mdn|arf) by (.+)"),
        lambda found: (
            str(_("%(report)s, known by: %(by)s"))
            % {"report": _LABELS[found[1]], "by": _KNOWN_BY.get(found[2], found[2])}
        ),
    ),
    (
        re.compile(r"our mail by (.+)"),
        lambda found: (
            str(_("It is about a mail of ours, known by: %(by)s.")) % {"by": _KNOWN_BY.get(found[1], found[1])}
        ),
    ),
    (re.compile(r"(\w+) ?([\d.]*): (not )?verified"), _event),
    (
        re.compile(r"the sender is not proven \(authentication: (\w+)\)"),
        lambda found: str(_("the sender is not proven (%(result)s)")) % {"result": _PROVEN.get(found[1], found[1])},
    ),
    (re.compile(r"refused \((\w+)\)"), _with(_("it was refused (%(error)s)"), error=1)),
)
