/**
 * Gives the frame of a message's body the height of its content, and loads it anew with quoted text.
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
    event.preventDefault();
    const isWhole = this.wholeTarget.getAttribute('aria-pressed') !== 'true';
    this.wholeTarget.setAttribute('aria-pressed', String(isWhole));
    this.load(isWhole);
  }

  load(isWhole) {
    this.frameTarget.src = isWhole ? `${this.urlValue}?whole=1` : this.urlValue;
  }

  /** Lets images be shown without leaving the page, and what is being written on it. */
  async chooseImages(event) {
    event.preventDefault();
    const form = event.target;
    const body = new FormData(form, event.submitter);
    try {
      const response = await fetch(form.action, {
        method: 'POST',
        body,
        headers: { 'X-Requested-With': 'XMLHttpRequest' },
      });
      if (!response.ok) throw new Error(String(response.status));
      this.imagesTarget.replaceWith(window.helpdeskFragment(await response.text()));
      this.load(this.hasWholeTarget && this.wholeTarget.getAttribute('aria-pressed') === 'true');
    } catch {
      form.dataset.action = '';
      form.requestSubmit(event.submitter);
    }
  }
}

window.wagtail.app.register('helpdesk-body', HelpdeskBodyController);
