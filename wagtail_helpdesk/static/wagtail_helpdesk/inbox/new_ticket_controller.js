/**
 * A new ticket: templates fill what is empty, likely duplicates are shown while one types, and nothing that was typed
 * is lost when the server does not take it.
 */
class HelpdeskNewTicketController extends window.StimulusModule.Controller {
  static targets = ['refusal', 'status', 'button'];

  static values = { duplicates: String, filled: String, failed: String };

  connect() {
    this.lane = {};
    this.showFields();
    // Wagtail makes the field for a new tag a moment later, without a name of its own.
    setTimeout(() => {
      const [input, label] = ['.tagit-new input', 'label[for$="tags"]'].map((one) => this.element.querySelector(one));
      if (input && label) input.setAttribute('aria-label', label.textContent.trim());
    });
  }

  get editor() {
    return window.helpdeskInsertion.editorOf(this.element);
  }

  get formData() {
    if (this.editor) this.editor.saveState();
    return new FormData(this.element);
  }

  key(event) {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.element.requestSubmit(this.buttonTarget);
  }

  /** Hide the fields that tickets of the chosen mailbox do not have. */
  showFields() {
    const { value } = this.element.elements.mailbox;
    this.element.querySelectorAll('[data-helpdesk-mailboxes]').forEach((field) => {
      field.hidden = !field.dataset.helpdeskMailboxes.split(' ').includes(value);
    });
  }

  /** Look for duplicates, a moment after the last key. */
  look(event) {
    if (event.target.name === 'mailbox') this.showFields();
    if (!['subject', 'contact', 'address', 'name'].includes(event.target.name)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      const address = new URL(this.duplicatesValue, window.location.href);
      ['subject', 'contact'].forEach((name) => {
        address.searchParams.set(name, this.element.querySelector(`[name="${name}"]`).value);
      });
      const html = await window.helpdeskInsertion.get(address, this.lane);
      const old = document.getElementById('new-duplicates');
      if (html === null || !old) return;
      const part = window.helpdeskFragment(html);
      // The region stays, so that screen readers hear what comes into it.
      old.replaceChildren(...part.firstElementChild.childNodes);
    }, 300);
  }

  async fill(event) {
    if (!event.target.value) return;
    const body = this.formData;
    body.set('use_template', '1');
    body.delete('files');
    const answer = await this.send(body);
    if (!answer || !answer.values) return;
    Object.entries(answer.values).forEach(([name, value]) => this.set(name, value));
    this.statusTarget.textContent = this.filledValue;
  }

  set(name, value) {
    if (name === 'body') {
      if (this.editor) window.helpdeskInsertion.put(this.editor, { raw: value });
      return;
    }
    const fields = [...this.element.elements].filter((field) => field.name === name);
    if (fields.length > 1) {
      fields.forEach((field) => {
        field.checked = field.value === value;
      });
    } else if (fields.length === 1) {
      this.setField(fields[0], value);
    }
    if (fields[0]) fields[0].dispatchEvent(new Event('change', { bubbles: true }));
  }

  setField(field, value) {
    field.value = value;
    const tags = window.jQuery && window.jQuery(field).data('ui-tagit');
    if (!tags) return;
    tags.removeAll();
    value.split(',').forEach((tag) => tags.createTag(tag.trim().replace(/^"|"$/g, '')));
  }

  get isFilled() {
    const data = this.formData;
    const words = ['subject', 'address', 'name'].some((name) => data.get(name));
    return words || Boolean(this.editor && this.editor.getEditorState().getCurrentContent().hasText());
  }

  leaving(event) {
    if (this.isFilled && !this.isSent) event.preventDefault();
  }

  async submit(event) {
    event.preventDefault();
    if (this.isSending) return;
    this.isSending = true;
    this.buttonTarget.setAttribute('aria-disabled', 'true');
    const answer = await this.send(this.formData);
    if (answer && answer.redirect) {
      this.isSent = true;
      window.location.assign(answer.redirect);
      return;
    }
    this.refuse(answer || { refusal: this.failedValue, errors: {} });
    this.isSending = false;
    this.buttonTarget.removeAttribute('aria-disabled');
  }

  async send(body) {
    try {
      const response = await fetch(this.element.getAttribute('action') || window.location.href, {
        method: 'POST',
        body,
        headers: { 'X-Requested-With': 'XMLHttpRequest' },
      });
      return await response.json();
    } catch {
      return null;
    }
  }

  refuse({ refusal, errors }) {
    this.refusalTarget.textContent = refusal;
    this.refusalTarget.hidden = false;
    this.refusalTarget.scrollIntoView({ block: 'nearest' });
    const first = Object.keys(errors || {}).find((name) => this.element.querySelector(`[name="${name}"]`));
    if (first === 'body' && this.editor) this.editor.focus();
    else if (first) this.element.querySelector(`[name="${first}"]`).focus();
  }
}

window.wagtail.app.register('helpdesk-new-ticket', HelpdeskNewTicketController);
