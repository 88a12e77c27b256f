/**
 * Folds the groups of a list, and remembers in this browser which are folded. What is folded is not picked, and no key
 * goes there.
 */
class HelpdeskGroupsController extends window.StimulusModule.Controller {
  static targets = ['fold'];

  static values = {
    /** The view, and by what it is grouped. */
    name: String,
  };

  /** So many lists are remembered. */
  static MOST = 50;

  foldTargetConnected(button) {
    button.hidden = false;
    this.set(button, !this.folded.includes(this.groupOf(button)));
  }

  groupOf(button) {
    return button.closest('[data-group]').dataset.group;
  }

  get kept() {
    try {
      return JSON.parse(localStorage.getItem('helpdesk-folded')) || {};
    } catch {
      return {};
    }
  }

  get folded() {
    return this.kept[this.nameValue] || [];
  }

  toggle(event) {
    const button = event.currentTarget;
    const isOpen = button.getAttribute('aria-expanded') !== 'true';
    const group = this.groupOf(button);
    this.set(button, isOpen);
    const { [this.nameValue]: before = [], ...others } = this.kept;
    const folded = before.filter((one) => one !== group);
    if (!isOpen) folded.push(group);
    const lists = Object.entries(others).slice(1 - HelpdeskGroupsController.MOST);
    if (folded.length > 0) lists.push([this.nameValue, folded]);
    try {
      localStorage.setItem('helpdesk-folded', JSON.stringify(Object.fromEntries(lists)));
    } catch {
      // Nothing can be kept here: it is folded until the page is loaded again.
    }
  }

  set(button, isOpen) {
    const section = button.closest('.helpdesk-group');
    const rows = section.querySelector('.helpdesk-group__rows');
    button.setAttribute('aria-expanded', String(isOpen));
    section.classList.toggle('helpdesk-group--folded', !isOpen);
    rows.hidden = !isOpen;
    if (isOpen) return;
    const picked = [...rows.querySelectorAll('input[name="ticket"]:checked')];
    picked.forEach((box) => {
      box.checked = false;
    });
    if (picked.length > 0) this.dispatch('unpicked', { bubbles: true });
  }
}

window.wagtail.app.register('helpdesk-groups', HelpdeskGroupsController);
