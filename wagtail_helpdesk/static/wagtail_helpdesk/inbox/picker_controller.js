/**
 * A panel with a search, a list and a preview beside it: saved replies (which go into the answer) and macros (which are
 * run). Everything by keyboard: arrows, Enter, Escape.
 */
class HelpdeskPickerController extends window.StimulusModule.Controller {
  static targets = ['input', 'list', 'preview', 'none', 'status'];

  static values = {
    /** "replies" or "macros". */
    kind: String,
    /** Where suggestions come from; "kind" in it stands for the kind. */
    url: String,
    /** "%count% found". */
    found: String,
    failed: String,
  };

  connect() {
    this.lane = { failed: () => window.helpdeskToast({ text: this.failedValue, level: 'error', close: '×' }) };
    this.previewLane = {};
    this.choices = new window.HelpdeskChoices(this.listTarget, {
      control: () => this.inputTarget,
      onActive: (item) => this.preview(item),
      onChoose: (item, event) => this.choose(item, event),
    });
  }

  toggle() {
    if (!this.element.open) return;
    document.querySelectorAll('.helpdesk-picker[open]').forEach((other) => {
      if (other !== this.element) other.open = false;
    });
    this.shown = null;
    this.asking = null;
    this.inputTarget.value = '';
    this.inputTarget.focus();
    this.load();
  }

  search() {
    this.asking = null;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), 120);
  }

  async load() {
    const address = new URL(this.urlValue.replace('/kind/', `/${this.kindValue}/`), window.location.href);
    address.searchParams.set('q', this.inputTarget.value);
    const answer = await window.helpdeskInsertion.get(address, this.lane);
    if (!answer) return;
    this.choices.show(answer.items);
    this.noneTarget.hidden = answer.items.length > 0;
    this.statusTarget.textContent = this.foundValue.replace('%count%', answer.items.length);
  }

  async preview(item) {
    // What was answered there stays.
    if (item && this.shown && item.preview === this.shown.preview && this.questions.length > 0) return;
    this.shown = null;
    if (!item || !item.preview) {
      this.previewTarget.replaceChildren();
      return;
    }
    const answer = await window.helpdeskInsertion.get(item.preview, this.previewLane);
    if (!answer) return;
    this.previewTarget.replaceChildren(window.helpdeskFragment(answer.html || answer));
    this.shown = item;
    this.ask();
  }

  /** Lead to the first question of what was chosen, as soon as its questions are there. */
  ask() {
    if (!this.asking || !this.shown || this.shown.preview !== this.asking) return;
    this.asking = null;
    const first = this.questions.find((field) => field.required && !field.value) || this.questions[0];
    if (first) first.focus();
  }

  key(event) {
    if (event.key === 'Escape') {
      this.close();
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (event.key === 'Enter' && event.target.closest('[data-helpdesk-ask]') && event.target.tagName !== 'BUTTON') {
      // Also with Ctrl: nothing is sent from here.
      event.preventDefault();
      event.stopPropagation();
      this.run();
      return;
    }
    // Elsewhere in the panel a key does what it always does.
    if (event.target !== this.inputTarget) return;
    if (this.choices.move(event.key)) {
      event.preventDefault();
    } else if (event.key === 'Enter') {
      // Also with Ctrl: nothing is sent from here.
      event.preventDefault();
      event.stopPropagation();
      if (this.choices.active) this.choose(this.choices.active, event);
    }
  }

  async choose(item, event) {
    if (this.kindValue !== 'macros') {
      this.close();
      this.dispatch('chosen', { prefix: 'helpdesk-picker', detail: { kind: this.kindValue, item, event } });
      return;
    }
    if (item.asks) {
      // A list that comes later may show it anew.
      clearTimeout(this.timer);
      this.asking = item.preview;
      await this.preview(item);
      this.ask();
      return;
    }
    await this.runItem(item);
  }

  get questions() {
    return [...this.previewTarget.querySelectorAll('[data-helpdesk-ask] :is(input, select)')];
  }

  /** What was answered so far, shown in what it would do. */
  async answered(event) {
    if (!event.target.closest('[data-helpdesk-ask]') || !this.shown) return;
    const address = new URL(this.shown.preview, window.location.href);
    this.questions.forEach((field) => address.searchParams.set(field.name, field.value));
    const answer = await window.helpdeskInsertion.get(address, this.previewLane);
    const lines = answer && window.helpdeskFragment(answer.html || answer).querySelector('.helpdesk-macro__lines');
    const old = this.previewTarget.querySelector('.helpdesk-macro__lines');
    if (lines && old) old.replaceWith(lines);
  }

  async run() {
    const wrong = this.questions.find((field) => !field.checkValidity());
    if (wrong) {
      wrong.focus();
      wrong.reportValidity();
    } else if (this.shown) await this.runItem(this.shown);
  }

  async runItem(item) {
    if (this.isRunning) return;
    this.isRunning = true;
    const form = this.element.closest('form');
    const seen = form && form.querySelector('input[name="last_seen"]');
    const body = new FormData();
    if (seen) body.set('last_seen', seen.value);
    this.questions.forEach((field) => body.set(field.name, field.value));
    const answer = await window.helpdeskPost(item.preview, body, this.failedValue);
    this.isRunning = false;
    if (!answer || answer.redirect) return;
    this.close();
    const editor = answer.insert && window.helpdeskInsertion.editorOf(form);
    if (editor) window.helpdeskInsertion.put(editor, { raw: JSON.parse(answer.insert) });
  }

  close() {
    this.element.open = false;
    this.element.querySelector('summary').focus();
  }
}

window.wagtail.app.register('helpdesk-picker', HelpdeskPickerController);
