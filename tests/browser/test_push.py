"""Push messages in a real browser: the devices on the account page, and what the service worker shows."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.axe import assert_axe
from tests.browser.screens import every_screen
from wagtail_helpdesk import vault
from wagtail_helpdesk.notifications.push.devices import hash_of
from wagtail_helpdesk.notifications.push.models import Push, PushSubscription
from wagtail_helpdesk.testing import factories

GONE = "async () => { for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister(); }"
#: Headless, it denies every site its notifications: these are the worker's calls, kept by tag as a device keeps them.
KEEPS = """() => {
  self.kept = new Map();
  self.registration.showNotification = async (title, options) => self.kept.set(options.tag, { title, ...options });
  self.registration.getNotifications = async () =>
    [...self.kept.values()].map((one) => ({ ...one, close: () => self.kept.delete(one.tag) }));
}"""
SHOWN = (
    "() => [...self.kept.values()].map(({ title, body, tag, silent, data }) => ({ title, body, tag, silent, ...data }))"
)
#: Notifications that a page finds.
STANDING = """
  window.takenAway = [];
  ServiceWorkerRegistration.prototype.getNotifications = async () => ['%s#message-5', '/admin/helpdesk/tickets/0/'].map(
    (url) => ({ data: { url }, close: () => window.takenAway.push(url) }));
"""
#: A browser that can subscribe: the real one would ask its maker's service.
SUBSCRIBES = """
(() => {
  const keys = { p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
    auth: 'BTBZMqHH6r4Tts7J_aSIgg' };
  const endpoint = 'https://push.example.net/abc';
  const there = () => localStorage.getItem('subscribed') === 'yes';
  const subscription = { endpoint, options: {}, toJSON: () => ({ endpoint, keys }),
    unsubscribe: async () => { localStorage.removeItem('subscribed'); return true; } };
  PushManager.prototype.getSubscription = async () => (there() ? subscription : null);
  PushManager.prototype.subscribe = async () => { localStorage.setItem('subscribed', 'yes'); return subscription; };
  Notification.requestPermission = async () => 'granted';
  Object.defineProperty(Notification, 'permission', { get: () => 'granted' });
})();
"""
ZONES = "Invalid time zone specified"


def add_device(user, number=1, **values):
    return PushSubscription.objects.create(
        user=user,
        endpoint=vault.seal("https://push.example.net/x"),
        endpoint_hash=str(number) * 64,
        public_key="x",
        auth=vault.seal("x"),
        user_agent="Firefox/140 (Android)",
        session_hash=hash_of(user.get_session_auth_hash()),
        signed_in_until=timezone.now() + timezone.timedelta(days=1),
        **values,
    )


@every_screen
def test_devices(page, sign_in, desk, transactional_db, screen, watch):
    watch.expect(ZONES)
    add_device(desk.agent, failures=3, last_error="status 503")
    add_device(desk.agent, 2)
    sign_in(page, desk.agent)
    page.goto("/admin/account/#tab-notifications")
    box = page.locator(".helpdesk-devices")
    expect(box.get_by_text("Firefox on Android").first).to_be_visible()
    expect(page.get_by_role("checkbox", name="Assigned to me: On my devices").first).to_be_checked()
    expect(page.get_by_label("Show names and subjects on my devices")).to_be_checked()
    expect(box.get_by_text("The last message could not be delivered (status 503).")).to_be_visible()
    assert_axe(page, within=".helpdesk-devices")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box.get_by_role("button", name="Send a test").first.click()
    expect(page.get_by_text("A test is on its way to Firefox on Android.")).to_be_visible()
    assert Push.objects.count() == 1
    box.get_by_role("button", name="Remove").first.click()
    expect(page.get_by_text("Firefox on Android shows no notices any more.")).to_be_visible()
    assert PushSubscription.objects.count() == 1


def test_enter_in_a_field_saves(page, sign_in, desk, transactional_db, watch):
    watch.expect(ZONES)
    add_device(desk.agent)
    sign_in(page, desk.agent)
    page.goto("/admin/account/")
    page.get_by_label("Last Name").fill("Lima")
    page.get_by_label("Last Name").press("Enter")
    expect(page.get_by_text("Your account settings have been changed successfully!")).to_be_visible()
    assert not Push.objects.exists()
    assert PushSubscription.objects.exists()


def test_what_hinders_is_said(new_page, sign_in, desk, transactional_db, watch):
    watch.expect(ZONES)
    page = new_page(keep=False)
    page.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' });")
    sign_in(page, desk.agent)
    page.goto("/admin/account/#tab-notifications")
    expect(page.get_by_text("This browser was told to show no notifications of this site.")).to_be_visible()
    expect(page.get_by_role("button", name="Turn on this device")).to_be_hidden()
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', { get: () => false });")
    page.reload()
    expect(page.get_by_text("browsers allow it only on pages that come over https")).to_be_visible()


@pytest.fixture
def phone(desk, transactional_db, new_page, sign_in, watch):
    """A page of Bruno's whose service worker is at work."""
    watch.expect(ZONES)
    watch.expect("Applying inline style violates")
    page = new_page(keep=False, service_workers="allow")
    page.context.grant_permissions(["notifications"])
    sign_in(page, desk.agent)
    yield page
    page.evaluate(GONE)


def test_turning_on_and_off(phone, desk):
    phone.add_init_script(SUBSCRIBES)
    phone.goto("/admin/account/#tab-notifications")
    # It loads the page again, with the device on it.
    with phone.expect_event("load"):
        phone.get_by_role("button", name="Turn on this device").click()
    expect(phone.get_by_text("This device", exact=True)).to_be_visible()
    expect(phone.get_by_role("button", name="Turn on this device")).to_be_hidden()
    device = PushSubscription.objects.get()
    assert (device.user, vault.unseal(device.endpoint)) == (desk.agent, "https://push.example.net/abc")
    with phone.expect_event("load"):
        phone.get_by_role("button", name="Remove").click()
    expect(phone.get_by_role("button", name="Turn on this device")).to_be_visible()
    assert not PushSubscription.objects.exists()
    assert phone.evaluate("localStorage.getItem('subscribed')") is None


class Deliver:
    """Hands pushes to the page's service worker, as a push service would."""

    def __init__(self, page):
        self.page, self.seen = page, []
        self.session = page.context.new_cdp_session(page)
        self.session.on(
            "ServiceWorker.workerRegistrationUpdated", lambda event: self.seen.extend(event["registrations"])
        )
        self.session.send("ServiceWorker.enable")

    def __call__(self, **content):
        origin = self.page.evaluate("location.origin")
        while not self.seen:
            self.page.evaluate("() => new Promise(requestAnimationFrame)")
        self.session.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": origin, "registrationId": self.seen[-1]["registrationId"], "data": json.dumps(content)},
        )


#: Looks until it is what is wanted, or five seconds are over; returns what it is then.
UNTIL = """async (wanted) => {
  const look = %s;
  for (let number = 0; number < 200; number += 1) {
    if (JSON.stringify(await look()) === JSON.stringify(wanted)) break;
    await new Promise((resolve) => { setTimeout(resolve, 25); });
  }
  return look();
}"""
BODIES = "() => [...self.kept.values()].map(({ body }) => body)"


def until(where, look, wanted):
    """Wait until the function ``look`` is ``wanted`` in a page or worker; fail with what it is instead."""
    assert where.evaluate(UNTIL % look, wanted) == wanted


@pytest.fixture
def worker(phone, desk):
    """The service worker, with notifications that it may show."""
    phone.goto("/admin/helpdesk/inbox/all/")
    phone.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    found = phone.context.service_workers[0]
    found.evaluate(KEEPS)
    return found


def test_what_the_worker_shows(worker, phone, desk):
    ticket = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    address = f"/admin/helpdesk/tickets/{ticket.pk}/"
    deliver = Deliver(phone)
    for body in ("one", "two"):
        deliver(title="HD-1 · Ana answered", body=body, tag="helpdesk-ticket-1", url=address, close=[])
        until(worker, BODIES, [body])
    assert worker.evaluate(SHOWN) == [
        {
            "title": "HD-1 · Ana answered",
            "body": "two",
            "tag": "helpdesk-ticket-1",
            "silent": False,
            "url": address,
        }
    ]
    deliver(title="HD-2", body="other", tag="helpdesk-ticket-2", url="/x/", close=["helpdesk-ticket-1"])
    until(worker, BODIES, ["other"])


def test_whoever_has_it_before_the_eyes_is_left_alone(worker, phone, desk):
    """Also where the tab came from the list without a new page: the tab says where it is."""
    ticket = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    phone.goto("/admin/helpdesk/inbox/all/")
    worker.evaluate(KEEPS)
    phone.get_by_role("link", name=ticket.subject).first.click()
    expect(phone.get_by_role("heading", name=ticket.subject, exact=True)).to_be_visible()
    phone.bring_to_front()
    worker.evaluate(
        """() => {
          self.rung = [];
          const show = self.registration.showNotification;
          self.registration.showNotification = async (title, options) => {
            self.rung.push(options.silent);
            await show(title, options);
          };
        }"""
    )
    address = f"/admin/helpdesk/tickets/{ticket.pk}/"
    Deliver(phone)(title="HD-1", body="x", tag="helpdesk-ticket-1", url=address, close=[])
    until(worker, "() => self.rung", [True])
    until(worker, BODIES, [])
    # A test is not: whoever asked for it wants to see it.
    Deliver(phone)(title="Test", body="here", tag="helpdesk-test", url=phone.evaluate("location.pathname"), close=[])
    until(worker, BODIES, ["here"])


#: A tap on a notification, which only a device can make; no worker may bring a tab to the front of its own accord.
#: Resolves when all is done.
TAPS = """(url) => {
  self.WindowClient.prototype.focus = async function focus() {
    self.focused = new URL(this.url).pathname;
    return this;
  };
  self.clients.openWindow = async (address) => { self.openedNew = address; };
  const event = new Event('notificationclick');
  const work = [];
  let isClosed = false;
  Object.assign(event, {
    notification: { data: { url }, close: () => { isClosed = true; } }, waitUntil: (done) => work.push(done) });
  [self.focused, self.openedNew] = ['', ''];
  self.dispatchEvent(event);
  return Promise.all(work).then(() => [isClosed, self.focused, self.openedNew]);
}"""


def test_a_tap_goes_to_the_ticket(worker, phone, desk):
    """To the tab that has it, else to one that shows a list, else to a new one: nobody's page with words in it goes."""
    tickets = [factories.make_ticket(team=desk.team, mailbox=desk.mailbox) for _number in range(2)]
    first, second = (f"/admin/helpdesk/tickets/{ticket.pk}/" for ticket in tickets)
    there = "/admin/helpdesk/inbox/all/"
    assert worker.evaluate(TAPS, first) == [True, there, ""]
    expect(phone.get_by_role("heading", name=tickets[0].subject, exact=True)).to_be_visible()
    assert phone.evaluate("location.pathname") == first
    assert worker.evaluate(TAPS, f"{first}#message-1") == [True, first, ""]
    assert worker.evaluate(TAPS, second) == [True, "", second]


def test_opening_a_ticket_takes_its_notifications_away(phone, desk):
    ticket = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    address = f"/admin/helpdesk/tickets/{ticket.pk}/"
    phone.add_init_script(SUBSCRIBES + STANDING % address)
    phone.goto(address)
    until(phone, "() => window.takenAway", [f"{address}#message-5"])


def test_a_browser_that_changed_its_address_stays_on(phone, desk):
    """It did so without a word: the next page of the inbox puts the new address in the place of the old."""
    device = add_device(desk.agent)
    phone.add_init_script(SUBSCRIBES + "localStorage.setItem('subscribed', 'yes');")
    phone.add_init_script(f"localStorage.setItem('helpdesk-push-hash', '{device.endpoint_hash}');")
    with phone.expect_response(lambda response: response.request.method == "POST" and response.url.endswith("/push/")):
        phone.goto("/admin/helpdesk/inbox/all/")
    device = PushSubscription.objects.get()
    assert (device.user, vault.unseal(device.endpoint)) == (desk.agent, "https://push.example.net/abc")


def test_a_browser_of_somebody_else_is_left_alone(phone, desk):
    add_device(desk.colleague)
    phone.add_init_script(SUBSCRIBES + "localStorage.setItem('subscribed', 'yes');")
    with phone.expect_response("**/push/seen/") as seen:
        phone.goto("/admin/helpdesk/inbox/all/")
    assert seen.value.json() == {"known": False}
    assert PushSubscription.objects.get().user == desk.colleague
