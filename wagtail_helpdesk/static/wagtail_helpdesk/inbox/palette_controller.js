/**
 * The command palette: commands of this page, views, tickets, people and screens, by typing; and a list to choose one
 * of a few things from by a letter ("s", then the status). Beside each command stands the key that does the same.
 */
class HelpdeskPaletteController extends window.StimulusModule.Controller {
  static targets = ['dialog', 'form', 'label', 'input', 'list', 'status'];

  static values = {
    /** Where tickets, people and screens come from. */
    url: String,
    none: String,
    searching: String,
    one: String,
    /** "%count% entries". */
    many: String,
    commands: String,
    /** "Put a link to %title% into the answer". */
    insert: String,
    failed: String,
  };

  /** So few choices have a letter each and no field to type in. */
  static FEW = 12;

  get keys() {
    return window.wagtail.app.getControllerForElementAndIdentifier(this.element, 'helpdesk-keys');
  }

  /** Open it: with ``detail`` to choose one of its entries, {label, run, isCurrent}. */
  open({ detail }) {
    if (this.dialogTarget.open) return;
    this.choices = detail && detail.entries ? detail : null;
    const few = this.choices && this.choices.entries.length <= HelpdeskPaletteController.FEW;
    this.formTarget.hidden = Boolean(few);
    if (this.choices) {
      if (few) this.giveLetters(this.choices.entries);
      this.listTarget.setAttribute('aria-label', this.choices.label);
    }
    this.inputTarget.value = '';
    this.nothing = this.noneValue;
    this.inputTarget.placeholder = this.choices ? this.choices.label : this.labelTarget.textContent;
    this.listTarget.tabIndex = few ? 0 : -1;
    this.found = [];
    this.dialogTarget.showModal();
    this.show();
    (few ? this.listTarget : this.inputTarget).focus();
  }

  /** Each of a few entries gets a letter of its name, the first one that is free. */
  giveLetters(entries) {
    const taken = new Set();
    entries.forEach((entry) => {
      const letters = [...entry.label.toLocaleLowerCase(), ...'1234567890'];
      entry.letter = letters.find((letter) => /[\p{L}\p{N}]/u.test(letter) && !taken.has(letter));
      taken.add(entry.letter);
    });
  }

  closed() {
    clearTimeout(this.timer);
    if (this.request) this.request.abort();
  }

  outside(event) {
    if (event.target === this.dialogTarget) this.dialogTarget.close();
  }

  submit(event) {
    event.preventDefault();
    this.take(this.active);
  }

  typed() {
    this.nothing = !this.choices && this.inputTarget.value.trim() ? this.searchingValue : this.noneValue;
    this.show();
    clearTimeout(this.timer);
    if (this.choices) return;
    this.timer = setTimeout(() => this.ask(), 150);
  }

  async ask() {
    const query = this.inputTarget.value.trim();
    if (this.request) this.request.abort();
    if (!query) {
      this.found = [];
      this.nothing = this.noneValue;
      this.show();
      return;
    }
    this.request = new AbortController();
    const address = new URL(this.urlValue, window.location.href);
    address.searchParams.set('q', query);
    try {
      const response = await fetch(address, { headers: { 'X-Requested-With': 'XMLHttpRequest' }, signal: this.request.signal });
      if (!response.ok || response.redirected) throw new Error(String(response.status));
      this.found = (await response.json()).groups;
      this.nothing = this.noneValue;
    } catch (error) {
      if (error.name === 'AbortError') return;
      this.found = [];
      this.nothing = this.failedValue;
    }
    // What is highlighted stays, whatever comes below it.
    this.show(this.active ? this.active.label : '');
  }

  /** The groups to show: [{label, entries}]. */
  get groups() {
    const words = this.inputTarget.value.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const means = ({ label }) => words.every((word) => label.toLocaleLowerCase().includes(word));
    if (this.choices) return [{ label: '', entries: this.choices.entries.filter(means) }];
    const commands = this.keys.possible.filter(means).map((shortcut) => ({
      label: shortcut.label,
      group: shortcut.group,
      keys: shortcut.hint,
      run: () => this.keys.run(shortcut),
    }));
    const local = new Map();
    commands.forEach((entry) => local.set(entry.group, [...(local.get(entry.group) || []), entry]));
    const here = [...local].map(([label, entries]) => ({ label, entries: words.length ? entries.slice(0, 6) : entries }));
    const there = this.found.map(({ label, entries }) => ({ label, entries: entries.flatMap((entry) => this.ways(entry)) }));
    // A number or a name is looked for oftener than a command that happens to hold it.
    return /\d/.test(this.inputTarget.value) ? [...there, ...here] : [...here, ...there];
  }

  /** What can be done with what was found: an article also goes into the answer that is being written. */
  ways(entry) {
    const open = { ...entry, run: () => window.helpdeskVisit(entry.url) };
    const tools = entry.article && document.querySelector('#composer [data-controller~="helpdesk-triggers"]');
    const triggers = tools && window.wagtail.app.getControllerForElementAndIdentifier(tools, 'helpdesk-triggers');
    if (!triggers || !triggers.editor) return [open];
    const label = this.insertValue.replace('%title%', entry.label);
    return [{ ...entry, label, run: () => triggers.insertArticle(entry.article) }, open];
  }

  show(keep = '') {
    this.entries = [];
    const nodes = this.groups
      .filter(({ entries }) => entries.length > 0)
      .map(({ label, entries }, number) => {
        const group = document.createElement('div');
        group.setAttribute('role', 'group');
        if (label) {
          const title = document.createElement('div');
          title.className = 'helpdesk-palette__group';
          title.id = `helpdesk-palette-group-${number}`;
          title.append(label);
          group.setAttribute('aria-labelledby', title.id);
          group.append(title);
        } else group.setAttribute('aria-label', this.listTarget.getAttribute('aria-label'));
        group.append(...entries.map((entry) => this.line(entry)));
        return group;
      });
    this.listTarget.replaceChildren(...nodes);
    if (nodes.length === 0) {
      const none = document.createElement('p');
      none.append(this.nothing);
      this.listTarget.append(none);
    }
    const count = this.entries.length;
    this.statusTarget.textContent = count === 0 ? this.nothing : count === 1 ? this.oneValue : this.manyValue.replace('%count%', count);
    const kept = this.entries.find(({ label, isCurrent }) => (keep ? label === keep : isCurrent));
    this.activate(kept || this.entries[0]);
  }

  line(entry) {
    const line = document.createElement('div');
    line.setAttribute('role', 'option');
    line.id = `helpdesk-palette-${this.entries.length}`;
    line.dataset.place = this.entries.length;
    line.setAttribute('aria-selected', 'false');
    const name = document.createElement('span');
    name.dir = 'auto';
    name.append(entry.label);
    line.append(name);
    if (entry.hint) {
      const hint = document.createElement('small');
      hint.dir = 'auto';
      hint.append(entry.hint);
      line.append(hint);
    }
    const keys = entry.letter ? [entry.letter] : Array.isArray(entry.keys) ? entry.keys : [];
    keys.forEach((key) => {
      const element = document.createElement('kbd');
      element.append(key);
      line.append(element);
    });
    entry.element = line;
    this.entries.push(entry);
    return line;
  }

  activate(entry) {
    if (this.active && this.active.element) this.active.element.setAttribute('aria-selected', 'false');
    this.active = entry || null;
    const holder = this.formTarget.hidden ? this.listTarget : this.inputTarget;
    [this.listTarget, this.inputTarget].forEach((element) => element.removeAttribute('aria-activedescendant'));
    if (!entry) return;
    entry.element.setAttribute('aria-selected', 'true');
    entry.element.scrollIntoView({ block: 'nearest' });
    holder.setAttribute('aria-activedescendant', entry.element.id);
  }

  move(event) {
    const to = this.placeFor(event.key);
    if (to !== undefined) {
      event.preventDefault();
      this.activate(this.entries[to]);
    } else if (event.key === 'Enter' && !event.isComposing) {
      event.preventDefault();
      this.take(this.active);
    } else if (this.formTarget.hidden && event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
      const entry = this.entries.find(({ letter }) => letter === event.key.toLocaleLowerCase());
      if (!entry) return;
      event.preventDefault();
      this.take(entry);
    }
  }

  /** Where a key leads in the list, round its ends; nothing for keys that do not move. */
  placeFor(key) {
    const place = this.entries.indexOf(this.active);
    const last = this.entries.length - 1;
    return { ArrowDown: place === last ? 0 : place + 1, ArrowUp: place <= 0 ? last : place - 1, PageDown: last, PageUp: 0 }[key];
  }

  choose(event) {
    const line = event.target.closest('[role="option"]');
    if (line) this.take(this.entries[Number(line.dataset.place)]);
  }

  take(entry) {
    if (!entry) return;
    // First: what is done moves the focus, and closing gives it back.
    this.dialogTarget.close();
    entry.run();
  }
}

window.wagtail.app.register('helpdesk-palette', HelpdeskPaletteController);
