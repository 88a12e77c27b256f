/**
 * Quotes what is selected in a message (or all of it), and begins to pass a message on.
 */
class HelpdeskQuotingController extends window.StimulusModule.Controller {
  connect() {
    document.querySelectorAll('[data-helpdesk-quote][hidden]').forEach((button) => {
      button.hidden = false;
    });
  }

  click(event) {
    if (!(event.target instanceof Element)) return;
    const quote = event.target.closest('[data-helpdesk-quote]');
    const forward = event.target.closest('[data-helpdesk-forward]');
    if (quote) this.quote(quote.closest('article'));
    else if (forward && !event.ctrlKey && !event.metaKey && this.forward(forward)) event.preventDefault();
  }

  /** The words that are selected in the message, else all of them. Foreign HTML stands in a frame. */
  words(article) {
    const frame = article.querySelector('iframe');
    const body = frame && frame.contentDocument && frame.contentDocument.body;
    const inFrame = body ? frame.contentDocument.getSelection().toString().trim() : '';
    const chosen = inFrame || this.selected(article);
    if (chosen) return chosen;
    const own = article.querySelector('.helpdesk-words');
    return ((body || own || {}).innerText || '').trim();
  }

  /** What is selected in the message itself. A selection that reaches beyond it is not meant. */
  selected(article) {
    const selection = window.getSelection();
    const isWithin = selection.rangeCount > 0 && article.contains(selection.getRangeAt(0).commonAncestorContainer);
    return isWithin ? selection.toString().trim() : '';
  }

  async quote(article) {
    if (this.mode() === 'forward') this.choose('reply');
    await window.helpdeskEditor.quote(this.element, this.words(article));
    this.element.scrollIntoView({ block: 'nearest' });
    await window.helpdeskEditor.focus(this.element);
  }

  forward(link) {
    const box = this.element.querySelector(`input[name="forwarded"][value="${link.dataset.helpdeskForward}"]`);
    if (!box || !this.choose('forward')) return false;
    box.checked = true;
    box.closest('li').querySelectorAll('input').forEach((one) => {
      one.checked = true;
    });
    box.closest('details').open = true;
    this.element.dispatchEvent(new Event('input', { bubbles: true }));
    this.element.scrollIntoView({ block: 'start' });
    this.element.querySelector('input[name="to"]').focus({ preventScroll: true });
    return true;
  }

  mode() {
    const chosen = this.element.querySelector('input[name="mode"]:checked');
    return chosen ? chosen.value : '';
  }

  choose(mode) {
    const radio = this.element.querySelector(`input[name="mode"][value="${mode}"]`);
    if (radio) radio.checked = true;
    return Boolean(radio);
  }
}

window.wagtail.app.register('helpdesk-quoting', HelpdeskQuotingController);
