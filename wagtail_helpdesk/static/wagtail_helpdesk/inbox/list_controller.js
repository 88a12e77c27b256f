/**
 * Turns the pages of a list without leaving it, and finds it again as it was: the page, the place on it and what was
 * picked are kept when a ticket is opened.
 */
class HelpdeskListController extends window.StimulusModule.Controller {
  static values = {
    /** The list's own address, and that of its results. */
    index: String,
    results: String,
  };

  connect() {
    // Wagtail's own search and filters change the address too, a moment after the rows.
    this.swapped = () => setTimeout(() => this.element.isConnected && this.moved());
    document.addEventListener('w-swap:success', this.swapped);
    // Kept here, as it is another one by the time that a ticket takes the list's place.
    this.address = window.location.href;
    const kept = JSON.parse(sessionStorage.getItem('helpdesk-list') || 'null');
    const [entry] = performance.getEntriesByType('navigation');
    const cameBack = (entry && entry.type === 'back_forward') || document.referrer.includes('/helpdesk/tickets/');
    if (kept && kept.href === window.location.href && cameBack) {
      this.pick(kept.picked);
      requestAnimationFrame(() => window.helpdeskScroller().scrollTo(0, kept.scroll));
    }
    sessionStorage.removeItem('helpdesk-list');
  }

  disconnect() {
    document.removeEventListener('w-swap:success', this.swapped);
  }

  moved() {
    this.address = window.location.href;
    document.dispatchEvent(new CustomEvent('helpdesk:moved'));
  }

  get picked() {
    return [...this.element.querySelectorAll('input[name="ticket"]:checked')].map(
      (item) => item.closest('li').dataset.ticket,
    );
  }

  pick(keys) {
    keys.forEach((key) => {
      const row = document.getElementById(`ticket-${key}`);
      if (row) row.querySelector('input[name="ticket"]').checked = true;
    });
  }

  keep() {
    const rows = this.element.querySelector('[data-place]');
    sessionStorage.setItem(
      'helpdesk-list',
      JSON.stringify({
        href: this.address,
        place: rows ? rows.dataset.place : '',
        scroll: window.helpdeskScroller().scrollTop,
        picked: this.picked,
      }),
    );
  }

  /** A click on a link to another page of this list. */
  follow(event) {
    const link = event.target.closest('a[data-helpdesk-swap]');
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    this.load(link.href).then((loaded) => {
      if (!loaded) return;
      window.history.pushState({}, '', link.href);
      this.moved();
      this.element.scrollIntoView({ block: 'start' });
      const first = this.element.querySelector('.helpdesk-row a');
      if (first) first.focus({ preventScroll: true });
    });
  }

  back() {
    if (window.location.pathname !== new URL(this.indexValue, window.location).pathname) return;
    this.address = window.location.href;
    this.load(this.address);
  }

  refresh() {
    const { picked } = this;
    this.load(window.location.href).then(() => this.pick(picked));
  }

  /** Rows that somebody brings back himself need no announcement. */
  brought({ detail }) {
    if (detail.undone && detail.tickets.some((key) => !document.getElementById(`ticket-${key}`))) this.refresh();
  }

  async load(address) {
    const { search } = new URL(address, window.location);
    const results = document.getElementById('listing-results');
    results.setAttribute('aria-busy', 'true');
    try {
      const response = await fetch(`${this.resultsValue}${search}`, { headers: { 'X-Requested-With': 'XMLHttpRequest' } });
      if (!response.ok || response.redirected) throw new Error(response.status);
      results.replaceChildren(window.helpdeskFragment(await response.text()));
      return true;
    } catch {
      window.location.assign(address);
      return false;
    } finally {
      results.removeAttribute('aria-busy');
    }
  }
}

window.wagtail.app.register('helpdesk-list', HelpdeskListController);
