/**
 * Saves a ticket's fields as they are changed, without touching what is being written beside them.
 */
class HelpdeskPropertiesController extends window.StimulusModule.Controller {
  static values = {
    /** What to say when the server cannot be reached. */
    failed: String,
    /** The name of Wagtail's field for a new tag, which has none of its own. */
    tag: String,
  };

  connect() {
    this.waiting = 0;
    this.queue = Promise.resolve();
    this.nameTagInput();
  }

  save(event) {
    if (event.target.tagName === 'SELECT') event.target.form.requestSubmit();
  }

  /** Leaving the field of tags makes a tag of its text and moves what lies below: a click on "Save" would miss. */
  leave(event) {
    const { form } = event.target;
    if (!event.target.closest('.tagit')) {
      // Not while one writes: a date is another one with every digit.
      if (form && HelpdeskPropertiesController.differs(event)) setTimeout(() => form.isConnected && form.requestSubmit());
      return;
    }
    setTimeout(() => {
      if (form.isConnected && form.elements.tags.value !== form.elements.tags.defaultValue) form.requestSubmit();
    });
  }

  static differs({ target, relatedTarget }) {
    if (target.type === 'checkbox') {
      const group = target.closest('.helpdesk-properties__field');
      if (group.contains(relatedTarget)) return false;
      return [...group.querySelectorAll('input')].some((box) => box.checked !== box.defaultChecked);
    }
    return 'defaultValue' in target && target.value !== target.defaultValue;
  }

  submit(event) {
    event.preventDefault();
    const form = event.target;
    const body = new FormData(form);
    if (event.submitter && event.submitter.name) body.set(event.submitter.name, event.submitter.value);
    // One after the other, as they were made; the page shows the last answer.
    this.waiting += 1;
    this.element.setAttribute('aria-busy', 'true');
    this.queue = this.queue.then(() => this.send(form.action, body));
  }

  async send(action, body) {
    const { answer, problem } = await window.helpdeskSend(action, body);
    if (problem) {
      this.element.querySelector('[role="status"]').textContent = window.helpdeskProblem(problem, this.failedValue);
    }
    this.waiting -= 1;
    if (this.waiting > 0) return;
    this.element.removeAttribute('aria-busy');
    if (answer && answer.redirect) window.location.assign(answer.redirect);
    else if (answer) this.show(answer);
  }

  show({ properties, head, 'composer-sends': sends }) {
    window.helpdeskKeepFocus(this.element, () => this.element.replaceChildren(window.helpdeskFragment(properties)));
    document.getElementById('ticket-head').replaceWith(window.helpdeskFragment(head));
    // Which ways to send there are depends on the status; what is being written stays.
    if (sends) document.getElementById('composer-sends')?.replaceWith(window.helpdeskFragment(sends));
    document.dispatchEvent(new CustomEvent('helpdesk:shown', { detail: ['ticket-properties', 'ticket-head', ...(sends ? ['composer-sends'] : [])] }));
    this.nameTagInput();
  }

  nameTagInput() {
    // Wagtail makes the field when it finds it in the page, a moment later.
    setTimeout(() => {
      const input = this.element.querySelector('.tagit-new input');
      if (input) input.setAttribute('aria-label', this.tagValue);
    });
  }
}

window.wagtail.app.register('helpdesk-properties', HelpdeskPropertiesController);
