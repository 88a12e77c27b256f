/**
 * A list of things to choose from, by keyboard and pointer: options of a listbox that another element controls
 * (ARIA's combobox). What is chosen is the caller's business.
 */
window.HelpdeskChoices = class {
  /** `control` keeps the focus; `onActive(item)` hears what is marked, `onChoose(item, event)` what was clicked. */
  constructor(list, { control = () => null, onActive = () => {}, onChoose = () => {} } = {}) {
    this.list = list;
    this.control = control;
    this.onActive = onActive;
    this.onChoose = onChoose;
    this.items = [];
    this.place = -1;
    // The focus stays where one types.
    list.addEventListener('mousedown', (event) => event.preventDefault());
    list.addEventListener('click', (event) => {
      const option = event.target.closest('[role="option"]');
      if (option) this.onChoose(this.items[Number(option.dataset.place)], event);
    });
  }

  get active() {
    return this.items[this.place] || null;
  }

  show(items) {
    this.items = items;
    let group = '';
    const rows = [];
    items.forEach((item, place) => {
      if (item.group && item.group !== group) {
        const heading = document.createElement('li');
        heading.className = 'helpdesk-choices__group';
        heading.setAttribute('role', 'presentation');
        heading.textContent = item.group;
        rows.push(heading);
      }
      group = item.group || '';
      rows.push(this.option(item, place));
    });
    this.list.replaceChildren(...rows);
    this.mark(items.length > 0 ? 0 : -1);
  }

  option(item, place) {
    const option = document.createElement('li');
    option.id = `${this.list.id}-${place}`;
    option.dataset.place = place;
    option.setAttribute('role', 'option');
    option.setAttribute('aria-selected', 'false');
    option.dir = 'auto';
    const label = document.createElement('span');
    label.textContent = item.label;
    option.append(label);
    if (item.detail) {
      const detail = document.createElement('small');
      detail.textContent = item.detail;
      option.append(detail);
    }
    return option;
  }

  mark(place) {
    this.place = place;
    this.list.querySelectorAll('[role="option"]').forEach((option) => {
      option.setAttribute('aria-selected', String(Number(option.dataset.place) === place));
    });
    const control = this.control();
    const option = place < 0 ? null : document.getElementById(`${this.list.id}-${place}`);
    if (option) option.scrollIntoView({ block: 'nearest' });
    if (control && option) control.setAttribute('aria-activedescendant', option.id);
    else if (control) control.removeAttribute('aria-activedescendant');
    this.onActive(this.active);
  }

  /** Mark another one for an arrow key; return whether the key was one. */
  move(key) {
    const last = this.items.length - 1;
    if (last < 0) return false;
    if (key === 'ArrowDown') this.mark(this.place >= last ? 0 : this.place + 1);
    else if (key === 'ArrowUp') this.mark(this.place <= 0 ? last : this.place - 1);
    else return false;
    return true;
  }
};
