/**
 * Sends what was written without leaving the page, so that neither text nor files are lost when it is not taken; shows
 * the preview; and shows the draft anew where something else changed it.
 */
class HelpdeskComposerController extends window.StimulusModule.Controller {
  static targets = ['refusal', 'body', 'button', 'preview', 'presets'];

  static values = {
    /** Where the composer comes from as it stands. */
    url: String,
    ticket: Number,
    /** What to say when the server cannot be reached. */
    failed: String,
    /** What to say when the server answers something unexpected. */
    rejected: String,
    /** What the button says meanwhile. */
    sending: String,
    /** What to say when a file that was removed is with the draft still. */
    going: String,
  };

  connect() {
    if (this.hasPresetsTarget) this.presetsTarget.hidden = false;
    this.asked();
  }

  /** The way to send for approval says who is asked, as it is chosen beside it. */
  asked() {
    const choice = this.element.querySelector('select[name="approver"]');
    if (!choice || choice.selectedIndex < 0) return;
    document.querySelectorAll('[data-helpdesk-asked]').forEach((words) => {
      words.textContent = choice.options[choice.selectedIndex].label;
    });
  }

  get mode() {
    const chosen = this.element.querySelector('input[name="mode"]:checked');
    return chosen ? chosen.value : '';
  }

  /** Whether something was written. */
  get isFilled() {
    return !window.helpdeskEditor.isEmpty(window.helpdeskEditor.read(this.element));
  }

  get button() {
    return this.buttonTargets.find((candidate) => candidate.dataset.mode.split(' ').includes(this.mode));
  }

  other(name) {
    return window.wagtail.app.getControllerForElementAndIdentifier(this.element, `helpdesk-${name}`);
  }

  key(event) {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (this.button) this.element.requestSubmit(this.button);
  }

  preset(event) {
    this.element.querySelector('input[name="publish_at"]').value = event.currentTarget.value;
  }

  async submit(event) {
    const button = event.submitter || this.button;
    const data = button ? button.dataset : {};
    if ('helpdeskPreview' in data) {
      this.preview(button);
      return;
    }
    if ('helpdeskParts' in data) {
      // Its page shows the words, and to whom they would go; the draft stays.
      window.helpdeskEditor.read(this.element);
      return;
    }
    event.preventDefault();
    if ('helpdeskAside' in data || 'helpdeskDiscard' in data) {
      this.aside(button);
    } else if (!this.isSending) {
      await this.sendWith(button);
    }
  }

  /** The form goes to the frame, as it would go to a page of its own without this script. */
  preview(button) {
    window.helpdeskEditor.read(this.element);
    button.formTarget = 'helpdesk-preview';
    this.previewTarget.showModal();
  }

  closePreview() {
    this.previewTarget.close();
  }

  /** Take over a colleague's draft, or throw one's own away. */
  async aside(button) {
    const draft = this.other('draft');
    if ('helpdeskAside' in button.dataset) await draft.flush();
    else draft.end();
    const answer = await window.helpdeskPost(button.formAction, new FormData(this.element), this.failedValue);
    // Not thrown away then: it goes on being kept.
    if (!answer) draft.goOn();
  }

  async sendWith(button) {
    this.isSending = true;
    const release = this.hold(button);
    const draft = this.other('draft');
    await this.other('uploads').idle();
    const isSettled = await draft.settle();
    await draft.pause();
    const answer = isSettled ? await this.send(this.bodyWith(button)) : { refusal: this.goingValue };
    if (answer.refusal) {
      this.refuse(answer);
      this.isSending = false;
      draft.resume();
      release();
      return;
    }
    draft.end();
    const wrote = this.bodyTarget.contains(document.activeElement);
    window.helpdeskApply(answer);
    const next = document.getElementById('composer');
    if (wrote && next && !answer.redirect) window.helpdeskEditor.focus(next);
  }

  /** What is sent: files are with the draft already. */
  bodyWith(button) {
    const body = new FormData(this.element);
    body.set('body', window.helpdeskEditor.read(this.element));
    body.delete('files');
    if (button && button.name) body.set(button.name, button.value);
    return body;
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

  /** Return the server's answer: what becomes of the page, or why not. */
  async send(body) {
    const { answer, problem } = await window.helpdeskSend(this.element.action, body);
    if (answer) return answer;
    return { refusal: window.helpdeskProblem(problem, problem === 'rejected' ? this.rejectedValue : this.failedValue) };
  }

  refuse(answer) {
    const { refusal, version, once } = answer;
    // What arrived meanwhile is put into the conversation by live_controller.js.
    document.dispatchEvent(new CustomEvent('helpdesk:refused', { detail: answer }));
    this.refusalTarget.textContent = refusal;
    this.refusalTarget.hidden = false;
    this.refusalTarget.scrollIntoView({ block: 'nearest' });
    // What was sent before is another message than what stands here now.
    if (once) {
      this.element.elements.once.value = once;
      this.other('draft').version = version;
      return;
    }
    // The text stands in another tab too, or was sent from there: whoever sends again means this one.
    if (typeof version === 'number') this.other('draft').conflict(refusal);
  }

  /** Something else changed the draft: what was taken back is in it. */
  async changed(event) {
    const { tickets, drafts } = event.detail;
    if (!drafts || !tickets.map(Number).includes(this.ticketValue)) return;
    await this.refresh();
  }

  /** Return the composer as the server has it, null where it cannot be reached. */
  async fetch() {
    const address = new URL(this.urlValue, window.location.href);
    address.searchParams.set('seen', this.element.elements.last_seen.value);
    address.searchParams.set('seen_event', this.element.elements.seen_event.value);
    try {
      const response = await fetch(address, { headers: { 'X-Requested-With': 'XMLHttpRequest' } });
      return await response.json();
    } catch {
      return null;
    }
  }

  /** Show it as the server has it; return whether that was done. */
  async refresh(force = false) {
    const draft = this.other('draft');
    this.turns = (this.turns || 0) + 1;
    const turn = this.turns;
    const answer = await this.fetch();
    // What was asked for later knows more, however soon it came.
    if (!answer || !this.element.isConnected || turn !== this.turns) return false;
    const part = window.helpdeskFragment(answer.parts.composer);
    const version = Number(part.querySelector('input[name="version"]').value);
    if (version === draft.version && !force) return false;
    if (draft.isDirty && !force) {
      draft.conflict(draft.unsavedValue);
      return false;
    }
    draft.end();
    window.helpdeskApply(answer);
    return true;
  }
}

window.wagtail.app.register('helpdesk-composer', HelpdeskComposerController);
