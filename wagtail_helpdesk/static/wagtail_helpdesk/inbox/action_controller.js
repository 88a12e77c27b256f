/**
 * Sends the forms inside it without leaving the page; the answer says what changes (answers.js).
 * Without JavaScript the same forms are ordinary ones.
 */
class HelpdeskActionController extends window.StimulusModule.Controller {
  static values = {
    /** What to say when the server cannot be reached. */
    failed: String,
  };

  async submit(event) {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute('method') !== 'post') return;
    event.preventDefault();
    if (form.getAttribute('aria-busy') === 'true') return;
    const body = new FormData(form, event.submitter);
    form.setAttribute('aria-busy', 'true');
    // Fields may be called "action": the form's own property would name them.
    const own = event.submitter && event.submitter.getAttribute('formaction');
    await window.helpdeskPost(own || form.getAttribute('action') || window.location.href, body, this.failedValue);
    form.removeAttribute('aria-busy');
  }

  /** For selects that save as soon as something is chosen. */
  change(event) {
    if (event.target.form) event.target.form.requestSubmit();
  }
}

window.wagtail.app.register('helpdesk-action', HelpdeskActionController);
