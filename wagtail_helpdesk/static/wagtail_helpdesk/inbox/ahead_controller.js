/**
 * Marks the ticket that is probably opened next (the pointer or the focus rests on it), for the browser to fetch ahead
 * (inbox/ahead.py), and leads back to the very page of the list that one came from.
 */
class HelpdeskAheadController extends window.StimulusModule.Controller {
  static targets = ['list'];

  static values = {
    /** The place that this ticket was opened from. */
    place: String,
  };

  connect() {
    const [entry] = performance.getEntriesByType('navigation');
    // A page that was fetched ahead was not read then: now it is.
    if (entry && entry.deliveryType === 'navigational-prefetch') fetch(window.location.href, { method: 'HEAD' });
    const kept = JSON.parse(sessionStorage.getItem('helpdesk-list') || 'null');
    if (this.hasListTarget && kept && kept.place === this.placeValue) this.listTarget.href = kept.href;
  }

  rest(event) {
    clearTimeout(this.timer);
    const link = event.target.closest('.helpdesk-row, .helpdesk-slim__row, [rel="next"], [rel="prev"]');
    const ticket = link && (link.matches('a') ? link : link.querySelector('a'));
    // visit.js shows what it fetched itself; the browser's own way is for everything else.
    if (ticket) this.timer = setTimeout(() => window.helpdeskAhead(ticket.href) || ticket.classList.add('helpdesk-ahead'), 120);
  }

  disconnect() {
    clearTimeout(this.timer);
  }
}

window.wagtail.app.register('helpdesk-ahead', HelpdeskAheadController);
