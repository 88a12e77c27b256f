/**
 * Completes what is typed from what the server finds, in the browser's own list: the number of another ticket, by words
 * of its subject or its requester, or the name of an organisation.
 */
class HelpdeskOthersController extends window.StimulusModule.Controller {
  static targets = ['list'];

  static values = {
    /** Where to ask. */
    url: String,
  };

  disconnect() {
    clearTimeout(this.timer);
  }

  look(event) {
    if (event.target.getAttribute('list') !== this.listTarget.id) return;
    clearTimeout(this.timer);
    const words = event.target.value.trim();
    if (words.length < 2) return;
    this.timer = setTimeout(() => this.ask(words), 250);
  }

  async ask(words) {
    try {
      const response = await fetch(`${this.urlValue}?q=${encodeURIComponent(words)}`);
      const { found } = await response.json();
      this.listTarget.replaceChildren(
        ...found.map(({ value, label }) => {
          const option = document.createElement('option');
          // Browsers keep what fits the typed text: the words stay in what is looked at.
          option.value = label ? `${value}: ${label}` : value;
          return option;
        }),
      );
    } catch {
      // It can be typed all the same.
    }
  }
}

window.wagtail.app.register('helpdesk-others', HelpdeskOthersController);
