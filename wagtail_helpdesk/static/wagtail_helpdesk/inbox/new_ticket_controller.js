/**
 * A new ticket: templates fill what is empty, likely duplicates are shown while one types, and nothing that was typed
 * is lost when the server does not take it.
 */
class HelpdeskNewTicketController extends window.StimulusModule.Controller {
  static targets = ['refusal', 'status', 'button', 'kept', 'keptText'];

  static values = {
    duplicates: String,
    filled: String,
    failed: String,
    /** What the keys of copies in this browser begin with: it names the user. */
    key: String,
  };

  /** What belongs to the page rather than to what was written. */
  static passing = ['csrfmiddlewaretoken', 'once', 'files', 'template'];

  connect() {
    this.lane = {};
    this.showFields();
    this.begun = this.chosen;
    this.offer();
    // Wagtail makes the field for a new tag a moment later, without a name of its own.
    setTimeout(() => {
      const [input, label] = ['.tagit-new input', 'label[for$="tags"]'].map((one) => this.element.querySelector(one));
      if (input && label) input.setAttribute('aria-label', label.textContent.trim());
    });
  }

  get triggers() {
    const tools = this.element.querySelector('[data-controller~="helpdesk-triggers"]');
    return window.wagtail.app.getControllerForElementAndIdentifier(tools, 'helpdesk-triggers');
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
    return words || this.hasText;
  }

  leaving(event) {
    if (this.isFilled && !this.isSent) event.preventDefault();
  }

  async submit(event) {
    event.preventDefault();
    if (this.isSending) return;
    this.isSending = true;
    this.buttonTarget.setAttribute('aria-disabled', 'true');
    this.keep();
    const answer = await this.send(this.formData);
    if (answer.redirect) {
      this.isSent = true;
      this.forget(this.copyKey);
      window.location.assign(answer.redirect);
      return;
    }
    this.refuse(answer);
    this.isSending = false;
    this.buttonTarget.removeAttribute('aria-disabled');
  }

  /** Return the server's answer, or why there is none as a refusal. */
  async send(body) {
    const address = this.element.getAttribute('action') || window.location.href;
    const { answer, problem } = await window.helpdeskSend(address, body);
    return answer || { refusal: window.helpdeskProblem(problem, this.failedValue), errors: {} };
  }

  // The copy in this browser, until it was sent: each page has one of its own.

  get copyKey() {
    return this.keyValue + this.element.elements.once.value;
  }

  /** What is filled in, as [name, value]. */
  get entries() {
    const { passing } = HelpdeskNewTicketController;
    return [...this.formData.entries()].filter(([name, value]) => typeof value === 'string' && !passing.includes(name));
  }

  /** The same without the text, as one text. */
  get chosen() {
    return JSON.stringify(this.entries.filter(([name]) => name !== 'body'));
  }

  get hasText() {
    return Boolean(this.editor && this.editor.getEditorState().getCurrentContent().hasText());
  }

  keep() {
    if (this.isSent) return;
    if (!this.hasText && this.chosen === this.begun) {
      this.forget(this.copyKey);
      return;
    }
    try {
      localStorage.setItem(this.copyKey, JSON.stringify({ at: Date.now(), entries: this.entries, carried: this.triggers.brought }));
    } catch {
      // Leaving the page asks then, as it does anyhow.
    }
  }

  forget(key) {
    try {
      localStorage.removeItem(key);
    } catch {
      // There was none then.
    }
  }

  /** What other pages kept, the newest first: {key, at, entries}. */
  get copies() {
    try {
      return Object.keys(localStorage)
        .filter((key) => key.startsWith(this.keyValue) && key !== this.copyKey)
        .map((key) => ({ key, ...JSON.parse(localStorage.getItem(key)) }))
        .sort((one, other) => other.at - one.at);
    } catch {
      return [];
    }
  }

  offer() {
    const [copy] = this.copies;
    this.keptTarget.hidden = !copy;
    if (!copy) return;
    const values = Object.fromEntries(copy.entries);
    const time = new Date(copy.at).toLocaleString(document.documentElement.lang);
    const said = [values.subject, values.name || values.address].filter(Boolean);
    this.keptTextTarget.textContent = [...said, time].join(' · ');
  }

  takeBack() {
    const [copy] = this.copies;
    if (copy) {
      // It may have been opened, and the answer lost: it is the same click then.
      this.element.elements.once.value = copy.key.slice(this.keyValue.length);
      const values = new Map();
      copy.entries.forEach(([name, value]) => values.set(name, [...(values.get(name) || []), value]));
      [...this.element.elements].forEach((field) => this.putBack(field, values.get(field.name) || []));
      this.showFields();
      const [body] = values.get('body') || [];
      if (this.editor && body) window.helpdeskInsertion.put(this.editor, { raw: JSON.parse(body) });
      (copy.carried || []).forEach((one) => this.triggers.bring(one));
      this.keep();
    }
    this.offer();
  }

  putBack(field, values) {
    const { name, type } = field;
    if (name === 'body' || (type === 'hidden' && name !== 'contact')) return;
    if (type === 'checkbox' || type === 'radio') {
      field.checked = values.includes(field.value);
    } else if (type === 'select-multiple') {
      [...field.options].forEach((option) => {
        option.selected = values.includes(option.value);
      });
    } else if (values.length > 0) {
      this.setField(field, values[0]);
    }
  }

  throwAway() {
    const [copy] = this.copies;
    if (copy) this.forget(copy.key);
    this.offer();
  }

  refuse({ refusal, errors, once }) {
    if (once) {
      this.forget(this.copyKey);
      this.element.elements.once.value = once;
      this.keep();
    }
    this.refusalTarget.textContent = refusal;
    this.refusalTarget.hidden = false;
    this.refusalTarget.scrollIntoView({ block: 'nearest' });
    const first = Object.keys(errors || {}).find((name) => this.element.querySelector(`[name="${name}"]`));
    if (first === 'body' && this.editor) this.editor.focus();
    else if (first) this.element.querySelector(`[name="${first}"]`).focus();
  }
}

window.wagtail.app.register('helpdesk-new-ticket', HelpdeskNewTicketController);
