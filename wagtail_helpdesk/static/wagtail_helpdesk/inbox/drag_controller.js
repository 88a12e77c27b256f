/**
 * Rows are dragged onto another row, into which they are merged, or onto a view: "Mine" takes them, a team gets them.
 * All of it stands in the bar above the list too: whoever does not drag misses nothing.
 */
class HelpdeskDragController extends window.StimulusModule.Controller {
  static values = {
    /** Whether rows can be merged. */
    merges: Boolean,
    /** "Merge into %ticket%". */
    merge: String,
    /** "%count% tickets". */
    many: String,
    failed: String,
  };

  disconnect() {
    this.end();
  }

  start(event) {
    const row = event.target.closest && event.target.closest('.helpdesk-row');
    // A part of the words that was picked with the mouse is dragged as what it is.
    if (!row || !row.draggable || (event.target.nodeType !== 1 && !window.getSelection().isCollapsed)) return;
    const box = (one) => one.querySelector('input[name="ticket"]');
    const picked = [...this.element.querySelectorAll('.helpdesk-row')].filter((one) => box(one).checked);
    this.rows = picked.includes(row) ? picked : [row];
    this.rows.forEach((one) => one.classList.add('helpdesk-row--dragged'));
    event.dataTransfer.effectAllowed = 'move';
    const name = row.querySelector('.helpdesk-row__subject').textContent.trim();
    event.dataTransfer.setData('text/plain', this.rows.length > 1 ? this.manyValue.replace('%count%', this.rows.length) : name);
    this.element.classList.add('helpdesk-inbox--dragging');
  }

  /** Where it can be let go: a view that takes tickets, or another row. */
  placeOf(event) {
    if (!this.rows || !event.target.closest) return null;
    const view = event.target.closest('[data-helpdesk-drop]');
    if (view) return view.dataset.helpdeskDrop ? view : null;
    const row = event.target.closest('.helpdesk-row');
    return row && this.mergesValue && !this.rows.includes(row) ? row : null;
  }

  over(event) {
    const place = this.placeOf(event);
    if (place) {
      event.preventDefault();
      event.dataTransfer.dropEffect = 'move';
    }
    if (place === this.place) return;
    this.unmark();
    this.place = place;
    if (!place) return;
    place.classList.add('helpdesk-drop');
    if (place.matches('.helpdesk-row')) place.dataset.helpdeskDropSays = this.mergeValue.replace('%ticket%', this.numberOf(place));
  }

  numberOf(row) {
    const reference = row.querySelector('.helpdesk-row__reference');
    return reference ? reference.textContent.trim() : row.dataset.ticket;
  }

  async drop(event) {
    const [place, rows] = [this.placeOf(event), this.rows];
    this.end();
    if (!place) return;
    event.preventDefault();
    const form = document.getElementById('helpdesk-list');
    const body = new FormData();
    ['next', 'place', 'last_seen', 'once'].forEach((name) => body.set(name, form.elements[name].value));
    if (place.matches('.helpdesk-row')) {
      body.set('action', 'merge');
      body.set('merge-into', place.dataset.ticket);
      body.append('ticket', place.querySelector('input[name="ticket"]').value);
    } else {
      Object.entries(JSON.parse(place.dataset.helpdeskDrop)).forEach(([name, value]) => body.set(name, value));
    }
    rows.forEach((row) => body.append('ticket', row.querySelector('input[name="ticket"]').value));
    await window.helpdeskPost(form.getAttribute('action'), body, this.failedValue);
  }

  unmark() {
    if (!this.place) return;
    this.place.classList.remove('helpdesk-drop');
    delete this.place.dataset.helpdeskDropSays;
    this.place = null;
  }

  end() {
    this.unmark();
    (this.rows || []).forEach((row) => row.classList.remove('helpdesk-row--dragged'));
    this.rows = null;
    this.element.classList.remove('helpdesk-inbox--dragging');
  }
}

window.wagtail.app.register('helpdesk-drag', HelpdeskDragController);
