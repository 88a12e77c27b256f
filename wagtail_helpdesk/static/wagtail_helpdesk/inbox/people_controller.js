/**
 * The requester of a new ticket: people who wrote before are offered while an address or a name is typed.
 */
class HelpdeskPeopleController extends window.StimulusModule.Controller {
  static targets = ['list', 'status'];

  static values = { url: String, found: String };

  connect() {
    this.lane = {};
    this.form = this.element.closest('form');
    this.inputs = ['address', 'name'].map((name) => this.form.querySelector(`input[name="${name}"]`));
    this.inputs.forEach((input) => {
      input.setAttribute('role', 'combobox');
      input.setAttribute('autocomplete', 'off');
      input.setAttribute('aria-autocomplete', 'list');
      input.setAttribute('aria-controls', this.listTarget.id);
      input.setAttribute('aria-expanded', 'false');
    });
    this.choices = new window.HelpdeskChoices(this.listTarget, {
      control: () => this.inputs.find((input) => input === document.activeElement) || null,
      onChoose: (item) => this.take(item),
    });
  }

  search(event) {
    if (!this.inputs.includes(event.target)) return;
    // Somebody else may be meant by now.
    this.form.querySelector('input[name="contact"]').value = '';
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(event.target), 150);
  }

  async load(input) {
    if (input.value.trim().length < 2) {
      this.close();
      return;
    }
    const address = new URL(this.urlValue, window.location.href);
    address.searchParams.set('q', input.value);
    const answer = await window.helpdeskInsertion.get(address, this.lane);
    if (!answer || document.activeElement !== input) return;
    this.choices.show(answer.items);
    // Nobody is marked: Enter takes what was typed.
    this.choices.mark(-1);
    this.expand(answer.items.length > 0);
    this.statusTarget.textContent = this.foundValue.replace('%count%', answer.items.length);
  }

  key(event) {
    if (this.listTarget.hidden || !this.inputs.includes(event.target)) return;
    if (this.choices.move(event.key)) event.preventDefault();
    else if (event.key === 'Enter' && this.choices.active) {
      event.preventDefault();
      this.take(this.choices.active);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      this.close();
    }
  }

  leave(event) {
    if (!this.element.contains(event.relatedTarget)) this.close();
  }

  take(item) {
    const [address, name] = this.inputs;
    address.value = item.detail || '';
    name.value = item.name || '';
    this.form.querySelector('input[name="contact"]').value = item.key;
    this.close();
    // What else goes by the requester hears of it.
    name.dispatchEvent(new Event('change', { bubbles: true }));
  }

  expand(isOpen) {
    this.listTarget.hidden = !isOpen;
    this.inputs.forEach((input) => input.setAttribute('aria-expanded', String(isOpen)));
  }

  close() {
    clearTimeout(this.timer);
    this.choices.show([]);
    this.expand(false);
  }
}

window.wagtail.app.register('helpdesk-people', HelpdeskPeopleController);
