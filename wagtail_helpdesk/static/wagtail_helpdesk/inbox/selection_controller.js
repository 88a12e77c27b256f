/**
 * Picks rows: one, a range with shift, or the whole page; shows how many are picked and what can be done to them.
 */
class HelpdeskSelectionController extends window.StimulusModule.Controller {
  static targets = ['all', 'item', 'count', 'actions'];

  static values = {
    /** "1 selected". */
    one: String,
    /** "%count% selected". */
    many: String,
  };

  connect() {
    this.last = null;
    this.update();
  }

  toggle(event) {
    const item = event.currentTarget;
    if (event.shiftKey && this.last && this.last !== item) {
      const [from, to] = [this.itemTargets.indexOf(this.last), this.itemTargets.indexOf(item)].sort((a, b) => a - b);
      this.itemTargets.slice(from, to + 1).forEach((other) => {
        other.checked = item.checked;
      });
    }
    this.last = item;
    this.update();
  }

  toggleAll() {
    this.itemTargets.forEach((item) => {
      item.checked = this.allTarget.checked;
    });
    this.update();
  }

  update() {
    const picked = this.itemTargets.filter((item) => item.checked);
    const count = picked.length;
    this.itemTargets.forEach((item) => {
      item.closest('li').classList.toggle('helpdesk-row--picked', item.checked);
    });
    this.allTarget.checked = count > 0 && count === this.itemTargets.length;
    this.allTarget.indeterminate = count > 0 && count < this.itemTargets.length;
    this.countTarget.textContent = count === 0 ? '' : count === 1 ? this.oneValue : this.manyValue.replace('%count%', count);
    if (this.hasActionsTarget) this.actionsTarget.hidden = count === 0;
  }
}

window.wagtail.app.register('helpdesk-selection', HelpdeskSelectionController);
