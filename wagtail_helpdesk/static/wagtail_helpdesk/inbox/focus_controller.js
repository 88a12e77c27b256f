/**
 * The bar of a focus session: says how many tickets are left once the page is there, and lets the form that ends it go
 * its own way.
 */
class HelpdeskFocusController extends window.StimulusModule.Controller {
  static targets = ['said'];

  static values = {
    /** "12 left". */
    words: String,
  };

  connect() {
    // What stands in the page from the beginning is read out by nothing.
    this.timer = setTimeout(() => {
      this.saidTarget.textContent = this.wordsValue;
    }, 300);
  }

  disconnect() {
    clearTimeout(this.timer);
    this.saidTarget.textContent = '';
  }

  /** The list is another page: helpdesk-action has nothing to do with it. */
  leave(event) {
    event.stopPropagation();
  }
}

window.wagtail.app.register('helpdesk-focus', HelpdeskFocusController);
