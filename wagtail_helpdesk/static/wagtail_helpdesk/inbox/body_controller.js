/**
 * Gives the frame of a message's body the height of its content, and loads it anew with quoted text or images.
 */
class HelpdeskBodyController extends window.StimulusModule.Controller {
  static targets = ['frame', 'whole', 'images'];

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
    this.toggle(event, this.wholeTarget);
  }

  toggleImages(event) {
    this.toggle(event, this.imagesTarget);
  }

  toggle(event, button) {
    event.preventDefault();
    button.setAttribute('aria-pressed', button.getAttribute('aria-pressed') === 'true' ? 'false' : 'true');
    const query = new URLSearchParams();
    if (this.hasWholeTarget && this.wholeTarget.getAttribute('aria-pressed') === 'true') query.set('whole', '1');
    if (this.hasImagesTarget && this.imagesTarget.getAttribute('aria-pressed') === 'true') query.set('images', 'remote');
    this.frameTarget.src = `${this.urlValue}?${query}`;
  }
}

window.wagtail.app.register('helpdesk-body', HelpdeskBodyController);
