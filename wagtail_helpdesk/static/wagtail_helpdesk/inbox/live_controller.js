/**
 * Keeps an open ticket alive: says that somebody is here (and writing), shows who else is, puts what is new into its
 * place without moving what is being read, and tells whoever writes an answer what arrived meanwhile.
 */
class HelpdeskLiveController extends window.StimulusModule.Controller {
  static targets = ['presence', 'news'];

  static values = {
    url: String,
    leave: String,
    /** The newest message and event that the page knows. */
    message: Number,
    event: Number,
    /** Seconds between two signs of life. */
    pause: Number,
    show: String,
    close: String,
    reload: String,
    gone: String,
    lost: String,
    arrived: String,
  };

  /** Who does nothing for so long is not here; the page then asks less often. Milliseconds. */
  static REST = 300000;

  /** For so long after doing something one reads. Milliseconds. */
  static READING = 60000;

  /** How long a note has to be seen before a click can have been meant in spite of it. */
  static NOTICED = 1500;

  connect() {
    this.stirred = Date.now();
    this.seen = this.messageValue;
    this.failures = 0;
    /** New messages that the note at the edge of the window tells of. */
    this.arrived = [];
    this.observer = new IntersectionObserver((entries) => this.look(entries));
    this.timer = setTimeout(() => this.beat(), 300);
  }

  disconnect() {
    clearTimeout(this.timer);
    this.observer.disconnect();
    this.leave();
  }

  get composer() {
    return document.getElementById('composer');
  }

  get isWriting() {
    const controller =
      this.composer && window.wagtail.app.getControllerForElementAndIdentifier(this.composer, 'helpdesk-composer');
    return Boolean(controller && controller.isFilled);
  }

  get isResting() {
    return Date.now() - this.stirred > HelpdeskLiveController.REST;
  }

  /** Whether what is on the screen is being read: it arrives there while nobody sits before it, too. */
  get isLooking() {
    return Date.now() - this.stirred < HelpdeskLiveController.READING;
  }

  /** Somebody does something. */
  stir(event) {
    const rested = this.isResting;
    this.stirred = Date.now();
    if (this.isLetter(event) && this.composer && this.composer.contains(event.target)) {
      const began = !this.isTyping && Date.now() - (this.told || 0) > 3000;
      this.isTyping = true;
      if (began) this.beat();
    } else if (rested) this.beat();
  }

  /** Whether a key changes what is written: arrows and shortcuts do not. */
  isLetter(event) {
    if (event.type !== 'keydown' || event.ctrlKey || event.metaKey) return false;
    return event.key.length === 1 || event.key === 'Backspace';
  }

  wake() {
    if (document.hidden) {
      clearTimeout(this.timer);
      return;
    }
    this.failures = 0;
    this.beat();
  }

  leave() {
    if (this.isOver) return;
    const body = new FormData();
    body.set('csrfmiddlewaretoken', this.config.CSRF_TOKEN);
    navigator.sendBeacon(this.leaveValue, body);
  }

  get config() {
    return JSON.parse(document.getElementById('wagtail-config').textContent);
  }

  /** Something was done on this page: an answer that is on its way may not know of it. */
  changed() {
    this.isStale = this.isAsking;
    this.beat();
  }

  async beat() {
    clearTimeout(this.timer);
    if (document.hidden || this.isOver || this.isAsking) return;
    this.isAsking = true;
    const told = this.isLooking ? this.seen : 0;
    const answer = await this.ask(this.signOfLife());
    this.isAsking = false;
    if (!this.element.isConnected || this.isOver) return;
    if (this.isStale) {
      this.isStale = false;
      this.beat();
      return;
    }
    if (answer) this.receive(answer, told);
    this.timer = setTimeout(() => this.beat(), this.pause);
  }

  /** Milliseconds until the next sign of life. */
  get pause() {
    const pause = this.pauseValue * 1000 * (this.isResting ? 5 : 1);
    return this.isTyping ? Math.min(pause, 2000) : pause;
  }

  receive(answer, told) {
    // A newer one may have been seen meanwhile.
    if (this.seen === told) this.seen = 0;
    this.take(answer);
  }

  /** What to tell the server. That somebody types is told once: it counts anew from here. */
  signOfLife() {
    const body = new FormData();
    body.set('message', this.messageValue);
    body.set('event', this.eventValue);
    body.set('here', this.isResting ? '0' : '1');
    if (this.isTyping) {
      body.set('typing', '1');
      this.told = Date.now();
    }
    this.isTyping = false;
    if (this.seen && this.isLooking) body.set('seen', this.seen);
    return body;
  }

  async ask(body) {
    try {
      const response = await fetch(this.urlValue, {
        method: 'POST',
        body,
        headers: { 'X-Requested-With': 'XMLHttpRequest', [this.config.CSRF_HEADER_NAME]: this.config.CSRF_TOKEN },
      });
      if (response.status === 404 || response.redirected) {
        this.isOver = true;
        this.say(this.goneValue, this.link(this.reloadValue));
        return null;
      }
      // Once for each time that somebody comes back to the page: it need not have been here that he signed in again.
      if (response.status === 403 && this.failures === 0) this.problem = await window.helpdeskRenew();
      if (!response.ok) throw new Error(String(response.status));
      const answer = await response.json();
      this.failures = 0;
      this.problem = '';
      return answer;
    } catch {
      this.failures += 1;
      if (this.failures === 2) {
        this.presenceTarget.textContent = window.helpdeskProblem(this.problem, this.lostValue);
        this.presence = null;
      }
      return null;
    }
  }

  take(answer) {
    if (answer.presence !== this.presence) {
      this.presence = answer.presence;
      this.presenceTarget.replaceChildren(window.helpdeskFragment(answer.presence));
    }
    if (answer.message !== undefined) {
      this.messageValue = answer.message;
      this.eventValue = answer.event;
    }
    if (answer.reload) {
      this.isOver = true;
      this.say(answer.reload, this.link(this.reloadValue));
    } else if (answer.items !== undefined) {
      this.waiting = answer.parts;
      window.helpdeskKeepPlace(this.anchor(), () => {
        this.put(answer.items);
        // What is folded away comes as it is by then when somebody unfolds it.
        Object.entries(answer.changed).forEach(([id, html]) => {
          if (document.getElementById(id)) this.put(html);
        });
        answer.gone.forEach((id) => document.getElementById(id)?.remove());
        this.settle();
      });
      this.tell(answer);
    }
  }

  /** What somebody looks at: the composer while it is being written in, else the first message in the window. */
  anchor() {
    if (this.composer && this.composer.contains(document.activeElement)) return this.composer;
    return window.helpdeskFirstInView(document.querySelectorAll('#thread > *'));
  }

  /** Put messages at the end of the conversation; one that stands there already is replaced. */
  put(html) {
    const items = window.helpdeskFragment(html);
    items.querySelectorAll('article[id]').forEach((article) => {
      const old = document.getElementById(article.id);
      if (old && !old.contains(document.activeElement)) old.replaceWith(article);
      else if (old) article.remove();
    });
    document.getElementById('thread').append(items);
  }

  /** Put the other parts into their places: not where somebody is choosing or writing. */
  settle(event) {
    if (!this.waiting) return;
    // While the focus goes from one field to the next it is nowhere.
    if (event) {
      setTimeout(() => this.settle());
      return;
    }
    Object.entries(this.waiting).forEach(([id, html]) => {
      const old = document.getElementById(id);
      if (!old || (!old.contains(document.activeElement) && !this.isInUse(old))) {
        delete this.waiting[id];
        if (!old) return;
        const part = window.helpdeskFragment(html);
        const same = part.querySelector(`[id="${id}"]`);
        if (same) old.replaceWith(part);
        else old.replaceChildren(part);
        if (id === 'composer-sends') this.dressed();
        // Wagtail's field for tags has no name of its own.
        window.wagtail.app.getControllerForElementAndIdentifier(old, 'helpdesk-properties')?.nameTagInput();
      }
    });
  }

  /** The ways to send were made anew: they say again whom they ask, and that somebody was told to wait. */
  dressed() {
    document.dispatchEvent(new CustomEvent('helpdesk:sends'));
    if (this.composer && this.composer.elements.anyway.value) this.label(document.getElementById('composer-guard').dataset.anyway);
  }

  /** What was fetched for these places is older than what stands there by now. */
  forget({ detail }) {
    if (detail.includes('composer-sends')) this.dressed();
    if (this.waiting) detail.forEach((id) => delete this.waiting[id]);
  }

  /** Whether a field there has another value than the server gave it, is being saved, or was refused. */
  isInUse(part) {
    if (part.closest('[aria-busy="true"]') || part.querySelector('details[open] form, [role="alert"]')) return true;
    return [...part.querySelectorAll('input, textarea, select')].some((field) => {
      if (field.type === 'hidden' || field.closest('.tagit')) return false;
      if (field.tagName === 'SELECT') return [...field.options].some((option) => option.selected !== option.defaultSelected);
      return field.type === 'checkbox' || field.type === 'radio'
        ? field.checked !== field.defaultChecked
        : field.value !== field.defaultValue;
    });
  }

  tell({ arrivals, changes }) {
    arrivals.forEach(({ id }) => {
      const article = document.getElementById(id);
      if (article) this.observer.observe(article);
    });
    // Those before that nobody has gone to or put away are told of, too.
    this.arrived = [...this.arrived, ...arrivals];
    if (arrivals.length + changes.length === 0) return;
    const words = [...this.arrived.map((arrival) => arrival.words), ...changes].join(' · ');
    if (this.arrived.length > 0) this.say(words, this.way(this.arrived.map(({ id }) => id)));
    else {
      this.say(words);
      this.quiet = setTimeout(() => this.hush(), 12000);
    }
    if (arrivals.length > 0 && this.isWriting) this.warn(arrivals.map((arrival) => arrival.words), arrivals);
  }

  /** A button that leads to the first of the messages that is still there. */
  way(ids) {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(this.showValue);
    button.addEventListener('click', () => {
      this.hush();
      const article = ids.map((id) => document.getElementById(id)).find(Boolean);
      if (!article) return;
      article.focus({ preventScroll: true });
      article.scrollIntoView({ block: 'start' });
    });
    return button;
  }

  /** Say something at the edge of the window, with something to click. */
  say(words, ...more) {
    clearTimeout(this.quiet);
    const text = document.createElement('span');
    text.dir = 'auto';
    text.append(words);
    const close = document.createElement('button');
    close.type = 'button';
    close.setAttribute('aria-label', this.closeValue);
    close.append('×');
    close.addEventListener('click', () => this.hush());
    this.newsTarget.replaceChildren(text, ...more, close);
  }

  hush() {
    if (this.newsTarget.contains(document.activeElement)) document.getElementById('ticket-subject')?.focus();
    this.newsTarget.replaceChildren();
    this.arrived = [];
  }

  link(words) {
    const link = document.createElement('a');
    link.href = window.location.href;
    link.append(words);
    link.addEventListener('click', (event) => {
      event.preventDefault();
      window.location.reload();
    });
    return link;
  }

  /** New messages that have been in the window for a moment are read. */
  look(entries) {
    entries.forEach(({ target, isIntersecting }) => {
      clearTimeout(target.helpdeskLook);
      if (!isIntersecting) return;
      target.helpdeskLook = setTimeout(() => {
        if (document.hidden || !target.isConnected) return;
        this.observer.unobserve(target);
        const key = Number(target.id.slice('message-'.length));
        this.seen = Math.max(this.seen, key);
        if (!this.isWriting) this.know(key);
      }, HelpdeskLiveController.NOTICED);
    });
  }

  /** Tell whoever writes what arrived. From the moment that it can have been read, sending is meant. */
  warn(lines, arrivals) {
    const guard = document.getElementById('composer-guard');
    if (!guard) return;
    const list = document.createElement('ul');
    list.append(
      ...lines.map((line) => {
        const item = document.createElement('li');
        item.dir = 'auto';
        item.append(line);
        return item;
      }),
    );
    guard.replaceChildren(this.arrivedValue, list);
    this.label(guard.dataset.anyway);
    setTimeout(() => {
      if (!document.hidden) arrivals.forEach(({ id }) => this.know(Number(id.slice('message-'.length))));
    }, HelpdeskLiveController.NOTICED);
  }

  know(key) {
    const field = this.composer && this.composer.querySelector('input[name="last_seen"]');
    if (field) field.value = Math.max(Number(field.value), key);
  }

  /** The button that sends says so. */
  label(words) {
    const button = this.composer.querySelector('#composer-send');
    // Whoever asks for approval sends nothing yet.
    if (button && button.name === 'then') button.lastChild.textContent = words;
  }

  /** The server did not send: show what arrived. The next click sends. */
  refused({ detail }) {
    if (detail.messages) {
      window.helpdeskKeepPlace(this.composer, () => this.put(detail.messages));
    }
    if (detail.last_seen) {
      this.know(detail.last_seen);
      this.messageValue = Math.max(this.messageValue, detail.last_seen);
    }
    if (!detail.anyway) return;
    const form = this.composer.elements;
    form.seen_event.value = detail.seen_event;
    form.anyway.value = '1';
    // After the composer has put the button's own words back.
    setTimeout(() => this.label(document.getElementById('composer-guard').dataset.anyway));
  }
}

window.wagtail.app.register('helpdesk-live', HelpdeskLiveController);
