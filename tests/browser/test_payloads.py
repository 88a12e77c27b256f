"""Script-injection payloads in a real browser: nothing in a mail runs, loads anything or leaves its frame.

The sanitiser stands alone here: the browser is told to ignore the Content-Security-Policy that would stop the rest.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.personas import Desk
from wagtail_helpdesk.conversations.choices import Direction
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.conversations.words import NewFile, Words, prepare
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.participants import token_for
from wagtail_helpdesk.tickets.choices import Channel, TokenPurpose, Visibility
from wagtail_helpdesk.tickets.models import Ticket

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "payloads.jsonl"
BATCH = 60

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<math><mtext></p><style><!--</style><img title='--&gt;&lt;img src onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><img src=x onerror=alert(1)></template>",
    "<a href='jav&#x09;ascript:alert(1)' autofocus onfocus=alert(1)>x</a>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "<form action='https://evil.example'><button>go</button></form><input autofocus onfocus=alert(1)>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<base href='https://evil.example/'><img src=a.png>",
    "<link rel=stylesheet href='https://evil.example/a.css'><style>@import 'https://evil.example/b.css'</style>",
    "<img src='https://evil.example/pixel.png' srcset='https://evil.example/2.png 2x'>",
    "<table background='https://evil.example/bg.png'><td style=\"background:url('https://evil.example/c.png')\">x",
    "<div style='position:fixed;inset:0;z-index:9999;background:url(//evil.example/d)'>cover</div>",
    "<video src=x onerror=alert(1) poster='https://evil.example/p.png'></video><audio src=x onerror=alert(1)>",
    "<details open ontoggle=alert(1)>x</details><marquee onstart=alert(1)>x</marquee>",
    "<img src='/admin/logout/'><img src='//evil.example/q.png'>",
    "<xss id=x tabindex=1 onactivate=alert(1)></xss><body onload=alert(1)>",
    '"><img src=x onerror=alert(1)><!--',
    "<a name=body><a id=location href='https://evil.example/'>clobber</a>",
]

# In each frame: whatever could run or load by itself.
FIND_LIVING = """() => [...document.querySelectorAll("body *")].filter((element) =>
  /^(script|iframe|object|embed|form|input|button|svg|math|link|meta|base|video|audio|template|style)$/i.test(
    element.localName) ||
  [...element.attributes].some((attribute) => /^on/i.test(attribute.name) || attribute.name === "srcset" ||
    /^(href|src|background|action|data|poster)$/i.test(attribute.name) &&
    !/^(https?:|mailto:|tel:)/i.test(attribute.value)) ||
  element.id || element.getAttribute("name") || /url\\(|position|expression/i.test(element.getAttribute("style") || "")
).map((element) => element.outerHTML)"""


def corpus() -> list[str]:
    return [json.loads(line)["payload"] for line in CORPUS.read_text().splitlines()] if CORPUS.exists() else []


@pytest.fixture
def ticket(transactional_db: None, desk: Desk) -> Ticket:
    return factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="ana@example.org")


@pytest.fixture
def open_unguarded(new_page: Callable[..., Page], sign_in, desk: Desk) -> Callable[[], Page]:
    """Return a function that opens the admin in a browser without CSP, where a script that runs is an error."""

    def open_page() -> Page:
        page = new_page(bypass_csp=True)
        page.add_init_script(
            "for (const name of ['alert', 'confirm', 'prompt', 'open', 'print'])"
            " window[name] = () => console.error('a payload called ' + name)"
        )
        sign_in(page, desk.agent)
        page.goto(reverse("wagtailadmin_home"))
        return page

    return open_page


def store(ticket: Ticket, payloads: Sequence[str]) -> list[Message]:
    """Store each payload as a mail's HTML, through the same cleaning that a mail passes."""
    rows = []
    for payload in payloads:
        prepared = prepare(Words(html=payload, may_quote=True))
        rows.append(
            Message(
                ticket=ticket,
                direction=Direction.INBOUND,
                visibility=Visibility.PUBLIC,
                channel=Channel.EMAIL,
                text=prepared.text,
                html=prepared.html,
                reply_text=prepared.reply_text,
                reply_html=prepared.reply_html,
            )
        )
    Message.objects.bulk_create(rows)
    return list(Message.objects.filter(ticket=ticket).exclude(html="").order_by("pk"))


def open_in_frames(page: Page, addresses: Sequence[str]) -> None:
    """Open each address in a frame without a sandbox, and look at what is in it."""
    page.evaluate(
        """(addresses) => Promise.all(addresses.map((address) => new Promise((resolve) => {
            const frame = document.createElement("iframe");
            frame.onload = resolve;
            frame.src = address;
            document.body.append(frame);
        })))""",
        list(addresses),
    )
    frames = [frame for frame in page.frames if any(frame.url.endswith(address) for address in addresses)]
    assert len(frames) == len(addresses)
    for frame in frames:
        assert frame.evaluate(FIND_LIVING) == [], frame.url
    page.evaluate("document.querySelectorAll('iframe').forEach((frame) => frame.remove())")


def assert_dead(page: Page, ticket: Ticket, payloads: Sequence[str]) -> None:
    messages = store(ticket, payloads)
    for start in range(0, len(messages), BATCH):
        batch = messages[start : start + BATCH]
        open_in_frames(page, [reverse("helpdesk_conversations:body", args=[message.pk]) for message in batch])


def test_payloads_in_a_mail(ticket: Ticket, open_unguarded: Callable[[], Page]) -> None:
    assert_dead(open_unguarded(), ticket, PAYLOADS)


def test_collected_payloads_in_a_mail(ticket: Ticket, open_unguarded: Callable[[], Page]) -> None:
    payloads = corpus()
    if not payloads:
        pytest.skip("the corpus of payloads is not here")
    assert_dead(open_unguarded(), ticket, payloads)


def test_payloads_everywhere_else(
    desk: Desk, transactional_db: None, open_unguarded: Callable[[], Page], new_page: Callable[..., Page]
) -> None:
    """As subject, name, plain text and file name: in the list, the conversation, the history and the tracking page."""
    page = open_unguarded()
    customer = new_page(bypass_csp=True)
    for payload in PAYLOADS[:6]:
        ticket = factories.make_ticket(
            payload,
            subject=payload,
            name=payload,
            team=desk.team,
            mailbox=desk.mailbox,
            files=[NewFile(f"{payload}.html", payload.encode(), "text/html")],
        )
        factories.add_note(ticket, desk.agent, f"<p>Look:</p>{payload}")
        page.goto(reverse("helpdesk_tickets:ticket", args=[ticket.pk]))
        expect(page.get_by_role("heading", name=payload).first).to_be_visible()
        page.goto(reverse(Ticket.snippet_viewset.get_url_name("history"), args=[ticket.pk]))
        token = token_for(ticket.participants.get(), TokenPurpose.PORTAL)
        customer.goto(reverse("wagtail_helpdesk:tracking", args=[token.signed]))
        expect(customer.get_by_role("heading", level=1)).to_have_text(" ".join(payload.split()))
    page.goto(reverse("helpdesk_inbox:view", args=["unassigned"]))
    expect(page.get_by_text(PAYLOADS[0]).first).to_be_visible()
