/**
 * Counts down to the moment a message leaves; then looks until it has left, and shows what became of it.
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
    /** Stands in the strip of what is about to leave, and goes when it has left. */
    strip: Boolean,
  };

  connect() {
    this.looks = 0;
    this.hear = (event) => {
      if (event.detail.drafts && !this.stripValue && this.element.isConnected) this.look();
    };
    document.addEventListener('helpdesk:changed', this.hear);
    this.tick();
  }

  disconnect() {
    clearTimeout(this.timer);
    document.removeEventListener('helpdesk:changed', this.hear);
  }

  tick() {
    clearTimeout(this.timer);
    const seconds = Math.ceil((new Date(this.dueValue) - Date.now()) / 1000);
    if (seconds > 0) {
      // Hours ahead the moment itself says more than a countdown; timers hold no more than 24 days.
      if (seconds < 600) this.countdownTarget.textContent = this.leavesValue.replace('%seconds%', seconds);
      this.timer = setTimeout(() => this.tick(), seconds < 600 ? 1000 : 60000);
    } else if (this.stripValue) {
      this.element.remove();
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
        if (response.status === 204) {
          // It was taken back.
          this.element.remove();
          return;
        }
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

  /** On the ticket's own page the text comes back into the composer, beside what is being written there. */
  async submit(event) {
    const composer = document.querySelector('[data-controller~="helpdesk-composer"]');
    if (!composer) return;
    event.preventDefault();
    const form = event.target;
    const draft = window.wagtail.app.getControllerForElementAndIdentifier(composer, 'helpdesk-draft');
    if (draft) await draft.flush();
    await window.helpdeskPost(form.action, new FormData(form), this.failedValue);
    const again = document.getElementById('composer');
    if (again) window.helpdeskEditor.focus(again);
  }
}

window.wagtail.app.register('helpdesk-undo', HelpdeskUndoController);
