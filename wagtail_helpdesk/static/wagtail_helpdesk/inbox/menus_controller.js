/**
 * Menus that are <details>: a click elsewhere or Escape closes them, and opening one puts the focus where one types.
 */
class HelpdeskMenusController extends window.StimulusModule.Controller {
  connect() {
    this.opened = (event) => {
      const menu = event.target;
      if (!menu.open || !menu.matches('.helpdesk-menu')) return;
      this.close((other) => other !== menu);
      const input = menu.querySelector('[aria-invalid], #new-subject, #snooze-when, #skip-reason_0');
      if (input) input.focus();
    };
    // "toggle" does not bubble.
    document.addEventListener('toggle', this.opened, true);
  }

  disconnect() {
    document.removeEventListener('toggle', this.opened, true);
  }

  outside(event) {
    this.close((menu) => !menu.contains(event.target));
  }

  escape() {
    this.close(() => true);
  }

  close(matches) {
    document.querySelectorAll('.helpdesk-menu[open]').forEach((menu) => {
      if (!matches(menu)) return;
      const focused = menu.contains(document.activeElement);
      menu.removeAttribute('open');
      if (focused) menu.querySelector('summary').focus();
    });
  }
}

window.wagtail.app.register('helpdesk-menus', HelpdeskMenusController);
