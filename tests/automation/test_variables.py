"""What saved texts may name, and what becomes of it."""

from __future__ import annotations

import pytest
import time_machine
from django.contrib.auth import get_user_model

from wagtail_helpdesk.automation.variables import (
    fill_html,
    first_name,
    has_broken_variable,
    missing_in,
    unknown_variables,
    values_for,
    variables,
)
from wagtail_helpdesk.tickets.custom_fields.models import TicketField

VALUES = {"customer.name": "Ana <b>Souza</b>", "customer.first_name": "Ana", "ticket.number": "HD-7", "agent.name": ""}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hello {{ customer.first_name }},", "Hello Ana,"),
        ("{{customer.first_name|there}}", "Ana"),
        ("{{ customer.name }}", "Ana &lt;b&gt;Souza&lt;/b&gt;"),
        ("Hi {{ agent.name|a colleague }}", "Hi a colleague"),
        ("Hi {{ agent.name }}", "Hi [[agent.name]]"),
        ("Hi {{ agent.name| }}!", "Hi !"),
        ("{{ mailbox.name }}", "[[mailbox.name]]"),
        ("{{ ticket.team.members }} {{ secret }}", "{{ ticket.team.members }} {{ secret }}"),
        ("{{ customer.name.__class__ }}", "{{ customer.name.__class__ }}"),
        ("{% load x %}{{ ticket.number }}", "{% load x %}HD-7"),
    ],
)
def test_filling(text, filled):
    assert fill_html(text, VALUES) == filled


def test_a_value_is_not_read_again():
    assert fill_html("{{ customer.name }}", {"customer.name": "{{ ticket.number }}", "ticket.number": "1"}) == (
        "{{ ticket.number }}"
    )


@pytest.mark.parametrize(
    ("text", "unknown", "broken"),
    [
        ("{{ customer.name }}", [], False),
        ("{{ customer.nam }} {{ x }} {{ x }}", ["customer.nam", "x"], False),
        ("{{ <b>customer.name</b> }}", [], True),
        ("{{ customer.name|<b>x }}</b>", [], True),
        ("{{ customer.name", [], True),
        ("{ customer.name }", [], False),
    ],
)
def test_what_is_refused(text, unknown, broken):
    assert (unknown_variables(text), has_broken_variable(text)) == (unknown, broken)


def test_gaps_are_found():
    assert missing_in("<p>[[customer.name]] [[customer.name]] [[note]] [x]</p>") == ["customer.name"]


@pytest.mark.parametrize(
    ("name", "first"),
    [("Ana Souza", "Ana"), ("Souza, Ana Maria", "Ana"), ("Ana", "Ana"), ("", ""), ("ana@example.org", ""), ("X,", "X")],
)
def test_first_names(name, first):
    assert first_name(name) == first


@time_machine.travel("2026-03-02 12:00", tick=False)
def test_values_of_a_ticket(desk, ticket):
    ticket.language = "pt-br"
    values = values_for(user=desk.agent, ticket=ticket, language=ticket.language)
    assert values["customer.name"] == "Ana Souza"
    assert values["ticket.number"] == ticket.reference
    assert values["agent.first_name"] == "Bruno"
    assert values["today"] == "2 de Março de 2026"
    ticket.requester.name = "Ana\r\nBcc: x@example.org " + "y" * 500
    value = values_for(user=desk.agent, ticket=ticket)["customer.name"]
    assert "\n" not in value and len(value) == 200


def test_fields_that_an_administrator_added(ticket):
    TicketField.objects.create(name="Order", key="order")
    TicketField.objects.create(name="Margin", key="margin", is_staff_only=True)
    ticket.custom_fields = {"order": "A <12>", "margin": "70"}
    known = values_for(user=get_user_model()(), ticket=ticket)
    assert (
        fill_html("{{ field.order }} {{ field.margin }} {{ field.none|-}}", known) == "A &lt;12&gt; [[field.margin]] -"
    )
    assert missing_in("[[field.margin]] [[field.x2]]") == ["field.margin", "field.x2"]
    # What is for agents only is none of a customer's business.
    assert unknown_variables("{{ field.order }} {{ field.margin }} {{ field.x }}") == ["field.margin", "field.x"]
    assert ("field.order", "Order") in variables()
    assert "field.margin" not in dict(variables())
