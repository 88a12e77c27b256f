/**
 * Says in words who gets the reply, who of those copied so far does not, and offers known people while one types.
 */
class HelpdeskRecipientsController extends window.StimulusModule.Controller {
  static targets = ['copies', 'cc', 'dropped', 'known'];

  static values = {
    url: String,
    nobody: String,
    one: String,
    many: String,
    dropped: String,
  };

  connect() {
    this.tell();
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

  tell() {
    if (!this.hasCopiesTarget) return;
    const copied = this.boxes.filter((box) => box.checked).map((box) => this.label(box));
    const typed = this.element.querySelector('input[name="copies"]').value.split(/[,;]/);
    copied.push(...typed.map((one) => one.trim()).filter(Boolean));
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
