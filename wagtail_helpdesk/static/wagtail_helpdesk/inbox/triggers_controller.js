/**
 * What is offered while one types in the editor: "/" and "::" saved replies, "??" articles, "@" colleagues (in notes),
 * "#" tickets, "{" values. The list floats at the caret, the focus stays in the text (ARIA's combobox).
 */
class HelpdeskTriggersController extends window.StimulusModule.Controller {
  static targets = ['status', 'extras'];

  static values = {
    /** Where suggestions come from; "kind" in it stands for the kind. */
    url: String,
    /** "%count% found". */
    found: String,
    /** "To be filled in: %names%". */
    missing: String,
    failed: String,
    // What the lists are called, and the ways to put in an article.
    replies: String,
    articles: String,
    people: String,
    tickets: String,
    variables: String,
    link: String,
    text: String,
    paragraph: String,
  };

  static triggers = [
    { kind: 'articles', pattern: /(?:^|\s)(\?\?([^\n?]{0,40}))$/ },
    { kind: 'replies', pattern: /(?:^|\s)(\/([^\s/][^\n/]{0,39})?)$/ },
    { kind: 'replies', pattern: /(?:^|\s)(::([^\s:][^\n:]{0,39})?)$/ },
    { kind: 'variables', pattern: /(?:^|[\s(])(\{{1,2}([^\n{}]{0,40}))$/ },
    { kind: 'people', pattern: /(?:^|[\s(])(@([^\s@]{0,30}))$/ },
    { kind: 'tickets', pattern: /(?:^|[\s(])(#([^\s#]{0,30}))$/ },
  ];

  connect() {
    this.form = this.element.closest('form');
    this.lane = {};
    this.previewLane = {};
    this.waste = new AbortController();
    const options = { signal: this.waste.signal };
    const isInEditor = (event) => event.target.closest && event.target.closest('.public-DraftEditor-content');
    // Before the editor's own listeners, which React has further out.
    this.form.addEventListener('keydown', (event) => isInEditor(event) && this.key(event), { ...options, capture: true });
    ['keyup', 'click', 'input'].forEach((name) => {
      this.form.addEventListener(name, (event) => isInEditor(event) && this.look(), options);
    });
    this.form.addEventListener('focusout', (event) => isInEditor(event) && this.close(), options);
    window.addEventListener('scroll', () => this.place(), { ...options, capture: true, passive: true });
  }

  disconnect() {
    this.waste.abort();
    this.close();
    if (this.box) this.box.remove();
  }

  get editor() {
    return window.helpdeskInsertion.editorOf(this.form);
  }

  get isNote() {
    const chosen = this.form.querySelector('input[name="mode"]:checked, input[name="first"]:checked');
    return Boolean(chosen) && chosen.value === 'note';
  }

  /** See whether something is being typed that calls for a list. */
  look() {
    clearTimeout(this.timer);
    // The editor takes up a key a moment after the browser.
    this.timer = setTimeout(() => {
      const found = this.editor && this.find();
      if (!found) this.close();
      else if (!this.found || found.mark !== this.found.mark || found.query !== this.found.query) this.open(found);
    }, 60);
  }

  find() {
    const before = window.helpdeskInsertion.before(this.editor);
    if (!before) return null;
    for (const { kind, pattern } of HelpdeskTriggersController.triggers) {
      const match = before.text.match(pattern);
      if (match && (kind !== 'people' || this.isNote)) {
        const from = before.offset - match[1].length;
        const mark = `${kind}:${before.key}:${from}`;
        if (mark === this.dismissed) return null;
        return { kind, query: match[2] || '', mark, range: { key: before.key, from, to: before.offset } };
      }
    }
    this.dismissed = null;
    return null;
  }

  address(base) {
    const address = new URL(base, window.location.href);
    // On a new ticket: for whom, and in the name of which mailbox.
    ['mailbox', 'contact'].forEach((name) => {
      const field = this.form.querySelector(`[name="${name}"]`);
      if (field && field.value) address.searchParams.set(name, field.value);
    });
    return address;
  }

  async open(found) {
    this.found = found;
    const address = this.address(this.urlValue.replace('/kind/', `/${found.kind}/`));
    address.searchParams.set('q', found.query);
    const answer = await window.helpdeskInsertion.get(address, this.lane);
    if (!answer || this.found !== found) return;
    this.statusTarget.textContent = this.foundValue.replace('%count%', answer.items.length);
    if (answer.items.length === 0) {
      if (this.box) this.box.hidden = true;
      this.tell(false);
      return;
    }
    this.show(found, answer.items);
  }

  build() {
    this.box = document.createElement('div');
    this.box.className = 'helpdesk-choices helpdesk-choices--floating';
    this.box.hidden = true;
    const list = document.createElement('ul');
    list.id = 'helpdesk-triggers-list';
    list.className = 'helpdesk-choices__list';
    list.setAttribute('role', 'listbox');
    this.pane = document.createElement('div');
    this.pane.className = 'helpdesk-choices__preview';
    this.ways = document.createElement('div');
    this.ways.className = 'helpdesk-choices__ways';
    ['link', 'text', 'paragraph'].forEach((way) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.tabIndex = -1;
      button.className = 'button button-small button-secondary';
      button.textContent = this[`${way}Value`];
      button.addEventListener('click', () => this.take(this.choices.active, way));
      this.ways.append(button);
    });
    // A click is no reason to leave the text.
    this.box.addEventListener('mousedown', (event) => event.preventDefault());
    this.box.append(list, this.pane, this.ways);
    this.element.append(this.box);
    this.choices = new window.HelpdeskChoices(list, {
      control: () => this.textbox,
      onActive: (item) => this.preview(item),
      onChoose: (item) => this.take(item, 'link'),
    });
  }

  get textbox() {
    return this.form.querySelector('.public-DraftEditor-content');
  }

  show(found, items) {
    if (!this.box) this.build();
    this.box.hidden = false;
    this.choices.list.setAttribute('aria-label', this[`${found.kind}Value`]);
    this.ways.hidden = found.kind !== 'articles';
    this.pane.hidden = found.kind !== 'replies' && found.kind !== 'articles';
    this.tell(true);
    this.choices.show(items);
    this.place();
  }

  /** Say to screen readers that the text has a list, or no longer. */
  tell(isOpen) {
    const { textbox } = this;
    if (!textbox) return;
    if (isOpen) {
      textbox.setAttribute('aria-controls', 'helpdesk-triggers-list');
      textbox.setAttribute('aria-autocomplete', 'list');
    } else {
      ['aria-controls', 'aria-activedescendant'].forEach((name) => textbox.removeAttribute(name));
    }
  }

  place() {
    if (!this.box || this.box.hidden) return;
    const selection = window.getSelection();
    if (!selection.rangeCount) return;
    const range = selection.getRangeAt(0);
    const node = range.startContainer.nodeType === 1 ? range.startContainer : range.startContainer.parentElement;
    const rect = range.getClientRects()[0] || node.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const below = rect.bottom + height + 8 < window.innerHeight || rect.top < height;
    this.box.style.left = `${Math.max(8, Math.min(rect.left, window.innerWidth - width - 8))}px`;
    this.box.style.top = `${below ? rect.bottom + 4 : rect.top - height - 4}px`;
  }

  async preview(item) {
    if (!item || !item.preview || this.pane.hidden) {
      this.pane.replaceChildren();
      return;
    }
    const address = this.address(item.preview);
    if (this.found.kind === 'articles') address.searchParams.set('as', 'paragraph');
    const answer = await window.helpdeskInsertion.get(address, this.previewLane);
    if (!answer) return;
    const effects = document.createElement('p');
    effects.className = 'helpdesk-choices__effects';
    effects.textContent = answer.effects.join(' · ');
    this.pane.replaceChildren(window.helpdeskFragment(answer.html), effects);
    this.place();
  }

  key(event) {
    if (!this.box || this.box.hidden || event.isComposing) return;
    if (!this.press(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Do what a key means to the list. Return whether it meant something: the editor does not get it then. */
  press(event) {
    if (event.key === 'Escape') {
      this.dismissed = this.found.mark;
      this.close();
      return true;
    }
    if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
      this.take(this.choices.active, this.wayOf(event));
      return true;
    }
    if (event.key === 'Tab' && !event.shiftKey) {
      this.take(this.choices.active, 'link');
      return true;
    }
    return this.choices.move(event.key);
  }

  /** How Enter puts in an article: the key held down with it says. */
  wayOf(event) {
    if (event.shiftKey) return 'text';
    return event.altKey ? 'paragraph' : 'link';
  }

  /** Put in what was marked, in the place of what was typed to find it. */
  async take(item, way) {
    const { kind, range, mark } = this.found;
    // The key that chose it comes up while the text still calls for the list.
    this.dismissed = mark;
    this.close();
    if (!item) return;
    if (item.text) window.helpdeskInsertion.put(this.editor, { text: item.text }, range);
    else await this.insert(kind, item, range, way);
  }

  /** Put in what was chosen in a panel. */
  async choose({ detail: { kind, item } }) {
    await this.insert(kind, item, null, 'link');
  }

  /** Put in a link to an article, by its key. */
  async insertArticle(key) {
    const preview = this.urlValue.replace('/suggest/kind/', `/ready/articles/${key}/`);
    await this.insert('articles', { preview }, null, 'link');
  }

  async insert(kind, item, range, way) {
    const address = this.address(item.preview);
    if (kind === 'articles') address.searchParams.set('as', way);
    const failed = () => window.helpdeskToast({ text: this.failedValue, level: 'error', close: '×' });
    const answer = await window.helpdeskInsertion.get(address, { failed });
    if (!answer) return;
    window.helpdeskInsertion.put(this.editor, { raw: answer.raw }, range);
    this.carry(answer);
    if (answer.missing.length > 0) {
      this.statusTarget.textContent = this.missingValue.replace('%names%', answer.missing.join(', '));
    }
  }

  /** Note what goes along when it is sent; shown where it does more than words. */
  carry({ label, field, key, effects }) {
    this.bring({ field, key, words: `${label}: ${effects.join(' · ')}`, isShown: effects.length > 0 });
    this.form.dispatchEvent(new Event('input', { bubbles: true }));
  }

  /** What goes along, for {@link bring}. */
  get brought() {
    const inputs = [...this.extrasTarget.querySelectorAll('input:checked')];
    return inputs.map((input) => ({
      field: input.name,
      key: input.value,
      words: input.nextElementSibling.textContent,
      isShown: !input.closest('li').hidden,
    }));
  }

  bring({ field, key, words, isShown }) {
    let input = this.extrasTarget.querySelector(`input[name="${field}"][value="${key}"]`);
    if (!input) {
      const item = document.createElement('li');
      const box = document.createElement('label');
      const text = document.createElement('span');
      input = document.createElement('input');
      input.type = 'checkbox';
      input.name = field;
      input.value = key;
      text.dir = 'auto';
      text.append(words);
      box.append(input, ' ', text);
      item.append(box);
      item.hidden = !isShown;
      this.extrasTarget.append(item);
    }
    input.checked = true;
  }

  close() {
    clearTimeout(this.timer);
    this.found = null;
    if (this.box) this.box.hidden = true;
    this.tell(false);
  }
}

window.wagtail.app.register('helpdesk-triggers', HelpdeskTriggersController);
