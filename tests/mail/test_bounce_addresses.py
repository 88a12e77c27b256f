"""The addresses that reports on our mails come back to."""

from __future__ import annotations

import pytest
from django.test import override_settings

from tests.personas import Desk
from wagtail_helpdesk.mail.identity import make_bounce_address, split_bounce_address
from wagtail_helpdesk.mail.models import MailboxOptions

PUBLIC_ID = "abcdefghijk2"


def with_options(desk: Desk, **fields: object):
    MailboxOptions.objects.create(mailbox=desk.mailbox, **fields)
    return type(desk.mailbox).objects.get(pk=desk.mailbox.pk)


@pytest.mark.parametrize(
    ("fields", "begins"),
    [
        ({"bounce_address": "bounces@reports.example"}, "bounces+b"),
        ({"plus_addressing": True}, "support+b"),
        ({"bounce_address": "bounces@reports.example", "plus_addressing": True}, "bounces+b"),
    ],
)
def test_it_names_the_mail_and_is_signed(desk: Desk, fields: dict[str, object], begins: str) -> None:
    address = make_bounce_address(with_options(desk, **fields), PUBLIC_ID)
    assert address.startswith(begins)
    parts = split_bounce_address(address)
    assert parts.public_id == PUBLIC_ID
    assert parts.address == fields.get("bounce_address", "support@desk.example")
    # Gateways change the case.
    assert split_bounce_address(address.upper()).public_id == PUBLIC_ID


@pytest.mark.parametrize("fields", [{}, {"bounce_address": f"{'b' * 40}@reports.example"}])
def test_where_there_can_be_none(desk: Desk, fields: dict[str, object]) -> None:
    assert make_bounce_address(with_options(desk, **fields), PUBLIC_ID) == ""


def test_mailbox_without_options_has_none(desk: Desk) -> None:
    assert make_bounce_address(desk.mailbox, PUBLIC_ID) == ""


@pytest.mark.parametrize(
    "address",
    [
        "",
        "support@desk.example",
        "support+b@desk.example",
        f"support+b{PUBLIC_ID}{'a' * 16}@desk.example",
        "+b@",
        "é+b",
    ],
)
def test_what_is_not_ours(address: str) -> None:
    assert split_bounce_address(address) is None


def test_it_stays_good_when_the_key_changes(desk: Desk) -> None:
    mailbox = with_options(desk, plus_addressing=True)
    with override_settings(WAGTAIL_HELPDESK={"MAIL_KEYS": ["old"]}):
        address = make_bounce_address(mailbox, PUBLIC_ID)
    with override_settings(WAGTAIL_HELPDESK={"MAIL_KEYS": ["new", "old"]}):
        assert split_bounce_address(address) is not None
    with override_settings(WAGTAIL_HELPDESK={"MAIL_KEYS": ["new"]}):
        assert split_bounce_address(address) is None
