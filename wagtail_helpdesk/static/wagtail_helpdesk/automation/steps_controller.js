/**
 * The rows of a macro: starts Wagtail's panel of rows, and shows in each row the fields of its action only.
 */
class HelpdeskStepsController extends window.StimulusModule.Controller {
  static values = {
    /** Wagtail's options for its panel. */
    options: Object,
    /** The fields of each action, by its name. */
    fields: Object,
  };

  connect() {
    const { formsetPrefix } = this.optionsValue;
    this.rows = document.getElementById(`${formsetPrefix}-FORMS`);
    this.panel = new window.InlinePanel(this.optionsValue);
    this.refresh = this.refresh.bind(this);
    this.rows.addEventListener('change', this.refresh);
    this.observer = new MutationObserver(this.refresh);
    this.observer.observe(this.rows, { childList: true });
    this.refresh();
  }

  disconnect() {
    this.observer.disconnect();
    this.rows.removeEventListener('change', this.refresh);
  }

  refresh() {
    const known = new Set(Object.values(this.fieldsValue).flat());
    this.rows.querySelectorAll('select[name$="-kind"]').forEach((kind) => {
      const prefix = kind.name.slice(0, -'kind'.length);
      const shown = new Set(this.fieldsValue[kind.value] || []);
      const assign = this.rows.querySelector(`[name="${prefix}assign"]`);
      if (assign && assign.value !== 'agent') shown.delete('assignee');
      if (assign && shown.has('assign') && assign.value !== 'answer') shown.delete('answer_to');
      known.forEach((field) => {
        const input = this.rows.querySelector(`[name="${prefix}${field}"]`);
        const box = input && (input.closest('.w-panel__wrapper') || input.closest('[data-contentpath]'));
        if (box) box.hidden = !shown.has(field);
      });
    });
  }
}

window.wagtail.app.register('helpdesk-steps', HelpdeskStepsController);
