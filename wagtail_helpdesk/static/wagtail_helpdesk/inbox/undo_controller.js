/**
 * Counts down to the moment a reply leaves; then looks until it has left, and shows what became of it.
 */
class HelpdeskUndoController extends window.StimulusModule.Controller {
  static targets = ['countdown'];

  static values = {
    /** The moment it leaves. */
    due: String,
    /** Where this message's part of the page comes from. */
    url: String,
    /** "Leaves in %seconds% s". */
    leaves: String,
    leaving: String,
    /** What to say when the server cannot be reached. */
    failed: String,
  };

  connect() {
    this.looks = 0;
    this.tick();
  }

  disconnect() {
    clearTimeout(this.timer);
  }

  tick() {
    const seconds = Math.ceil((new Date(this.dueValue) - Date.now()) / 1000);
    if (seconds > 0) {
      // Hours ahead the moment itself says more than a countdown.
      if (seconds < 600) this.countdownTarget.textContent = this.leavesValue.replace('%seconds%', seconds);
      this.timer = setTimeout(() => this.tick(), 1000);
    } else {
      this.countdownTarget.textContent = this.leavingValue;
      // Each look waits longer than the one before: a worker that rests does not make the page ask for ever.
      this.looks += 1;
      this.timer = setTimeout(() => this.look(), Math.min(1000 * this.looks, 15000));
    }
  }

  async look() {
    if (!document.hidden) {
      try {
        const response = await fetch(this.urlValue, { headers: { 'X-Requested-With': 'XMLHttpRequest' } });
        if (response.ok && !response.redirected) {
          const html = await response.text();
          if (!html.includes('helpdesk-message--scheduled')) {
            this.element.replaceWith(window.helpdeskFragment(html));
            return;
          }
        }
      } catch {
        // The next look tries again.
      }
    }
    if (this.element.isConnected) this.tick();
  }

  /** Text in the composer stays: then the page is not left, and the reply's text is offered instead. */
  async submit(event) {
    const composer = document.querySelector('[data-controller~="helpdesk-composer"]');
    const controller = composer && window.wagtail.app.getControllerForElementAndIdentifier(composer, 'helpdesk-composer');
    if (!controller || !controller.isFilled) return;
    event.preventDefault();
    const form = event.target;
    try {
      const response = await fetch(form.action, {
        method: 'POST',
        body: new FormData(form),
        headers: { 'X-Requested-With': 'XMLHttpRequest' },
      });
      this.element.replaceWith(window.helpdeskFragment((await response.json()).html));
    } catch {
      this.countdownTarget.textContent = this.failedValue;
    }
  }
}

window.wagtail.app.register('helpdesk-undo', HelpdeskUndoController);
