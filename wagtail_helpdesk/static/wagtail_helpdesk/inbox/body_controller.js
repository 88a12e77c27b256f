/**
 * Gives the frame of a message's body the height of its content, and loads it anew with quoted text.
 */
class HelpdeskBodyController extends window.StimulusModule.Controller {
  static targets = ['frame', 'whole'];

  static values = {
    /** The body's own address. */
    url: String,
  };

  disconnect() {
    if (this.observer) this.observer.disconnect();
  }

  measure() {
    const page = this.frameTarget.contentDocument;
    if (!page || !page.body) return;
    if (this.observer) this.observer.disconnect();
    const fit = () => {
      this.frameTarget.style.height = `${Math.ceil(page.body.getBoundingClientRect().height) + 2}px`;
    };
    this.observer = new ResizeObserver(fit);
    this.observer.observe(page.body);
    fit();
  }

  toggleWhole(event) {
    event.preventDefault();
    const isWhole = this.wholeTarget.getAttribute('aria-pressed') !== 'true';
    this.wholeTarget.setAttribute('aria-pressed', String(isWhole));
    this.frameTarget.src = isWhole ? `${this.urlValue}?whole=1` : this.urlValue;
  }
}

window.wagtail.app.register('helpdesk-body', HelpdeskBodyController);
