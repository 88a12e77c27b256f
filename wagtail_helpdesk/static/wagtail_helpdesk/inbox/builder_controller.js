/**
 * Rebuilds the conditions of a view as they are chosen, and says how many tickets match. The server makes the rows;
 * without this its buttons do the same.
 */
class HelpdeskBuilderController extends window.StimulusModule.Controller {
  connect() {
    this.element.classList.add('helpdesk-builder--live');
  }

  disconnect() {
    clearTimeout(this.timer);
  }

  changed(event) {
    if (event.target.matches('.helpdesk-conditions select, [name="ordering"], [name="grouping"]')) this.build();
  }

  /** While somebody types, nothing but what matches changes. */
  typed(event) {
    if (!event.target.matches('.helpdesk-conditions input')) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      const body = new FormData(this.element);
      body.set('build', '1');
      const headers = { 'X-Requested-With': 'XMLHttpRequest' };
      const answer = await fetch(window.location.pathname, { method: 'POST', body, headers })
        .then((response) => response.json())
        .catch(() => null);
      if (!answer) return;
      const made = window.helpdeskFragment(answer.parts['view-conditions']);
      const [old, words] = [this.element, made].map((where) => where.querySelector('.helpdesk-conditions [role="status"]'));
      old.textContent = words.textContent;
      const groups = made.querySelector('.helpdesk-conditions__groups');
      const shown = this.element.querySelector('.helpdesk-conditions__groups');
      if (shown) shown.remove();
      if (groups) this.element.querySelector('.helpdesk-conditions').append(groups);
    }, 500);
  }

  press(event) {
    const button = event.target.closest('button[name="add"], button[name="remove"]');
    if (!button) return;
    event.preventDefault();
    this.build(button);
  }

  async build(button = null) {
    clearTimeout(this.timer);
    const body = new FormData(this.element);
    body.set(button ? button.name : 'build', button ? button.value : '1');
    await window.helpdeskPost(window.location.pathname, body);
    if (button && button.name === 'add') {
      const rows = [...document.querySelectorAll(`select[id^="${button.value}-"][id$="-field"]`)];
      if (rows.length > 0) rows[rows.length - 1].focus();
    }
  }
}

window.wagtail.app.register('helpdesk-builder', HelpdeskBuilderController);
