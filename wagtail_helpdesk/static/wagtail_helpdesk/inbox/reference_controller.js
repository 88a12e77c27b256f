/**
 * Offers, while one types, the pages or snippets that a field of tickets can point at.
 */
class HelpdeskReferenceController extends window.StimulusModule.Controller {
  static targets = ['list'];

  static values = { field: Number };

  disconnect() {
    clearTimeout(this.timer);
  }

  look(event) {
    const { value } = event.target;
    // What was chosen from the list needs no further look.
    if ([...this.listTarget.options].some((option) => option.value === value)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.offer(value), 200);
  }

  async offer(text) {
    const address = new URL(document.querySelector('[data-helpdesk-references]').dataset.helpdeskReferences, window.location.href);
    address.searchParams.set('field', this.fieldValue);
    address.searchParams.set('q', text);
    try {
      const response = await fetch(address, { headers: { 'X-Requested-With': 'XMLHttpRequest' } });
      if (!response.ok || response.redirected) return;
      const { items } = await response.json();
      this.listTarget.replaceChildren(...items.map((item) => Object.assign(document.createElement('option'), { value: item })));
    } catch {
      // Nothing is offered: a title can be typed all the same.
    }
  }
}

window.wagtail.app.register('helpdesk-reference', HelpdeskReferenceController);
