/**
 * Asks every few seconds what changed, in one cheap request, and shows it without moving what somebody reads: rows are
 * exchanged in their places, those that left fade, new ones are announced. Rests while the tab is hidden.
 *
 * Whoever else listens gets each answer as "helpdesk:pulse" on the document.
 */
class HelpdeskPulseController extends window.StimulusModule.Controller {
  static targets = ['count', 'rows', 'fresh', 'freshText', 'seen'];

  static values = {
    url: String,
    /** The mailbox that the counts are kept to. */
    mailbox: String,
    /** Milliseconds between two looks. */
    pause: { type: Number, default: 15000 },
  };

  connect() {
    this.etag = '';
    // On a narrow screen the views stand in a strip that scrolls.
    const current = this.element.querySelector('.helpdesk-views__link[aria-current]');
    if (current) current.scrollIntoView({ block: 'nearest', inline: 'center' });
    this.wait();
  }

  disconnect() {
    clearTimeout(this.timer);
  }

  wait() {
    clearTimeout(this.timer);
    // Who is at work wants to know who else is: others are told less often.
    const isAtWork = Date.now() - (this.stirred || 0) < 60000;
    this.timer = setTimeout(() => this.look(), isAtWork ? Math.min(5000, this.pauseValue) : this.pauseValue);
  }

  /** Somebody does something. */
  stir() {
    this.stirred = Date.now();
  }

  wake() {
    if (document.hidden) clearTimeout(this.timer);
    else this.look();
  }

  now() {
    this.etag = '';
    this.look();
  }

  get rows() {
    return this.hasRowsTarget ? [...this.rowsTarget.querySelectorAll('[data-ticket]')] : [];
  }

  query() {
    const query = new URLSearchParams({ counts: '1' });
    if (this.mailboxValue) query.set('mailbox', this.mailboxValue);
    if (this.hasRowsTarget) {
      const { place, after, before, more } = this.rowsTarget.dataset;
      Object.entries({ view: place, after, before, more }).forEach(([name, value]) => {
        if (value) query.set(name, value);
      });
      query.set('rows', this.rows.map((row) => `${row.dataset.ticket}.${row.dataset.version}`).join(','));
    }
    return query;
  }

  async look() {
    clearTimeout(this.timer);
    if (document.hidden) return;
    const list = this.hasRowsTarget ? this.rowsTarget : null;
    this.turns = (this.turns || 0) + 1;
    const turn = this.turns;
    const news = await this.ask();
    // What was asked for later knows more, however soon it came.
    if (turn !== this.turns) return;
    if (news) {
      this.etag = news.etag;
      this.show(news.answer, list);
    }
    if (this.element.isConnected) this.wait();
  }

  /** Return {answer, etag}; null where nothing is new, or nothing can be reached: what is there stays then. */
  async ask() {
    const headers = { 'X-Requested-With': 'XMLHttpRequest' };
    if (this.etag) headers['If-None-Match'] = this.etag;
    try {
      const response = await fetch(`${this.urlValue}?${this.query()}`, { headers });
      if (response.status !== 200 || response.redirected) return null;
      return { answer: await response.json(), etag: response.headers.get('ETag') || '' };
    } catch {
      return null;
    }
  }

  show(answer, list) {
    const { counts = {}, notices, parts = {} } = answer;
    this.countTargets.forEach((element) => {
      const count = counts[element.dataset.view];
      if (count !== undefined && element.textContent !== count) element.textContent = count;
    });
    // In Wagtail's own menu, which is no part of this element.
    const menuItem = document.querySelector('[data-helpdesk-unread]');
    if (menuItem) menuItem.dataset.helpdeskUnread = notices;
    // Searching or paging may have put another list there meanwhile.
    if (list && list.isConnected && answer.rows) this.change(answer, list);
    if (list && list.isConnected) this.tellPresence(parts.presence || {});
    document.dispatchEvent(new CustomEvent('helpdesk:pulse', { detail: answer }));
  }

  /** Who has the tickets open. */
  tellPresence(presence) {
    this.rows.forEach((row) => {
      const place = row.querySelector('[data-helpdesk-presence]');
      const html = presence[row.dataset.ticket] || '';
      if (!place || place.helpdeskHtml === html) return;
      place.helpdeskHtml = html;
      place.replaceChildren(window.helpdeskFragment(html));
    });
  }

  change({ rows, gone, append, fresh, seen, order, groups }, list) {
    Object.entries(rows).forEach(([key, html]) => this.exchange(document.getElementById(`ticket-${key}`), html));
    gone.forEach((key) => this.fade(document.getElementById(`ticket-${key}`)));
    append.forEach((html) => this.append(window.helpdeskFragment(html), list, groups));
    if (groups) this.regroup(list, groups, order);
    if (this.hasSeenTarget && !fresh) this.seenTarget.value = seen;
    if (this.hasFreshTarget) {
      if (this.freshTextTarget.textContent !== fresh) this.freshTextTarget.textContent = fresh;
      this.freshTarget.hidden = !fresh;
    }
  }

  /** Put a row at the end; in a grouped list at the end of its group. */
  append(made, list, groups) {
    if (!groups) {
      list.append(made);
      return;
    }
    const row = made.firstElementChild;
    const { group } = row.dataset;
    if (!this.sectionOf(list, group) && groups[group]) list.append(window.helpdeskFragment(groups[group].html));
    const section = this.sectionOf(list, group);
    if (section) section.querySelector('.helpdesk-group__rows').append(row);
  }

  sectionOf(list, group) {
    return [...list.children].find((section) => section.dataset.group === group);
  }

  /** Say how many each group has, and bring rows whose group is another one now to their places. */
  regroup(list, groups, order) {
    Object.entries(groups).forEach(([group, { count }]) => {
      const section = this.sectionOf(list, group);
      const words = section && section.querySelector('[data-helpdesk-group-count]');
      if (words && words.textContent !== count) words.textContent = count;
    });
    this.rows.forEach((row) => {
      const from = row.closest('.helpdesk-group');
      if (!from || from.dataset.group === row.dataset.group) return;
      const to = this.sectionOf(list, row.dataset.group);
      // Its group stands on another page.
      if (!to) this.fade(row);
      else this.bring(row, to.querySelector('.helpdesk-group__rows'), order);
      this.tidy(from);
    });
  }

  /** Put ``row`` where ``order``, the keys of the tickets, has it among ``rows``. */
  bring(row, rows, order) {
    const place = (one) => {
      const found = order.indexOf(Number(one.dataset.ticket));
      return found < 0 ? order.length : found;
    };
    const isFocused = row.contains(document.activeElement) ? document.activeElement : null;
    const next = [...rows.children].find((one) => one.dataset.ticket && place(one) > place(row));
    rows.insertBefore(row, next || null);
    if (isFocused) isFocused.focus({ preventScroll: true });
  }

  /** A group without rows has no heading. */
  tidy(section) {
    if (section && !section.querySelector('.helpdesk-row')) section.remove();
  }

  exchange(old, html) {
    if (!old) return;
    const picked = old.querySelector('input[name="ticket"]').checked;
    const focused = old.contains(document.activeElement)
      ? [...old.querySelectorAll('a, button, input')].indexOf(document.activeElement)
      : -1;
    const row = window.helpdeskFragment(html).firstElementChild;
    row.querySelector('input[name="ticket"]').checked = picked;
    old.replaceWith(row);
    if (focused >= 0) row.querySelectorAll('a, button, input')[focused]?.focus({ preventScroll: true });
  }

  fade(row) {
    if (!row) return;
    const within = row.contains(document.activeElement);
    const next = row.nextElementSibling || row.previousElementSibling;
    const section = row.closest('.helpdesk-group');
    const remove = () => {
      row.remove();
      this.tidy(section);
    };
    row.classList.add('helpdesk-row--gone');
    row.removeAttribute('data-ticket');
    row.querySelector('input[name="ticket"]').checked = false;
    if (within && next) next.querySelector('a')?.focus({ preventScroll: true });
    if (window.matchMedia('(prefers-reduced-motion: reduce)').matches) remove();
    else row.addEventListener('transitionend', remove, { once: true });
    // A tab in the background draws no transitions.
    setTimeout(remove, 1000);
  }
}

window.wagtail.app.register('helpdesk-pulse', HelpdeskPulseController);
