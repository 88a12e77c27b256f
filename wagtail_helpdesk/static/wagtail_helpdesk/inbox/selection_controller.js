/**
 * Picks rows: one, a range with shift, the whole page, or all that match; shows how many are picked and what can be
 * done to them.
 */
class HelpdeskSelectionController extends window.StimulusModule.Controller {
  static targets = ['all', 'item', 'count', 'actions', 'every', 'everything', 'everyText', 'menu', 'place', 'once', 'first'];

  static values = {
    /** "1 selected". */
    one: String,
    /** "%count% selected". */
    many: String,
    /** Where the number of all that match comes from. */
    count: String,
  };

  connect() {
    this.last = null;
    this.over = (event) => {
      if (event.detail.selection === 'over') this.clear();
    };
    document.addEventListener('helpdesk:selected', this.over);
    this.ask = this.ask.bind(this);
    this.element.addEventListener('change', this.ask);
    this.opened = this.opened.bind(this);
    // "toggle" does not bubble.
    this.element.addEventListener('toggle', this.opened, true);
    this.ask();
    this.update();
  }

  disconnect() {
    document.removeEventListener('helpdesk:selected', this.over);
    this.element.removeEventListener('change', this.ask);
    this.element.removeEventListener('toggle', this.opened, true);
  }

  /** Only the questions of the macro that was chosen are asked. */
  ask() {
    const chosen = this.element.querySelector('select[name="macro-macro"]');
    this.element.querySelectorAll('[data-helpdesk-macro]').forEach((field) => {
      field.closest('.helpdesk-menu__field').hidden = !chosen || field.dataset.helpdeskMacro !== chosen.value;
    });
  }

  /** The rows in sight: those of folded groups are left alone. */
  get items() {
    return this.itemTargets.filter((item) => !item.closest('[hidden]'));
  }

  itemTargetConnected() {
    this.later();
  }

  itemTargetDisconnected() {
    this.later();
  }

  later() {
    if (this.pending) return;
    this.pending = true;
    queueMicrotask(() => {
      this.pending = false;
      if (this.element.isConnected) this.update();
    });
  }

  toggle(event) {
    const item = event.currentTarget;
    if (event.shiftKey && this.last && this.last !== item) {
      const { items } = this;
      const [from, to] = [items.indexOf(this.last), items.indexOf(item)].sort((a, b) => a - b);
      if (from >= 0) {
        items.slice(from, to + 1).forEach((other) => {
          other.checked = item.checked;
        });
      }
    }
    this.last = item;
    this.update();
  }

  toggleAll() {
    this.items.forEach((item) => {
      item.checked = this.allTarget.checked;
    });
    this.update();
  }

  clear() {
    this.itemTargets.forEach((item) => {
      item.checked = false;
    });
    this.close();
    this.update();
  }

  /** "All that match" are counted when they are asked for. */
  async everything() {
    this.update();
    if (!this.everythingTarget.checked) return;
    try {
      const query = new URLSearchParams({ place: this.placeTarget.value });
      const response = await fetch(`${this.countValue}?${query}`, { headers: { 'X-Requested-With': 'XMLHttpRequest' } });
      if (response.ok) this.everyTextTarget.textContent = (await response.json()).text;
    } catch {
      // The number is a help; the server counts again when something is done.
    }
  }

  /** Each click counts once, however often it arrives. */
  send() {
    this.onceTarget.value = `${Date.now()}.${Math.random()}`;
  }

  /** In a menu where one types, one may type at once. */
  opened({ target: menu }) {
    if (menu.open) this.firstTargets.find((field) => menu.contains(field))?.focus();
  }

  /** Enter in a field of a menu does what the menu is for; in a longer text Ctrl or Cmd goes with it. */
  enter(event) {
    const field = event.target;
    const isLong = field.matches('textarea');
    if (event.isComposing || event.defaultPrevented || !(isLong || field.matches('input:not([type="checkbox"])'))) return;
    if (isLong !== (event.ctrlKey || event.metaKey)) return;
    const button = field.closest('.helpdesk-menu__body')?.querySelector('.helpdesk-menu__field ~ button[name="action"]');
    if (!button) return;
    event.preventDefault();
    this.element.requestSubmit(button);
  }

  /** Menus close when one clicks elsewhere, and with Escape. */
  close(event) {
    this.menuTargets.forEach((menu) => {
      if (!menu.open || (event && event.type === 'click' && menu.contains(event.target))) return;
      const within = menu.contains(document.activeElement);
      menu.open = false;
      if (within) menu.querySelector('summary').focus();
    });
  }

  update() {
    const picked = this.itemTargets.filter((item) => item.checked);
    const count = picked.length;
    this.itemTargets.forEach((item) => {
      item.closest('li').classList.toggle('helpdesk-row--picked', item.checked);
    });
    const page = count > 0 && count === this.items.length;
    this.allTarget.checked = page;
    this.allTarget.indeterminate = count > 0 && !page;
    if (this.hasEverythingTarget) {
      this.everyTarget.hidden = !page;
      if (!page) this.everythingTarget.checked = false;
    }
    const everything = this.hasEverythingTarget && this.everythingTarget.checked;
    const words = count === 1 ? this.oneValue : this.manyValue.replace('%count%', count);
    this.countTarget.textContent = count === 0 || everything ? '' : words;
    this.actionsTarget.hidden = count === 0;
  }
}

window.wagtail.app.register('helpdesk-selection', HelpdeskSelectionController);
