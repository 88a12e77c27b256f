/**
 * Keeps the counts beside the views fresh, without a reload.
 * Rests while the tab is hidden, and catches up when it is shown again.
 */
class HelpdeskCountsController extends window.StimulusModule.Controller {
  static targets = ['count'];

  static values = {
    /** Where the counts come from: {"mine": "12", ...}. */
    url: String,
    /** Milliseconds between two looks. */
    pause: { type: Number, default: 20000 },
  };

  connect() {
    // On a narrow screen the views stand in a strip that scrolls.
    const current = this.element.querySelector('[aria-current]');
    if (current) current.scrollIntoView({ block: 'nearest', inline: 'center' });
    this.wait();
  }

  disconnect() {
    clearTimeout(this.timer);
  }

  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), this.pauseValue);
  }

  wake() {
    if (document.hidden) clearTimeout(this.timer);
    else this.refresh();
  }

  async refresh() {
    clearTimeout(this.timer);
    if (document.hidden) return;
    try {
      const response = await fetch(this.urlValue, { headers: { 'X-Requested-With': 'XMLHttpRequest' } });
      if (response.ok && !response.redirected) this.show(await response.json());
    } catch {
      // Without a connection the old counts stay; the next look tries again.
    }
    if (this.element.isConnected) this.wait();
  }

  show(counts) {
    this.countTargets.forEach((element) => {
      const count = counts[element.dataset.view];
      if (count !== undefined && element.textContent !== count) element.textContent = count;
    });
    // In Wagtail's own menu, which is no part of this element.
    const menuItem = document.querySelector('[data-helpdesk-unread]');
    if (menuItem) menuItem.dataset.helpdeskUnread = counts.notices;
  }
}

window.wagtail.app.register('helpdesk-counts', HelpdeskCountsController);
