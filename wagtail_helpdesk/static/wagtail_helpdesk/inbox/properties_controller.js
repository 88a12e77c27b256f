/**
 * Saves a ticket's fields as they are changed, without touching what is being written beside them.
 */
class HelpdeskPropertiesController extends window.StimulusModule.Controller {
  static values = {
    /** What to say when the server cannot be reached. */
    failed: String,
  };

  save(event) {
    if (event.target.tagName === 'SELECT') event.target.form.requestSubmit();
  }

  async submit(event) {
    event.preventDefault();
    const form = event.target;
    const focused = document.activeElement && document.activeElement.id;
    const body = new FormData(form);
    if (event.submitter && event.submitter.name) body.set(event.submitter.name, event.submitter.value);
    this.element.setAttribute('aria-busy', 'true');
    try {
      const response = await fetch(form.action, {
        method: 'POST',
        body,
        headers: { 'X-Requested-With': 'XMLHttpRequest' },
      });
      const answer = await response.json();
      if (answer.redirect) window.location.assign(answer.redirect);
      else this.show(answer, focused);
    } catch {
      form.querySelector('[role="status"]').textContent = this.failedValue;
    }
    this.element.removeAttribute('aria-busy');
  }

  show({ properties, head }, focused) {
    this.element.innerHTML = properties;
    document.getElementById('ticket-head').outerHTML = head;
    const element = focused && document.getElementById(focused);
    if (element) element.focus();
  }
}

window.wagtail.app.register('helpdesk-properties', HelpdeskPropertiesController);
