/**
 * Keeps what is being written: on the server every few seconds and on leaving; in this browser until the server has it.
 * A version that somebody else of the same person's tabs wrote is never written over: the person decides.
 */
class HelpdeskDraftController extends window.StimulusModule.Controller {
  static targets = ['state', 'save', 'discard', 'offline', 'away', 'awayText', 'conflict', 'conflictText'];

  static values = {
    url: String,
    /** Of the copy in this browser: it names user and ticket. */
    key: String,
    unsaved: String,
    kept: String,
  };

  static pause = 3000;

  /** What a draft on the server has of the form, besides its text. */
  static chosen = ['mode', 'cc', 'copies', 'to', 'bcc', 'unquoted', 'publish_at', 'regardless', 'saved_reply', 'cited_article'];

  /** What only forwards have. */
  static passed = ['forwarded', 'attached'];

  async connect() {
    this.failures = 0;
    this.isOver = false;
    /** Files that are to go, until the server has taken them away. */
    this.removals = new Set();
    /** What this browser kept, as long as nobody has decided between it and the page. */
    this.mine = null;
    /** Whether the server has something newer than the page. */
    this.isBehind = false;
    if (this.hasSaveTarget) this.saveTarget.hidden = true;
    await window.helpdeskEditor.ready(this.element);
    this.known = this.content;
    this.adopt();
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
    return this.removals.size > 0 || this.isWritten;
  }

  get isWritten() {
    return this.known !== undefined && this.content !== this.known;
  }

  /** Take a file away: its line goes when the server has done it, however many tries that takes. */
  remove(file) {
    this.mark(file);
    this.keep();
    return this.save();
  }

  mark(file) {
    this.removals.add(file);
    const line = this.lineOf(file);
    if (!line) return;
    line.classList.add('helpdesk-composer__going');
    line.setAttribute('aria-busy', 'true');
  }

  lineOf(file) {
    return this.element.querySelector(`[data-file="${CSS.escape(file)}"]`);
  }

  /** Something may have changed. Nothing is saved by itself while the person has to decide. */
  touch() {
    if (this.isOver || this.isPaused || !this.isDirty) return;
    this.keep();
    if (!this.failures) this.stateTarget.textContent = this.unsavedValue;
    if (!this.mine) this.timer = this.timer || setTimeout(() => this.save(), HelpdeskDraftController.pause);
  }

  saveNow(event) {
    event.preventDefault();
    this.save();
  }

  retry() {
    if (this.failures) this.save();
  }

  offline() {
    if (this.isDirty) this.hinder('lost');
  }

  hidden() {
    if (document.hidden) this.left();
    else this.retry();
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

  /** It was sent, or thrown away. What nobody has decided about stays, and is offered again. */
  end() {
    this.isOver = true;
    clearTimeout(this.timer);
    this.timer = null;
    if (!this.mine) this.forget();
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

  /** Before sending: return whether the files that go along are those that stand on the page. */
  async settle() {
    await this.saving;
    if (this.removals.size > 0) await this.save();
    return this.removals.size === 0;
  }

  save(options = {}) {
    clearTimeout(this.timer);
    this.timer = null;
    const before = this.saving || Promise.resolve();
    this.saving = before.then(() => this.send(options));
    return this.saving;
  }

  async send({ keepalive = false, force = false } = {}) {
    if (this.isOver || (!this.isDirty && !force)) return;
    const { content } = this;
    const removals = [...this.removals];
    const reply = await window.helpdeskSend(this.urlValue, this.formWith(removals, force), { keepalive });
    // It may have been sent or thrown away meanwhile.
    if (this.isOver) return;
    if (reply.problem) this.fail(reply.problem);
    else this.receive({ content, removals }, reply);
  }

  /** What is saved, and what the server is to do beside or in spite of it. */
  formWith(removals, force) {
    const { form } = this;
    removals.forEach((file) => form.append('remove', file));
    if (force) form.set('force', '1');
    return form;
  }

  receive(sent, { response, answer }) {
    if (response.status === 409) this.conflict(answer.changed);
    else if (!response.ok) this.fail('rejected');
    else this.done(sent, answer);
  }

  done({ content, removals }, answer) {
    removals.forEach((file) => this.removals.delete(file));
    if (removals.length > 0) this.dispatch('removed', { detail: { files: removals } });
    this.version = answer.version;
    this.known = content;
    this.failures = 0;
    this.isBehind = false;
    this.hinder('');
    this.conflictTarget.hidden = !this.mine;
    this.stateTarget.textContent = answer.said;
    if (this.hasDiscardTarget) this.discardTarget.hidden = answer.version === 0;
    if (this.isDirty) this.touch();
    else if (!this.mine) this.forget();
  }

  /** The text stays where it is; each try waits longer than the one before. */
  fail(problem) {
    this.failures += 1;
    this.keep();
    this.hinder(problem);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), Math.min(5000 * this.failures, 60000));
  }

  /** Say what keeps the draft from being saved. */
  hinder(problem) {
    const said = window.helpdeskProblem(problem, '');
    this.offlineTarget.hidden = !problem || Boolean(said);
    this.awayTarget.hidden = !said;
    this.awayTextTarget.textContent = said;
  }

  // The copy in this browser.

  keep() {
    // One copy is kept, and the one that is to be decided about is the only one there is.
    if (this.mine) return;
    try {
      const copy = { version: this.version, entries: JSON.parse(this.content), removals: [...this.removals] };
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

  /** What was kept, null where nothing was that can be read. */
  get copy() {
    try {
      return JSON.parse(localStorage.getItem(this.keyValue));
    } catch {
      return null;
    }
  }

  /** What was kept of a ticket that was merged into this one is offered here, whatever its version was. */
  adopt() {
    const address = new URL(window.location.href);
    const merged = address.searchParams.get('merged');
    if (!/^\d+$/.test(merged || '') || this.copy) return;
    try {
      const key = this.keyValue.replace(/\d+$/, merged);
      const copy = JSON.parse(localStorage.getItem(key));
      if (!copy) return;
      localStorage.setItem(this.keyValue, JSON.stringify({ ...copy, version: -1, removals: [] }));
      localStorage.removeItem(key);
    } catch {
      // There was none then.
    }
  }

  /** Whether the page says what was kept; a copy without words has nothing to say. */
  stands(entries) {
    const text = this.textOf(entries);
    return window.helpdeskEditor.isEmpty(text) || this.meaning(entries) === this.meaning(JSON.parse(this.known));
  }

  textOf(entries) {
    return (entries.find(([name]) => name === 'body') || ['', ''])[1];
  }

  /** What the server would have of it, in a form that is the same for the same words. */
  meaning(entries) {
    const isForward = entries.some(([name, value]) => name === 'mode' && value === 'forward');
    const { chosen, passed } = HelpdeskDraftController;
    const names = isForward ? [...chosen, ...passed] : chosen;
    const values = entries.filter(([name, value]) => value !== '' && names.includes(name)).map((pair) => pair.join('='));
    return JSON.stringify([values.sort(), window.helpdeskEditor.meaning(this.textOf(entries))]);
  }

  async restore() {
    const { copy } = this;
    if (!copy || this.isOver) return;
    const isSame = this.stands(copy.entries);
    const removals = (copy.removals || []).filter((file) => this.lineOf(file));
    if (isSame && removals.length === 0) {
      this.forget();
    } else if (isSame || copy.version === this.version) {
      if (!isSame) await this.put(copy.entries);
      removals.forEach((file) => this.mark(file));
      this.stateTarget.textContent = this.keptValue;
      this.touch();
    } else {
      this.isKept = false;
      this.mine = { entries: copy.entries, removals };
      this.ask(this.keptValue);
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

  /** The server has something newer. */
  conflict(said) {
    this.isBehind = true;
    this.keep();
    this.ask(said);
  }

  ask(said) {
    this.conflictTextTarget.textContent = said;
    this.conflictTarget.hidden = false;
    clearTimeout(this.timer);
    this.timer = null;
  }

  /** It is decided: what was kept is on the page now, or is not wanted. */
  decide() {
    this.mine = null;
    this.conflictTarget.hidden = true;
  }

  /** Save the page in spite of what the server has. */
  async insist() {
    const removals = this.mine ? this.mine.removals : [];
    this.decide();
    removals.forEach((file) => this.mark(file));
    this.keep();
    await this.save({ force: true });
  }

  async keepMine() {
    if (this.mine) await this.put(this.mine.entries);
    await this.insist();
  }

  async takeOther() {
    const { mine } = this;
    this.decide();
    if (mine && !this.isBehind) {
      this.forget();
      this.stateTarget.textContent = '';
      this.touch();
      return;
    }
    const composer = window.wagtail.app.getControllerForElementAndIdentifier(this.element, 'helpdesk-composer');
    if (await composer.refresh(true)) return;
    // There is no other one to be had now: the person still has to decide.
    this.mine = mine;
    this.conflictTarget.hidden = false;
  }

  async keepBoth() {
    const composer = window.wagtail.app.getControllerForElementAndIdentifier(this.element, 'helpdesk-composer');
    const answer = await composer.fetch();
    if (!answer) return;
    const { read, parse, join, write, isEmpty, meaning } = window.helpdeskEditor;
    const part = window.helpdeskFragment(answer.parts.composer);
    const isNewer = Number(part.querySelector('input[name="version"]').value) !== this.version;
    // What the page has beside a copy is the server's, unless something was written since.
    const texts = [];
    if (isNewer) texts.push(part.querySelector('input[name="body"]').value);
    if (!isNewer || !this.mine || this.isWritten) texts.push(read(this.element));
    if (this.mine) texts.push(this.textOf(this.mine.entries));
    const said = texts.filter((text) => !isEmpty(text));
    const all = said.filter((text, place) => said.findIndex((other) => meaning(other) === meaning(text)) === place);
    if (all.length > 0) await write(this.element, all.map(parse).reduce(join));
    await this.insist();
  }
}

window.wagtail.app.register('helpdesk-draft', HelpdeskDraftController);
