/**
 * The keys of the inbox. The table comes from the server (inbox/shortcuts.py); a key clicks, opens or focuses what the
 * page has for its name (data-helpdesk-key), or moves between rows and messages. Whoever switched shortcuts off on
 * Wagtail's account page has none of ours either.
 */
class HelpdeskKeysController extends window.StimulusModule.Controller {
  static values = {
    /** "list", "ticket" or "everywhere". */
    where: String,
    /** Oneself, in lists of agents. */
    me: String,
    /** "Copied: %text%". */
    copied: String,
    /** What a list of choices is called that has no label. */
    choose: String,
    close: String,
  };

  /** How long the second of two keys may take. Milliseconds. */
  static PATIENCE = 1500;

  /** What pages have for some names without saying so. */
  static USUAL = {
    status: '#property-status',
    assign: '#property-assignee',
    priority: '#property-priority',
    team: '#property-team, [data-helpdesk-key="move"]',
    tag: '#ticket-properties .tagit-new input',
    subject: '#property-subject',
    assign_me: 'button[name="assign_to_me"]',
    next: '.helpdesk-ticket__way a[rel="next"]',
    previous: '.helpdesk-ticket__way a[rel="prev"]',
    back: '.helpdesk-ticket__way > a:first-child',
    older_page: '.helpdesk-paging a[rel="next"]',
    newer_page: '.helpdesk-paging a[rel="prev"]',
    reply: '#composer input[name="mode"][value="reply"]',
    note: '#composer input[name="mode"][value="note"]',
    forward: '#composer input[name="mode"][value="forward"]',
    send: '#composer button[data-mode]:not([hidden])',
    send_resolve: '#composer button[name="then"][value="resolve"]',
    promote: '#ticket-head a[href*="/promote/"]',
    print: '#ticket-head a[href*="/print/"]',
    older: '.helpdesk-gap a',
    unread: '.helpdesk-jump a',
    customer: '#ticket-people',
    search: '#id_q[data-w-swap-target="input"]',
    undo: '.helpdesk-toast:last-child [data-helpdesk-undo]',
  };

  connect() {
    const config = JSON.parse(document.getElementById('wagtail-config').textContent);
    this.isOn = config.KEYBOARD_SHORTCUTS_ENABLED !== false;
    this.table = JSON.parse(this.element.querySelector('#helpdesk-shortcuts').textContent);
    this.first = '';
    // Once the dialog has the rows: those of keys that do nothing on this page are of no use there.
    setTimeout(() => this.tidyDialog());
    if (this.whereValue === 'list') this.comeBack();
  }

  disconnect() {
    document.querySelectorAll('[data-helpdesk-shortcuts]').forEach((part) => part.remove());
  }

  tidyDialog() {
    document.querySelectorAll('[data-helpdesk-shortcuts]').forEach((part) => {
      part.querySelectorAll('[data-shortcut]').forEach((row) => {
        const shortcut = this.table.find(({ name }) => name === row.dataset.shortcut);
        row.hidden = !shortcut || !this.isPossible(shortcut);
      });
      part.hidden = !part.querySelector('[data-shortcut]:not([hidden])');
    });
  }

  /* Which key ------------------------------------------------------------------------------------------------- */

  key(event) {
    if (!this.isForUs(event)) return;
    const pressed = this.nameOf(event);
    if (!pressed) return;
    const { target } = event;
    if (this.isInLayer(target)) return;
    const isWriting = this.isField(target);
    if (pressed === 'mod+z' && this.mayTakeBack(target, isWriting)) {
      event.preventDefault();
      this.act('undo');
      return;
    }
    if (pressed === 'Escape' && isWriting) {
      this.leave(event, target);
      return;
    }
    if (isWriting && this.isOfField(pressed, target)) return;
    this.find(event, pressed);
  }

  /** Ctrl+Z belongs to the text that one writes; where there is none, it takes back what was done last. */
  mayTakeBack(target, isWriting) {
    if (!this.target('undo')) return false;
    if (!isWriting) return true;
    const form = target.isContentEditable && target.closest('#composer');
    return Boolean(form) && window.helpdeskEditor.isFresh(form);
  }

  /** Of the keys that are held down only those count that go through a list. */
  isForUs(event) {
    if (!this.isOn || event.defaultPrevented || event.isComposing) return false;
    return !event.repeat || event.key === 'j' || event.key === 'k';
  }

  /** Whether something lies over the page, with keys of its own. */
  isInLayer(target) {
    return document.querySelector('dialog[open]') || target.closest('[role="dialog"], [role="listbox"], [role="menu"]');
  }

  /** Whether one writes or chooses there: a box to tick has no use for letters. */
  isField(target) {
    if (target.isContentEditable) return true;
    return target.matches('input, textarea, select') && !target.matches('[type="checkbox"], [type="radio"]');
  }

  /** Whether a field needs this key itself. */
  isOfField(pressed, field) {
    // Within the editor this key makes a link.
    if (pressed === 'mod+k' && field.isContentEditable) return true;
    // The composer itself listens to what sends.
    return !pressed.startsWith('mod+') || pressed.includes('Enter');
  }

  /** Run what the key stands for, alone or after the one before; or wait for a second one. */
  find(event, pressed) {
    const first = Date.now() < this.until ? this.first : '';
    this.first = '';
    const named = (wanted) => this.table.find(({ keys, name }) => keys === wanted && name !== 'leave');
    const second = first && named(`${first} ${pressed}`);
    // After a key that did something by itself each other one means what it always means.
    const shortcut = second || (first && !named(first) ? null : named(pressed));
    if (shortcut && this.run(shortcut)) event.preventDefault();
    if (!second && this.table.some(({ keys }) => keys.startsWith(`${pressed} `))) {
      this.first = pressed;
      this.until = Date.now() + HelpdeskKeysController.PATIENCE;
      event.preventDefault();
    }
  }

  /** Before the composer, which sends with shift and without. */
  send(event) {
    if (!this.isOn || event.isComposing || this.nameOf(event) !== 'mod+shift+Enter' || !event.target.closest('#composer')) return;
    const button = this.target('send_resolve');
    if (!button) return;
    event.preventDefault();
    event.stopPropagation();
    button.click();
  }

  /** Return how the table calls what was pressed. */
  nameOf({ key, ctrlKey, metaKey, altKey, shiftKey }) {
    if (ctrlKey || metaKey) return altKey ? this.nameBehindAltGr(key) : this.nameWithMod(key, shiftKey);
    return altKey && key.length === 1 && /\w/.test(key) ? '' : key;
  }

  /** Signs behind AltGr come with both keys on some systems; nothing else with both is ours. */
  nameBehindAltGr(key) {
    return key.length === 1 && /[^\w\s]/.test(key) ? key : '';
  }

  nameWithMod(key, shiftKey) {
    // With a letter or a sign, shift is part of the key already.
    if (key.length === 1) return `mod+${key.toLowerCase()}`;
    return `mod+${shiftKey && key.length > 1 ? 'shift+' : ''}${key}`;
  }

  /** From a field back to what is read. */
  leave(event, target) {
    const composer = target.closest('#composer');
    if (!composer && this.whereValue === 'ticket' && !target.closest('#ticket-properties, #ticket-people')) return;
    // An editor's own menu goes first.
    if (document.querySelector('[data-draftail-combobox], .Draftail-ComboBox, .Draftail-Tooltip, [aria-expanded="true"][aria-haspopup]:focus')) return;
    event.preventDefault();
    target.blur();
    const messages = document.querySelectorAll('#thread article');
    const here = composer ? messages[messages.length - 1] : document.getElementById('ticket-subject');
    if (here) here.focus({ preventScroll: true });
    else this.rowToActOn()?.focus();
  }

  /* What it does ---------------------------------------------------------------------------------------------- */

  /** The shortcuts that do something on this page now, for the palette. */
  get possible() {
    return this.table.filter((shortcut) => shortcut.name !== 'palette' && shortcut.name !== 'leave' && this.isPossible(shortcut));
  }

  isPossible(shortcut) {
    if (shortcut.url) return true;
    const moves = {
      palette: () => true,
      search: () => true,
      leave: () => Boolean(document.getElementById('composer')),
      send: () => Boolean(document.getElementById('composer')),
      next: () => this.hasRows || Boolean(this.target('next')),
      previous: () => this.hasRows || Boolean(this.target('previous')),
      next_message: () => this.whereValue === 'ticket',
      previous_message: () => this.whereValue === 'ticket',
      copy_number: () => this.whereValue === 'ticket' || this.hasRows,
      copy_title: () => this.whereValue === 'ticket' || this.hasRows,
      copy_link: () => this.whereValue === 'ticket' || this.hasRows,
      // There is one once something was changed.
      undo: () => true,
    };
    ['open', 'select', 'select_range', 'select_all', 'clear', 'list'].forEach((name) => {
      moves[name] = () => this.hasRows;
    });
    if (moves[shortcut.name]) return moves[shortcut.name]();
    if (shortcut.name === 'assign_me' && this.assignToMe) return true;
    return Boolean(this.target(shortcut.name)) || Boolean(shortcut.status && this.optionOf(shortcut.status));
  }

  /** Do it; return whether there was something to do. */
  run(shortcut) {
    if (shortcut.url) {
      window.helpdeskVisit(shortcut.url);
      return true;
    }
    const move = {
      palette: () => this.openPalette(),
      search: () => this.act('search') || this.openPalette(),
      next: () => this.step(1) || this.act('next'),
      previous: () => this.step(-1) || this.act('previous'),
      open: () => this.open(),
      select: () => this.pick(false),
      select_range: () => this.pick(true),
      select_all: () => this.pickAll(),
      clear: () => this.clear(),
      list: () => this.toList(),
      next_message: () => this.toMessage(1),
      previous_message: () => this.toMessage(-1),
      copy_number: () => this.copy(),
      copy_title: () => this.copy({ subject: true }),
      copy_link: () => this.copy({ subject: true, address: true }),
    }[shortcut.name];
    return move ? move() : this.runOnTicket(shortcut);
  }

  /** Do what the page has something for: a thing to click or to focus, or a choice in one of its lists. */
  runOnTicket(shortcut) {
    if (this.target(shortcut.name)) return this.onTicket(shortcut) && this.act(shortcut.name);
    if (shortcut.name === 'assign_me' && this.assignToMe) return this.onTicket(shortcut) && this.set(this.assignToMe, this.meValue);
    if (shortcut.status && this.optionOf(shortcut.status)) return this.onTicket(shortcut) && this.setStatus(shortcut.status);
    return false;
  }

  openPalette() {
    document.dispatchEvent(new CustomEvent('helpdesk:palette'));
    return true;
  }

  /** In a list, what is done to tickets needs picked rows: else the one that has the focus is picked. */
  onTicket({ group, name }) {
    const acts = ['assign_me', 'assign', 'status', 'priority', 'team', 'tag', 'resolve', 'snooze', 'spam', 'trash', 'star', 'watch', 'merge', 'macro'];
    if (this.whereValue !== 'list' || !group || !acts.includes(name)) return true;
    if (document.querySelector('.helpdesk-row input[name="ticket"]:checked')) return true;
    const row = this.rowToActOn();
    const box = row && row.closest('.helpdesk-row').querySelector('input[name="ticket"]');
    if (!box) return false;
    box.click();
    return true;
  }

  /** Return what the page has for a name; in a list the focused row's own comes first. */
  target(name) {
    const selector = `[data-helpdesk-key="${name}"]`;
    const usual = HelpdeskKeysController.USUAL[name];
    const row = this.current();
    const own = row && row.closest('.helpdesk-row').querySelector(selector);
    return own || document.querySelector(usual ? `${selector}, ${usual}` : selector);
  }

  act(name) {
    const target = this.target(name);
    if (!target) return false;
    const select = this.selectOf(target);
    if (select) this.chooseFrom(select, name);
    else if (target.matches('[type="radio"], [type="checkbox"]')) this.toEditor(target);
    else if (target.matches('a, button, summary, label')) this.clickOn(target, name);
    else this.goTo(target);
    return true;
  }

  /** Click; the focus goes to where one writes next. */
  clickOn(target, name) {
    // One in a menu that is closed works all the same.
    target.click();
    if (['reply', 'note', 'forward'].includes(name)) this.focusEditor();
    else if (target.tagName === 'SUMMARY' && target.parentElement.open) {
      target.parentElement.querySelector('input:not([type="hidden"]), select, textarea, button:not([hidden])')?.focus();
    }
  }

  /** What cannot be clicked gets the focus, and is shown first where it is in a closed menu. */
  goTo(target) {
    const menu = target.closest('details:not([open])');
    if (menu) menu.open = true;
    if (!target.matches('input, textarea, [tabindex]')) target.tabIndex = -1;
    target.focus();
    target.scrollIntoView({ block: 'nearest' });
  }

  /** A list of choices: the target itself, or the only field of the menu that the target opens. */
  selectOf(target) {
    if (!target || target.tagName === 'SELECT') return target;
    if (target.tagName !== 'SUMMARY') return null;
    const fields = target.parentElement.querySelectorAll('select, textarea, input:not([type="hidden"])');
    return fields.length === 1 && fields[0].tagName === 'SELECT' && !fields[0].multiple ? fields[0] : null;
  }

  toEditor(choice) {
    choice.click();
    this.focusEditor();
  }

  focusEditor() {
    // The composer may have to make room for it first.
    setTimeout(() => {
      const editor = document.querySelector('#composer [contenteditable="true"], #composer textarea');
      if (!editor) return;
      if (editor.isContentEditable) window.helpdeskEditor.focus(editor.closest('form'));
      else editor.focus();
      editor.scrollIntoView({ block: 'nearest' });
    }, 50);
  }

  /** Let one of a list's choices be picked by a letter, or by typing where there are many. */
  chooseFrom(select, name) {
    const label = this.table.find((shortcut) => shortcut.name === name);
    document.dispatchEvent(
      new CustomEvent('helpdesk:palette', {
        detail: {
          label: label ? label.label : this.chooseValue,
          entries: [...select.options]
            .filter((option) => !option.disabled && (option.value || !select.closest('.helpdesk-rows, .helpdesk-bulk')))
            .map((option) => ({
              label: option.label,
              isCurrent: option.selected && select.id.startsWith('property'),
              run: () => this.set(select, option.value),
            })),
        },
      }),
    );
  }

  set(select, value) {
    select.value = value;
    select.dispatchEvent(new Event('change', { bubbles: true }));
    // The fields of a ticket save themselves, and some lists too.
    if (select.form && !select.closest('#ticket-properties') && !/#change|#save/.test(select.dataset.action || '')) {
      select.form.requestSubmit(select.closest('details')?.querySelector('button[type="submit"]'));
    }
    return true;
  }

  optionOf(status) {
    const select = this.selectOf(this.target('status'));
    return select && [...select.options].some(({ value }) => value === String(status)) ? select : null;
  }

  /** The list of agents, where one is among them. */
  get assignToMe() {
    const select = this.selectOf(this.target('assign'));
    return select && [...select.options].some(({ value }) => value === this.meValue) ? select : null;
  }

  setStatus(status) {
    return this.set(this.optionOf(status), String(status));
  }

  async copy(more = {}) {
    const row = this.rowToActOn()?.closest('.helpdesk-row');
    const number = row ? row.querySelector('.helpdesk-row__reference') : document.querySelector('#ticket-head [data-helpdesk-reference]');
    const subject = row ? row.querySelector('.helpdesk-row__subject') : document.getElementById('ticket-subject');
    if (!number) return false;
    const address = new URL(row ? subject.href : window.location.href);
    const words = [number.textContent.trim()];
    if (more.subject) words.push(subject.textContent.trim());
    if (more.address) words.push(`${address.origin}${address.pathname}`);
    const text = words.join(' ');
    try {
      await navigator.clipboard.writeText(text);
      window.helpdeskToast({ text: this.copiedValue.replace('%text%', text), close: this.closeValue });
    } catch {
      // Not every page may write there: then it can be copied by hand.
      window.helpdeskToast({ text, close: this.closeValue, level: 'warning' });
    }
    return true;
  }

  /* Rows ------------------------------------------------------------------------------------------------------ */

  get rows() {
    if (this.whereValue !== 'list') return [];
    // Not those of folded groups.
    return [...document.querySelectorAll('.helpdesk-row .helpdesk-row__subject')].filter((row) => !row.closest('[hidden]'));
  }

  get hasRows() {
    return this.rows.length > 0;
  }

  /** The row that has the focus. */
  current() {
    const row = document.activeElement.closest('.helpdesk-row');
    return row && row.querySelector('.helpdesk-row__subject');
  }

  /** The row that has the focus, or had it before the list was made anew. */
  rowToActOn() {
    return this.current() || this.rows.find((row) => row.getAttribute('href') === this.last) || null;
  }

  /** Remember where the focus is: the list may be made anew under it. */
  follow() {
    const row = this.current();
    if (!row) return;
    this.last = row.getAttribute('href');
    this.place = this.rows.indexOf(row);
  }

  step(by) {
    const { rows } = this;
    if (rows.length === 0) return false;
    const row = this.rowToActOn();
    let place = row ? rows.indexOf(row) + by : 0;
    // The row itself is gone: what stands in its place is the next one.
    if (!row && this.place !== undefined) place = by > 0 ? this.place : this.place - 1;
    const next = rows[Math.max(0, Math.min(rows.length - 1, place))];
    next.focus();
    next.closest('.helpdesk-row').scrollIntoView({ block: 'nearest' });
    return true;
  }

  toList() {
    const row = this.rowToActOn() || this.rows[0] || document.querySelector('.helpdesk-slim [aria-current], .helpdesk-slim a');
    if (!row) return false;
    row.focus();
    return true;
  }

  open() {
    const row = this.rowToActOn();
    if (!row) return false;
    row.click();
    return true;
  }

  pick(isRange) {
    const row = this.rowToActOn();
    const box = row && row.closest('.helpdesk-row').querySelector('input[name="ticket"]');
    if (!box) return false;
    box.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, shiftKey: isRange }));
    return true;
  }

  pickAll() {
    const all = document.querySelector('[data-helpdesk-selection-target="all"]');
    if (all) all.click();
    return Boolean(all);
  }

  clear() {
    const picked = document.querySelectorAll('.helpdesk-row input[name="ticket"]:checked');
    picked.forEach((box) => box.click());
    return picked.length > 0;
  }

  /** Back from a ticket: on its row. */
  comeBack() {
    const path = sessionStorage.getItem('helpdesk-ticket');
    sessionStorage.removeItem('helpdesk-ticket');
    const row = path && this.rows.find(({ pathname }) => pathname === path);
    if (!row || !document.referrer.includes(path)) return;
    row.focus({ preventScroll: true });
    row.closest('.helpdesk-row').scrollIntoView({ block: 'nearest' });
  }

  /* Messages -------------------------------------------------------------------------------------------------- */

  toMessage(by) {
    const messages = [...document.querySelectorAll('#thread article')];
    if (messages.length === 0) return false;
    const focused = document.activeElement.closest('#thread article');
    const here = focused || window.helpdeskFirstInView(messages) || messages[0];
    const place = messages.indexOf(here) + (focused ? by : 0);
    const next = messages[Math.max(0, Math.min(messages.length - 1, place))];
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: 'start' });
    return true;
  }
}

window.wagtail.app.register('helpdesk-keys', HelpdeskKeysController);
