"""Builds what the single door takes from a parsed mail: people, words, evidence and verdicts."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from wagtail_helpdesk.conversations.choices import Flag
from wagtail_helpdesk.conversations.words import Words
from wagtail_helpdesk.events import Verdict
from wagtail_helpdesk.intake.incoming import EvidenceKind, Forward, IncomingMessage, SenderAuth
from wagtail_helpdesk.mail.arriving import translate
from wagtail_helpdesk.mail.arriving.agents import agent_by_address, answer_html, new_files, words_above
from wagtail_helpdesk.mail.arriving.authentication import Authentication
from wagtail_helpdesk.mail.arriving.evidence import Hints
from wagtail_helpdesk.mail.arriving.forwards import Forwarded, may_be_forward, unwrap
from wagtail_helpdesk.mail.arriving.languages import language_of
from wagtail_helpdesk.mail.arriving.routing import Route
from wagtail_helpdesk.mail.models import InboundMail
from wagtail_helpdesk.mail.parsing import Classification, ParsedMail
from wagtail_helpdesk.tickets.choices import Channel

#: How often a machine's mails reopen one ticket in an hour.
MACHINE_REOPENINGS = 3


class Handover:
    """One mail on its way to the door."""

    def __init__(
        self,
        mail: InboundMail,
        raw: bytes,
        parsed: ParsedMail,
        route: Route,
        auth: Authentication,
        classification: Classification,
    ) -> None:
        self.mail, self.raw, self.parsed = mail, raw, parsed
        self.route, self.auth, self.classification = route, auth, classification
        self.options = route.options
        self.is_auto_reply = classification.primary == "auto_replied"
        self.is_spam = classification.primary == "spam"

    def build(self, hints: Hints) -> IncomingMessage:
        """Return the message as the door takes it, with the evidence in ``hints``."""
        parsed, mail, is_spam = self.parsed, self.mail, self.is_spam
        people = translate.read_people(parsed, self.route.own, self.options.web_form_senders)
        words = translate.read_words(
            parsed,
            raw=self.raw,
            differs=people.reply_to_differs,
            is_auto_reply=self.is_auto_reply,
            whole_size=mail.envelope.get("whole_size"),
        )
        opens = not self.is_auto_reply or self.options.auto_replies_open_tickets
        incoming = IncomingMessage(
            channel=Channel.EMAIL,
            key=mail.dedupe_key if not mail.dedupe_scope else _scoped(mail),
            sender=people.sender,
            words=words,
            mailbox_id=self.route.mailboxes[0].pk,
            auth=SenderAuth.UNKNOWN if people.by_web_form else self.auth.result,
            received_at=mail.received_at,
            sent_at=translate.sent_at(parsed, mail.received_at),
            evidence=hints.evidence,
            ids=hints.ids,
            may_acknowledge=self._acknowledge(),
            # A customer's answer that a filter takes for spam is still his answer; spam to no ticket is quarantined.
            may_reopen=Verdict(
                self.classification.may_reopen or is_spam, "" if is_spam else self.classification.reopen_reason
            ),
            may_notify=Verdict(mail.origin != "archive", "archive" if mail.origin == "archive" else ""),
            may_open=opens,
            is_spam=is_spam,
            strict=self.options.strict_threading,
            counts_as_waiting=not self.is_auto_reply,
            reopenings_per_hour=MACHINE_REOPENINGS if self.classification.primary == "auto_generated" else None,
            reply_address=people.reply_address,
            copied=people.copied,
            recipients=translate.display_recipients(parsed),
            language=language_of(parsed, words.text),
        )
        if any(one.kind == EvidenceKind.AGENT for one in hints.evidence):
            return self._answered(incoming)
        return incoming if people.by_web_form else self._unwrapped(incoming)

    def _acknowledge(self) -> Verdict:
        if self.parsed.from_addresses and self.classification.primary in ("own_copy", "own_mailbox"):
            return Verdict(False, "own_mailbox")
        if self.auth.result == SenderAuth.FAIL:
            # Whoever stands in From did not write it, and wants no answer to it.
            return Verdict(False, "forged")
        return translate.may_acknowledge(
            self.classification,
            self.parsed,
            addressed_to_us=self.route.is_addressed,
            is_archive=self.mail.origin == "archive",
            received_at=self.mail.received_at,
        )

    def _answered(self, incoming: IncomingMessage) -> IncomingMessage:
        """Add what an agent wrote above the notice, and leave out every file that only the notice had."""
        words = incoming.words
        files = new_files(words)
        return replace(incoming, answer=answer_html(words), words=replace(words, files=files))

    def _unwrapped(self, incoming: IncomingMessage) -> IncomingMessage:
        """Take a mail that an agent passed on for what it holds; whoever is not proven to be one only gets a hint."""
        if self.classification.primary != "human" or not may_be_forward(self.parsed, incoming.words.text):
            return incoming
        agent = agent_by_address(incoming.sender.address)
        if agent is None:
            return incoming
        inner = unwrap(self.parsed, incoming.words)
        if inner is None:
            return incoming
        if self.auth.result != SenderAuth.PASS:
            return _flagged(incoming, incoming.words, Flag.LOOKS_FORWARDED)
        return self._forwarded(incoming, inner, agent)

    def _forwarded(self, incoming: IncomingMessage, inner: Forwarded, agent: Any) -> IncomingMessage:
        ids = incoming.ids
        if ids is not None:
            referenced = dict.fromkeys([*inner.ids, *ids.referenced])
            ids = replace(ids, referenced=tuple(value for value in referenced if value != ids.own))
        forwarded = replace(
            incoming,
            sender=inner.sender,
            ids=ids,
            auth=SenderAuth.UNKNOWN,
            sent_at=inner.sent_at,
            may_acknowledge=Verdict(False, "forwarded"),
            reply_address="",
            copied=(),
            recipients={},
            language=language_of(inner.parsed or ParsedMail(), inner.words.text),
            forward=Forward(agent.pk, words_above(inner.above)),
        )
        return _flagged(forwarded, inner.words, Flag.FORWARDED)


def _flagged(incoming: IncomingMessage, words: Words, flag: str) -> IncomingMessage:
    return replace(incoming, words=replace(words, flags=(*words.flags, flag)))


def _scoped(mail: InboundMail) -> str:
    """The key of one mailbox's copy, where each mailbox has its own ticket."""
    return hashlib.sha256(f"{mail.dedupe_scope}:{mail.dedupe_key}".encode()).hexdigest()
