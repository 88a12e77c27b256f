/**
 * A card about a ticket while the pointer or the focus is on a link to it; and numbers of tickets in our own words
 * become links. The card stays while the pointer is on it, and goes with Escape (WCAG 1.4.13).
 */
class HelpdeskCardController extends window.StimulusModule.Controller {
  static values = {
    /** Where cards come from; 0 stands for the ticket's key. */
    url: String,
  };

  static WAIT = 350;

  /** How long a card is taken for fresh. Milliseconds. */
  static FRESH = 60000;

  connect() {
    this.cards = new Map();
    const named = document.getElementById('helpdesk-named');
    if (named) this.linkNumbers(JSON.parse(named.textContent));
    // What arrives later: the same.
    this.observer = new MutationObserver(() => named && this.linkNumbers(JSON.parse(named.textContent)));
    const thread = document.getElementById('thread');
    if (thread) this.observer.observe(thread, { childList: true });
  }

  disconnect() {
    this.observer.disconnect();
    this.hide();
  }

  /** The link that a card is about: one to another ticket. */
  linkOf(element) {
    const link = element.closest && element.closest('.helpdesk-panel__tickets a, .helpdesk-named, .helpdesk-event a, [data-helpdesk-card]');
    return link && /\/tickets\/\d+\/$/.test(link.pathname) ? link : null;
  }

  enter(event) {
    if (this.card && this.card.contains(event.target)) {
      clearTimeout(this.timer);
      return;
    }
    const link = this.linkOf(event.target);
    if (!link || link === this.link) {
      if (link) clearTimeout(this.timer);
      return;
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.show(link), event.type === 'focusin' ? 0 : HelpdeskCardController.WAIT);
  }

  leave(event) {
    if (!this.link && !this.linkOf(event.target)) return;
    const to = event.relatedTarget;
    if (to && ((this.card && this.card.contains(to)) || (this.link && this.link.contains(to)))) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.hide(), 200);
  }

  escape(event) {
    if (event.key !== 'Escape' || !this.card) return;
    event.preventDefault();
    event.stopPropagation();
    this.hide();
  }

  async show(link) {
    this.hide();
    this.link = link;
    const [, key] = /\/tickets\/(\d+)\/$/.exec(link.pathname);
    const html = await this.fetched(key);
    if (!html || this.link !== link || !link.isConnected) return;
    const card = document.createElement('div');
    card.className = 'helpdesk-card';
    card.id = 'helpdesk-card';
    card.setAttribute('role', 'tooltip');
    card.append(window.helpdeskFragment(html));
    document.body.append(card);
    link.setAttribute('aria-describedby', card.id);
    this.card = card;
    this.put(card, link);
  }

  /** Below the link, or above it where there is no room; never beside the window. */
  put(card, link) {
    const at = link.getBoundingClientRect();
    const { width, height } = card.getBoundingClientRect();
    const below = at.bottom + height + 12 < window.innerHeight || at.top < height + 12;
    card.style.top = `${below ? at.bottom + 4 : at.top - height - 4}px`;
    card.style.left = `${Math.max(8, Math.min(at.left, document.documentElement.clientWidth - width - 8))}px`;
  }

  hide() {
    clearTimeout(this.timer);
    if (this.card) this.card.remove();
    if (this.link) this.link.removeAttribute('aria-describedby');
    this.card = null;
    this.link = null;
  }

  async fetched(key) {
    const known = this.cards.get(key);
    if (known && Date.now() - known.at < HelpdeskCardController.FRESH) return known.html;
    try {
      const address = this.urlValue.replace('/0/', `/${key}/`);
      const response = await fetch(address, { headers: { 'X-Requested-With': 'XMLHttpRequest' } });
      const html = response.ok && !response.redirected ? await response.text() : '';
      this.cards.set(key, { html, at: Date.now() });
      return html;
    } catch {
      return '';
    }
  }

  /** Make links of the numbers in our own words: {"HD-12": address}. */
  linkNumbers(named) {
    const numbers = Object.keys(named);
    const pattern = new RegExp(`(?<![\\w-])(${numbers.map((number) => number.replace(/[^\w]/g, '\\$&')).join('|')})(?![\\w-])`, 'gi');
    const addresses = Object.fromEntries(numbers.map((number) => [number.toLowerCase(), named[number]]));
    document.querySelectorAll('.helpdesk-words:not([data-helpdesk-linked])').forEach((words) => {
      words.dataset.helpdeskLinked = '';
      const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
      const texts = [];
      while (walker.nextNode()) if (!walker.currentNode.parentElement.closest('a')) texts.push(walker.currentNode);
      texts.forEach((text) => {
        const parts = text.data.split(pattern);
        if (parts.length === 1) return;
        text.replaceWith(
          ...parts.map((part, place) => {
            if (place % 2 === 0) return part;
            const link = document.createElement('a');
            link.className = 'helpdesk-named';
            link.href = addresses[part.toLowerCase()];
            link.append(part);
            return link;
          }),
        );
      });
    });
  }
}

window.wagtail.app.register('helpdesk-card', HelpdeskCardController);
