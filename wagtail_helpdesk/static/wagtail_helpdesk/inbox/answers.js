/**
 * What the page does with the server's answer to a click (inbox/answers.py): parts are put in their places, the focus
 * stays where it was, a toast says what happened and offers the way back, and whoever listens to "helpdesk:changed"
 * hears which tickets changed.
 */
(() => {
  const TOAST_SECONDS = 12;
  const config = () => JSON.parse(document.getElementById('wagtail-config').textContent);
  let region = null;

  const toasts = () => {
    if (!region || !region.isConnected) {
      region = document.createElement('div');
      region.className = 'helpdesk-toasts';
      region.setAttribute('role', 'status');
      document.body.append(region);
    }
    return region;
  };

  /** The ids of an element and of what stands around it, from within; a section is known by its heading too. */
  const idsAround = (element) => {
    const ids = [];
    for (let around = element; around; around = around.parentElement) {
      ids.push(around.id, around.getAttribute('aria-labelledby'));
    }
    return ids.filter(Boolean);
  };

  /** What takes the focus in a place: itself where it can, what opens it, or its heading. Never a button in it. */
  const focusableIn = (around) => {
    if (around.matches('a[href], button, input, select, textarea, summary, [tabindex]')) return around;
    if (around.matches('details')) return around.querySelector('summary');
    const target = around.querySelector('h2, h3') || around;
    target.setAttribute('tabindex', '-1');
    return target;
  };

  const tryFocus = (id) => {
    const around = document.getElementById(id);
    if (!around) return false;
    const target = focusableIn(around);
    target.focus({ preventScroll: true });
    return document.activeElement === target;
  };

  /**
   * Exchange what is in `old`. A focus in it returns to the element with the same id, or else to what is nearest around
   * it: the row, the menu, the heading of the section. It is never lost at the top of the page.
   */
  window.helpdeskKeepFocus = (old, change) => {
    const ids = old.contains(document.activeElement) ? idsAround(document.activeElement) : [];
    change();
    ids.some(tryFocus);
  };

  /** Put server-made parts into the page: {id: html}. */
  const place = (parts) => {
    Object.entries(parts).forEach(([id, html]) => {
      const old = document.getElementById(id);
      if (old) window.helpdeskKeepFocus(old, () => old.replaceWith(window.helpdeskFragment(html)));
    });
  };

  /** What a message says, with its details as a list below. */
  const saying = (text, details) => {
    const words = document.createElement('div');
    words.append(text);
    if (details.length > 0) {
      const list = document.createElement('ul');
      list.append(
        ...details.map((detail) => {
          const item = document.createElement('li');
          item.append(detail);
          return item;
        }),
      );
      words.append(list);
    }
    return words;
  };

  const addButton = (box, label, action) => {
    const element = document.createElement('button');
    element.type = 'button';
    element.append(label);
    element.addEventListener('click', action);
    box.append(element);
    return element;
  };

  /** The way back, and the way to put the message away: each only where there is one. */
  const addButtons = (box, { undo, undoLabel, close }) => {
    if (undo) {
      const element = addButton(box, undoLabel, async () => {
        box.remove();
        await window.helpdeskPost(undo);
      });
      element.dataset.helpdeskUndo = undo;
    }
    if (close) addButton(box, close, () => box.remove());
  };

  /** Let the message go after a while; the time begins anew when pointer or focus leave it. */
  const removeLater = (box, seconds) => {
    let timer = null;
    const wait = () => {
      timer = setTimeout(() => box.remove(), seconds * 1000);
    };
    ['mouseenter', 'focusin'].forEach((name) => box.addEventListener(name, () => clearTimeout(timer)));
    ['mouseleave', 'focusout'].forEach((name) => box.addEventListener(name, wait));
    wait();
  };

  /** Show a message: {text, details, level, close, undo, undo_label, seconds}. With the pointer or focus on it, it stays. */
  const toast = ({ text, details = [], level = 'success', close = '', undo = '', undo_label: undoLabel = '', seconds = TOAST_SECONDS }) => {
    const box = document.createElement('div');
    box.className = `helpdesk-toast helpdesk-toast--${level}`;
    box.append(saying(text, details));
    addButtons(box, { undo, undoLabel, close });
    toasts().append(box);
    // What went wrong stays until somebody has read it.
    if (level !== 'error' && details.length === 0) removeLater(box, seconds);
  };

  /** Do what an answer says. */
  const apply = (answer) => {
    if (answer.redirect) {
      const { pathname, search, hash } = new URL(answer.redirect, window.location.href);
      const isHere = hash && pathname === window.location.pathname && search === window.location.search;
      window.location.assign(answer.redirect);
      // Another place of the same page would only be scrolled to.
      if (isHere) window.location.reload();
      return;
    }
    place(answer.parts || {});
    if (answer.toast) toast(answer.toast);
    if (answer.selection) document.dispatchEvent(new CustomEvent('helpdesk:selected', { detail: answer }));
    if (answer.tickets) document.dispatchEvent(new CustomEvent('helpdesk:changed', { detail: answer }));
  };

  /** What a page says of whom it was made for: signed_in.html. */
  const session = (page) => {
    const element = page.querySelector('[data-helpdesk-session]');
    return element ? element.dataset : {};
  };

  const takeToken = (token) => {
    document.getElementById('wagtail-config').textContent = JSON.stringify({ ...config(), CSRF_TOKEN: token });
    document.querySelectorAll('input[name="csrfmiddlewaretoken"]').forEach((field) => {
      field.value = token;
    });
  };

  const lookWhoIsHere = async () => {
    const { helpdeskSession: address, helpdeskUser: mine } = session(document);
    if (!address) return 'rejected';
    try {
      const response = await fetch(address, { headers: { Accept: 'text/html' }, cache: 'no-store' });
      if (response.redirected) return 'signedOut';
      if (!response.ok) return 'lost';
      const page = new DOMParser().parseFromString(await response.text(), 'text/html');
      if (session(page).helpdeskUser !== mine) return 'otherUser';
      takeToken(JSON.parse(page.getElementById('wagtail-config').textContent).CSRF_TOKEN);
      return '';
    } catch {
      return 'lost';
    }
  };

  let looking = null;

  /**
   * Whoever signs in anew, in another tab, gets another token: take it over, if it is the same person. Return what
   * stands against it: "signedOut", "otherUser", "lost" (no answer) or "rejected"; "" where the page may go on.
   */
  const renew = () => {
    looking =
      looking ||
      lookWhoIsHere().finally(() => {
        looking = null;
      });
    return looking;
  };

  /** Return the response to a POST, null where there is none. */
  const ask = async (address, body, options) => {
    const { CSRF_HEADER_NAME: name, CSRF_TOKEN: token } = config();
    // A token in the body would count instead of that in the header, which is the newest.
    body.delete('csrfmiddlewaretoken');
    try {
      return await fetch(address, {
        method: 'POST',
        body,
        headers: { 'X-Requested-With': 'XMLHttpRequest', [name]: token },
        ...options,
      });
    } catch {
      return null;
    }
  };

  const isJson = (response) => (response.headers.get('Content-Type') || '').includes('json');

  const read = async (response) => {
    if (!response) return { problem: 'lost' };
    try {
      return isJson(response) ? { response, answer: await response.json() } : { response, problem: 'rejected' };
    } catch {
      return { problem: 'lost' };
    }
  };

  /** Whether a response may come of a session that is over, or of a token of the one before. */
  const isTurnedAway = (response) => Boolean(response) && !isJson(response) && (response.status === 403 || response.redirected);

  /**
   * Send a POST to the server. Return {response, answer}, or {problem}: "lost" where no answer came, "rejected" where it
   * cannot be read, "signedOut", "otherUser". What is refused for its token is sent again with a new one.
   */
  window.helpdeskSend = async (address, body, options = {}) => {
    const response = await ask(address, body, options);
    // With keepalive the page is being left.
    if (!isTurnedAway(response) || options.keepalive) return read(response);
    const problem = await renew();
    if (problem) return { problem };
    // What led elsewhere may have been done.
    return read(response.redirected ? response : await ask(address, body, options));
  };

  /** Return the words for a problem; `failed` are those where the server could not be reached. */
  window.helpdeskProblem = (problem, failed) => {
    const { helpdeskSignedOut, helpdeskOtherUser } = session(document);
    return { signedOut: helpdeskSignedOut, otherUser: helpdeskOtherUser }[problem] || failed;
  };

  /**
   * Send a POST and do what the answer says. Return the answer, null where there was none: then a toast has said so.
   */
  window.helpdeskPost = async (address, body = new FormData(), failed = '') => {
    const { answer, problem } = await window.helpdeskSend(address, body);
    if (answer) {
      apply(answer);
      return answer;
    }
    const words = failed || document.documentElement.dataset.helpdeskFailed || '⚠';
    toast({ text: window.helpdeskProblem(problem, words), level: 'error', close: '×' });
    return null;
  };
  window.helpdeskRenew = renew;
  window.helpdeskApply = apply;
  window.helpdeskToast = toast;
})();
