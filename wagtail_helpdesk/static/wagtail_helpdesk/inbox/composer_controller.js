/**
 * Sends an answer without leaving the page until it is taken, so that neither text nor files are lost when it is not.
 */
class HelpdeskComposerController extends window.StimulusModule.Controller {
  static targets = ['refusal', 'body', 'button'];

  static values = {
    /** What to say when the server cannot be reached. */
    failed: String,
    /** What to say when the server answers something unexpected. */
    rejected: String,
    /** What the button says meanwhile. */
    sending: String,
  };

  get mode() {
    const chosen = this.element.querySelector('input[name="mode"]:checked');
    return chosen ? chosen.value : '';
  }

  /** The editor's field, with the last words in it: the editor itself writes them a moment later. */
  get field() {
    const input = this.bodyTarget.querySelector('input[name="body"]');
    if (input.draftailEditor) input.draftailEditor.saveState();
    return input;
  }

  /** Whether something was written that would be lost. */
  get isFilled() {
    const input = this.field;
    const files = this.element.querySelector('input[type="file"]');
    if (files && files.files.length > 0) return true;
    try {
      return JSON.parse(input.value).blocks.some((block) => block.text.trim() !== '');
    } catch {
      return false;
    }
  }

  key(event) {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    const button = this.buttonTargets.find((candidate) => candidate.dataset.mode === this.mode);
    if (button) this.element.requestSubmit(button);
  }

  leaving(event) {
    if (this.isFilled && !this.isSent) event.preventDefault();
  }

  async submit(event) {
    event.preventDefault();
    if (this.isSending) return;
    this.isSending = true;
    const button = event.submitter || this.buttonTargets.find((candidate) => candidate.dataset.mode === this.mode);
    const body = new FormData(this.element);
    body.set('body', this.field.value);
    if (button && button.name) body.set(button.name, button.value);
    const release = this.hold(button);
    const answer = await this.send(body);
    if (answer.redirect) {
      this.isSent = true;
      this.leaveFor(answer.redirect);
      return;
    }
    this.refuse(answer);
    this.isSending = false;
    release();
  }

  /** Say that it is being sent; return the function that takes it back. */
  hold(button) {
    const label = button ? button.lastChild.textContent : '';
    if (button) button.lastChild.textContent = this.sendingValue;
    this.buttonTargets.forEach((other) => other.setAttribute('aria-disabled', 'true'));
    return () => {
      if (button) button.lastChild.textContent = label;
      this.buttonTargets.forEach((other) => other.removeAttribute('aria-disabled'));
    };
  }

  /** Return the server's answer: where to go, or why not. */
  async send(body) {
    try {
      const response = await fetch(this.element.action, {
        method: 'POST',
        body,
        headers: { 'X-Requested-With': 'XMLHttpRequest' },
      });
      const isJson = (response.headers.get('Content-Type') || '').includes('json');
      return isJson ? await response.json() : { refusal: this.rejectedValue };
    } catch {
      return { refusal: this.failedValue };
    }
  }

  refuse(answer) {
    const { refusal } = answer;
    // What arrived meanwhile is put into the conversation by live_controller.js.
    document.dispatchEvent(new CustomEvent('helpdesk:refused', { detail: answer }));
    this.refusalTarget.textContent = refusal;
    this.refusalTarget.hidden = false;
    this.refusalTarget.scrollIntoView({ block: 'nearest' });
  }

  leaveFor(address) {
    const target = new URL(address, window.location.href);
    const samePage = target.pathname === window.location.pathname && target.search === window.location.search;
    window.location.assign(target);
    // An address that differs in its last part only would move within the page instead of showing the answer.
    if (samePage) window.location.reload();
  }
}

window.wagtail.app.register('helpdesk-composer', HelpdeskComposerController);
