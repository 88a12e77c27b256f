/**
 * Keeps what is being written: on the server every few seconds and on leaving; in this browser until the server has it.
 * A version that somebody else of the same person's tabs wrote is never written over: the person decides.
 */
class HelpdeskDraftController extends window.StimulusModule.Controller {
  static targets = ['state', 'save', 'discard', 'offline', 'conflict', 'conflictText'];

  static values = {
    url: String,
    /** Of the copy in this browser: it names user and ticket. */
    key: String,
    unsaved: String,
    kept: String,
  };

  static pause = 3000;

  async connect() {
    this.failures = 0;
    this.isOver = false;
    if (this.hasSaveTarget) this.saveTarget.hidden = true;
    await window.helpdeskEditor.ready(this.element);
    this.known = this.content;
    await this.restore();
  }

  disconnect() {
    clearTimeout(this.timer);
    this.isOver = true;
  }

  get version() {
    return Number(this.versionField.value) || 0;
  }

  set version(value) {
    this.versionField.value = value;
  }

  get versionField() {
    return this.element.querySelector('input[name="version"]');
  }

  get form() {
    const form = new FormData(this.element);
    form.set('body', window.helpdeskEditor.read(this.element));
    ['files', 'once', 'last_seen', 'csrfmiddlewaretoken', 'after'].forEach((name) => form.delete(name));
    return form;
  }

  /** All that would be saved, as one text. */
  get content() {
    const entries = [...this.form.entries()].filter(([name]) => name !== 'version');
    return JSON.stringify(entries);
  }

  get isDirty() {
    return this.known !== undefined && this.content !== this.known;
  }

  /** Something may have changed. */
  touch() {
    if (this.isOver || this.isPaused || !this.isDirty) return;
    this.keep();
    if (!this.failures) this.stateTarget.textContent = this.unsavedValue;
    this.timer = this.timer || setTimeout(() => this.save(), HelpdeskDraftController.pause);
  }

  saveNow(event) {
    event.preventDefault();
    this.save();
  }

  retry() {
    if (this.failures) this.save();
  }

  offline() {
    if (this.isDirty) this.offlineTarget.hidden = false;
  }

  hidden() {
    if (document.hidden) this.left();
  }

  /** The page may be gone in a moment: this request outlives it. */
  left() {
    if (!this.isOver && this.isDirty) this.save({ keepalive: true });
  }

  /** Only where this browser keeps nothing, leaving would lose something. */
  leaving(event) {
    if (!this.isOver && this.isDirty && !this.isKept) event.preventDefault();
  }

  /** Nothing is saved while it is being sent. */
  async pause() {
    this.isPaused = true;
    clearTimeout(this.timer);
    this.timer = null;
    await this.saving;
  }

  resume() {
    this.isPaused = false;
    this.touch();
  }

  /** It was sent, or thrown away. */
  end() {
    this.isOver = true;
    clearTimeout(this.timer);
    this.forget();
  }

  goOn() {
    this.isOver = false;
    this.keep();
    this.resume();
  }

  async flush() {
    await this.saving;
    if (this.isDirty) await this.save();
  }

  save(options = {}) {
    clearTimeout(this.timer);
    this.timer = null;
    const before = this.saving || Promise.resolve();
    this.saving = before.then(() => this.send(options));
    return this.saving;
  }

  async send({ keepalive = false, remove = '', force = false } = {}) {
    const content = this.content;
    if (this.isOver || (content === this.known && !remove && !force)) return;
    const reply = await this.post(this.formWith(remove, force), keepalive);
    if (reply) this.receive(content, reply);
    else this.fail();
  }

  /** What is saved, and what the server is to do beside or in spite of it. */
  formWith(remove, force) {
    const { form } = this;
    if (remove) form.set('remove', remove);
    if (force) form.set('force', '1');
    return form;
  }

  /** Return the response and what it says, null where nothing that can be read came back. */
  async post(body, keepalive) {
    const token = this.element.querySelector('input[name="csrfmiddlewaretoken"]').value;
    try {
      const response = await fetch(this.urlValue, {
        method: 'POST',
        body,
        keepalive,
        headers: { 'X-Requested-With': 'XMLHttpRequest', 'X-CSRFToken': token },
      });
      return { response, answer: await response.json() };
    } catch {
      return null;
    }
  }

  receive(content, { response, answer }) {
    // It may have been sent or thrown away meanwhile.
    if (this.isOver) return;
    if (response.status === 409) this.conflict(answer.changed, answer.version);
    else if (!response.ok) this.fail();
    else this.done(content, answer);
  }

  done(content, answer) {
    this.version = answer.version;
    this.known = content;
    this.failures = 0;
    this.offlineTarget.hidden = true;
    this.conflictTarget.hidden = true;
    this.stateTarget.textContent = answer.said;
    if (this.hasDiscardTarget) this.discardTarget.hidden = answer.version === 0;
    if (this.isDirty) this.touch();
    else this.forget();
  }

  /** The text stays where it is; each try waits longer than the one before. */
  fail() {
    this.failures += 1;
    this.keep();
    this.offlineTarget.hidden = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), Math.min(5000 * this.failures, 60000));
  }

  // The copy in this browser.

  keep() {
    try {
      const copy = { version: this.version, entries: JSON.parse(this.content) };
      localStorage.setItem(this.keyValue, JSON.stringify(copy));
      this.isKept = true;
    } catch {
      this.isKept = false;
    }
  }

  forget() {
    try {
      localStorage.removeItem(this.keyValue);
    } catch {
      // There was none then.
    }
  }

  async restore() {
    let copy = null;
    try {
      copy = JSON.parse(localStorage.getItem(this.keyValue));
    } catch {
      return;
    }
    if (!copy || this.isOver) return;
    const body = (copy.entries.find(([name]) => name === 'body') || ['', ''])[1];
    if (window.helpdeskEditor.isEmpty(body) || JSON.stringify(copy.entries) === this.known) {
      this.forget();
    } else if (copy.version === this.version) {
      await this.put(copy.entries);
      this.stateTarget.textContent = this.keptValue;
      this.touch();
    } else {
      this.mine = copy.entries;
      this.conflict(this.keptValue, this.version);
    }
  }

  /** Fill the form in. */
  async put(entries) {
    const all = (name) => entries.filter(([key]) => key === name).map(([, value]) => value);
    this.element.querySelectorAll('input[type="radio"], input[type="checkbox"]').forEach((box) => {
      if (box.name !== 'after') box.checked = all(box.name).includes(box.value);
    });
    ['copies', 'to', 'bcc', 'publish_at'].forEach((name) => {
      const field = this.element.querySelector(`input[name="${name}"]`);
      if (field && all(name).length > 0) [field.value] = all(name);
    });
    await window.helpdeskEditor.write(this.element, window.helpdeskEditor.parse(all('body')[0]));
  }

  // Two tabs, two browsers, or a colleague who took it over.

  conflict(said, version) {
    this.theirs = version;
    this.keep();
    this.conflictTextTarget.textContent = said;
    this.conflictTarget.hidden = false;
    clearTimeout(this.timer);
    this.timer = null;
  }

  async keepMine() {
    if (this.mine) await this.put(this.mine);
    this.mine = null;
    await this.save({ force: true });
  }

  async takeOther() {
    this.forget();
    const composer = window.wagtail.app.getControllerForElementAndIdentifier(this.element, 'helpdesk-composer');
    await composer.refresh(true);
  }

  async keepBoth() {
    const composer = window.wagtail.app.getControllerForElementAndIdentifier(this.element, 'helpdesk-composer');
    const answer = await composer.fetch();
    if (!answer) return;
    const { read, parse, join, write, isEmpty } = window.helpdeskEditor;
    const part = window.helpdeskFragment(answer.parts.composer);
    const theirs = part.querySelector('input[name="body"]').value;
    const kept = this.mine && (this.mine.find(([name]) => name === 'body') || ['', ''])[1];
    const mine = kept || read(this.element);
    this.mine = null;
    if (!isEmpty(theirs)) await write(this.element, join(parse(theirs), parse(mine)));
    await this.save({ force: true });
  }
}

window.wagtail.app.register('helpdesk-draft', HelpdeskDraftController);
