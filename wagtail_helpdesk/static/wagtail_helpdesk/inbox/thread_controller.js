/**
 * Opens a conversation where it is to be read: at the message that the address names, at the first new one, or at the
 * newest; and fetches older messages when somebody asks for them.
 */
class HelpdeskThreadController extends window.StimulusModule.Controller {
  static targets = ['gap'];

  static values = {
    /** Where older messages come from. */
    older: String,
    /** What to say when the server cannot be reached. */
    failed: String,
  };

  connect() {
    if (window.location.hash.length > 1) {
      this.go();
      return;
    }
    const messages = this.element.querySelectorAll('article');
    const start = this.element.querySelector('#unread') || messages[messages.length - 1];
    if (start && start.getBoundingClientRect().bottom > window.innerHeight) start.scrollIntoView({ block: 'start' });
  }

  /** Go to what the address names; an old message may have to be fetched. */
  async go() {
    const id = decodeURIComponent(window.location.hash.slice(1));
    const [, key] = /^message-(\d+)$/.exec(id) || [];
    if (!document.getElementById(id) && key) await this.find(Number(key));
    this.show(document.getElementById(id));
  }

  async jump(event) {
    event.preventDefault();
    window.history.replaceState(window.history.state, '', event.currentTarget.hash);
    await this.go();
  }

  show(element) {
    if (!element) return;
    const line = element.previousElementSibling;
    element.focus({ preventScroll: true });
    (line && line.id === 'unread' ? line : element).scrollIntoView({ block: 'start' });
  }

  /** Fetch the messages around one, in whichever gap it is: most probably in that whose keys it lies between. */
  async find(key) {
    const between = (gap) => key > Number(gap.dataset.after) && key < Number(gap.dataset.before);
    const gaps = [...this.gapTargets].sort((one, other) => between(other) - between(one));
    for (const gap of gaps) {
      // One after the other: nearly always the first one is right.
      if (await this.fill(gap, key)) return;
    }
  }

  async unfold(event) {
    event.preventDefault();
    const gap = event.currentTarget.closest('.helpdesk-gap');
    if (gap.getAttribute('aria-busy') === 'true') return;
    gap.setAttribute('aria-busy', 'true');
    const below = gap.nextElementSibling;
    const filled = await this.fill(gap, 0, below);
    gap.removeAttribute('aria-busy');
    if (!filled) return;
    // What was read stays in its place; reading goes on above it.
    let newest = below;
    do newest = newest && newest.previousElementSibling;
    while (newest && newest.tagName !== 'ARTICLE');
    if (newest) newest.focus({ preventScroll: true });
  }

  /** Put messages into the place of a gap. Return whether there were any. */
  async fill(gap, around, anchor = null) {
    const address = new URL(this.olderValue, window.location.href);
    address.searchParams.set('after', gap.dataset.after);
    address.searchParams.set('before', gap.dataset.before);
    if (around) address.searchParams.set('message', around);
    try {
      const response = await fetch(address, { headers: { 'X-Requested-With': 'XMLHttpRequest' } });
      if (response.status === 404) return false;
      if (!response.ok || response.redirected) throw new Error(String(response.status));
      const items = window.helpdeskFragment(await response.text());
      window.helpdeskKeepPlace(anchor, () => gap.replaceWith(items));
      return true;
    } catch {
      window.helpdeskToast({ text: this.failedValue, level: 'error', close: '×' });
      return false;
    }
  }
}

window.wagtail.app.register('helpdesk-thread', HelpdeskThreadController);
