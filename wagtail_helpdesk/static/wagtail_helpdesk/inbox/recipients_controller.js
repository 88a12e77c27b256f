/**
 * Says in words who gets the reply, who of those copied so far does not, and what is doubtful about an address that was
 * typed; offers known people while one types.
 */
class HelpdeskRecipientsController extends window.StimulusModule.Controller {
  static targets = ['copies', 'cc', 'dropped', 'known', 'blind', 'doubts'];

  static values = {
    url: String,
    nobody: String,
    one: String,
    many: String,
    dropped: String,
    blind: String,
  };

  connect() {
    this.tell();
    this.checked = this.typed;
  }

  disconnect() {
    clearTimeout(this.timer);
  }

  get boxes() {
    return this.hasCcTarget ? [...this.ccTarget.querySelectorAll('input')] : [];
  }

  label(box) {
    return box.closest('label').textContent.trim().replace(/\s*<.*$/, '');
  }

  people(name) {
    const field = this.element.querySelector(`input[name="${name}"]`);
    return field ? field.value.split(/[,;]/).map((one) => one.trim()).filter(Boolean) : [];
  }

  /** The addresses that were typed, as the server reads them. */
  get typed() {
    return ['copies', 'to', 'bcc'].flatMap((name) => this.people(name)).join(', ');
  }

  /** Something was chosen, or typed to its end. */
  changed() {
    this.tell();
    this.doubt();
  }

  async doubt() {
    if (!this.hasDoubtsTarget || this.typed === this.checked) return;
    this.checked = this.typed;
    const address = new URL(this.urlValue, window.location.href);
    address.searchParams.set('check', this.checked);
    try {
      const response = await fetch(address, { headers: { 'X-Requested-With': 'XMLHttpRequest' } });
      const { warnings } = await response.json();
      this.doubtsTarget.replaceChildren(
        ...warnings.map((words) => {
          const line = document.createElement('p');
          line.className = 'helpdesk-composer__doubt';
          line.textContent = words;
          return line;
        }),
      );
    } catch {
      // It is asked again with the next address.
      this.checked = '';
    }
  }

  tell() {
    if (!this.hasCopiesTarget) return;
    const copied = this.boxes.filter((box) => box.checked).map((box) => this.label(box));
    copied.push(...this.people('copies'));
    const blind = this.people('bcc').length;
    this.blindTarget.textContent = blind ? this.blindValue.replace('%count%', blind) : '';
    let words = '';
    if (copied.length === 1) words = this.oneValue.replace('%name%', copied[0]);
    else if (copied.length > 1) words = this.manyValue.replace('%count%', copied.length);
    else if (this.boxes.length > 0) words = this.nobodyValue;
    this.copiesTarget.textContent = words && `, ${words}`;
    const everybody = this.hasCcTarget ? this.ccTarget.dataset.everybody.split(' ') : [];
    const dropped = this.boxes.filter((box) => !box.checked && everybody.includes(box.value));
    this.droppedTarget.hidden = dropped.length === 0;
    this.droppedTarget.textContent = dropped.map((box) => `${this.label(box)} ${this.droppedValue}`).join(' · ');
  }

  suggest(event) {
    const field = event.target;
    this.tell();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(field), 200);
  }

  async look(field) {
    const before = field.value.slice(0, field.value.lastIndexOf(',') + 1);
    const words = field.value.slice(before.length).trim();
    if (words.length < 2 || words.includes('<')) return;
    const address = new URL(this.urlValue, window.location.href);
    address.searchParams.set('q', words);
    try {
      const response = await fetch(address, { headers: { 'X-Requested-With': 'XMLHttpRequest' } });
      const { people } = await response.json();
      const options = people.map((person) => {
        const option = document.createElement('option');
        option.value = before ? `${before} ${person}` : person;
        return option;
      });
      document.getElementById(field.getAttribute('list')).replaceChildren(...options);
    } catch {
      // Whoever types goes on without help.
    }
  }
}

window.wagtail.app.register('helpdesk-recipients', HelpdeskRecipientsController);
