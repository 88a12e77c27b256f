/**
 * Opens a conversation at its newest message, unless the address names another place.
 */
class HelpdeskThreadController extends window.StimulusModule.Controller {
  connect() {
    const named = window.location.hash && document.querySelector(`[id="${CSS.escape(window.location.hash.slice(1))}"]`);
    const messages = this.element.querySelectorAll('article');
    const newest = messages[messages.length - 1];
    if (named) {
      named.focus({ preventScroll: true });
      named.scrollIntoView({ block: 'start' });
    } else if (newest && newest.getBoundingClientRect().bottom > window.innerHeight) {
      newest.scrollIntoView({ block: 'start' });
    }
  }
}

window.wagtail.app.register('helpdesk-thread', HelpdeskThreadController);
