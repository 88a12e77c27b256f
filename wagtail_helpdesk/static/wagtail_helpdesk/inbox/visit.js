/**
 * Goes from ticket to ticket and between list and ticket without loading the whole page: the page is fetched, and its
 * content takes the place of this one's. Where anything is not as expected the browser simply goes there. A list is
 * kept as it was left, with its place, its picked rows and its focus.
 */
(() => {
  const OURS = '.helpdesk-ticket, .helpdesk-inbox';
  const content = () => document.querySelector('#main > .content');
  const here = () => window.location.pathname + window.location.search;
  /** Lists that were left: {content, title, bodyClass, scroll, focus} by address. The newest few only. */
  const kept = new Map();
  let current = here();
  let number = 0;

  const isOurs = () => Boolean(content() && content().querySelector(OURS));

  const isWriting = () => {
    const composer = document.getElementById('composer');
    const controller = composer && window.wagtail.app.getControllerForElementAndIdentifier(composer, 'helpdesk-composer');
    return Boolean(controller && controller.isFilled && !controller.isSent);
  };

  const keep = (address) => {
    const list = content().querySelector('.helpdesk-inbox');
    if (!list) return;
    // So that the ticket leads back to the very page of it.
    window.wagtail.app.getControllerForElementAndIdentifier(list, 'helpdesk-list')?.keep();
    kept.delete(address);
    kept.set(address, {
      node: content(),
      title: document.title,
      bodyClass: document.body.className,
      scroll: window.helpdeskScroller().scrollTop,
      focus: document.activeElement && content().contains(document.activeElement) ? document.activeElement : null,
    });
    if (kept.size > 3) kept.delete(kept.keys().next().value);
  };

  const loaded = (element) =>
    new Promise((resolve, reject) => {
      element.addEventListener('load', resolve);
      element.addEventListener('error', reject);
      document.head.append(element);
    });

  /** Load what the fetched page uses and this one has not: scripts in their order. */
  const loadAssets = async (page) => {
    const has = (selector, attribute, value) =>
      [...document.querySelectorAll(selector)].some((element) => element[attribute] === new URL(value, window.location.href).href);
    const styles = [...page.querySelectorAll('link[rel="stylesheet"]')].filter((link) => !has('link[rel="stylesheet"]', 'href', link.getAttribute('href')));
    const scripts = [...page.querySelectorAll('script[src]')].filter((script) => !has('script[src]', 'src', script.getAttribute('src')));
    await Promise.all([
      ...styles.map((style) => {
        const link = document.createElement('link');
        link.rel = 'stylesheet';
        link.href = style.getAttribute('href');
        return loaded(link);
      }),
      ...scripts.map((from) => {
        const script = document.createElement('script');
        script.async = false;
        script.src = from.getAttribute('src');
        return loaded(script);
      }),
    ]);
  };

  const put = (node, title, bodyClass, left) => {
    keep(left);
    // Before: what the new page scrolls to by itself has to stay.
    window.helpdeskScroller().scrollTo({ top: 0, behavior: 'instant' });
    // What the old page had put elsewhere: Wagtail moves dialogs to the end of the page.
    document.querySelectorAll('[data-controller~="w-dialog"]:not(#keyboard-shortcuts-dialog)').forEach((dialog) => {
      if (!content().contains(dialog)) dialog.remove();
    });
    content().replaceWith(node);
    document.title = title;
    document.body.className = bodyClass;
  };

  /** How long a page that was fetched ahead is taken for fresh; what happens since, its own pulse tells. */
  const FRESH = 30000;
  let ahead = { address: '', at: 0, response: null };

  /** Fetch the page that is probably opened next. Return whether it will be shown in this page's place. */
  window.helpdeskAhead = (address) => {
    const { href, origin } = new URL(address, window.location.href);
    if (origin !== window.location.origin || !isOurs()) return false;
    if (ahead.address === href && Date.now() - ahead.at < FRESH) return true;
    const response = fetch(href, { headers: { Accept: 'text/html', 'X-Helpdesk-Ahead': '1' } });
    // What went wrong is asked for again when the page is opened.
    ahead = { address: href, at: Date.now(), response: response.catch(() => null) };
    return true;
  };

  const fetched = async (address) => {
    const known = ahead.address === String(address) && Date.now() - ahead.at < FRESH ? await ahead.response : null;
    ahead = { address: '', at: 0, response: null };
    return known && known.ok ? known : fetch(address, { headers: { Accept: 'text/html' } });
  };

  const bring = async (address) => {
    const response = await fetched(address);
    if (!response.ok || !(response.headers.get('Content-Type') || '').includes('html')) throw new Error(String(response.status));
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const node = page.querySelector('#main > .content');
    if (!node || !node.querySelector(OURS)) throw new Error('another kind of page');
    await loadAssets(page);
    return { node: document.importNode(node, true), title: page.title, bodyClass: page.body.className, address: response.url };
  };

  const settle = (page) => {
    if (page.scroll !== undefined) {
      window.helpdeskScroller().scrollTo({ top: page.scroll, behavior: 'instant' });
      if (page.focus && page.focus.isConnected) page.focus.focus({ preventScroll: true });
      document.dispatchEvent(new CustomEvent('helpdesk:returned'));
      return;
    }
    const heading = document.getElementById('ticket-subject') || content().querySelector('h1, h2');
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  };

  /** Whether the page at ``target`` can take this one's place: what is being written has the browser ask first. */
  const canShow = (target) => target.origin === window.location.origin && isOurs() && !isWriting();

  const push = (page, target) => {
    const shown = new URL(page.address || target, window.location.href);
    // The hash is what the conversation opens at.
    window.history.pushState({ helpdesk: true }, '', shown.pathname + shown.search + target.hash);
  };

  /** Show the page at ``address``. */
  const visit = async (address, { isBack = false } = {}) => {
    const target = new URL(address, window.location.href);
    const leave = () => (isBack ? window.location.reload() : window.location.assign(target));
    if (!canShow(target)) {
      leave();
      return;
    }
    number += 1;
    const mine = number;
    let left = current;
    document.documentElement.setAttribute('aria-busy', 'true');
    try {
      const known = kept.get(target.pathname + target.search);
      const page = known || (await bring(target));
      // Somebody was quicker than the server, and went on.
      if (mine !== number) return;
      if (!isBack) {
        // A list may have turned its pages meanwhile.
        left = here();
        push(page, target);
      }
      put(page.node, page.title, page.bodyClass, left);
      current = here();
      document.dispatchEvent(new CustomEvent('helpdesk:visited'));
      settle(page);
    } catch {
      if (mine === number) leave();
    } finally {
      if (mine === number) document.documentElement.removeAttribute('aria-busy');
    }
  };
  window.helpdeskVisit = visit;

  if (isOurs()) window.history.replaceState({ ...window.history.state, helpdesk: true }, '');

  // A list has other rows, and another address: it is found again under that one.
  document.addEventListener('helpdesk:moved', () => {
    current = here();
  });

  window.addEventListener('popstate', () => {
    const before = new URL(current, window.location.href);
    // A list turns its pages itself; within a ticket only the last part of the address changes.
    const turns = before.pathname === window.location.pathname && content() && content().querySelector('.helpdesk-inbox');
    if (turns || here() === current) current = here();
    else visit(window.location.href, { isBack: true });
  });

  /** With a key held down, or another button, the browser has its own answer: a new tab, a download. */
  const isPlain = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

  /** Only between our own screens, and never within one page. */
  const isWay = (link) => {
    if (link.target || link.hasAttribute('download') || link.origin !== window.location.origin) return false;
    if (link.dataset.helpdeskKey === 'palette' || link.pathname + link.search === here()) return false;
    return link.matches('.helpdesk-views__link[data-helpdesk-action-name], .helpdesk-row__subject, .helpdesk-ticket__way a, .helpdesk-slim a, .helpdesk-panel__tickets a, .helpdesk-named');
  };

  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href]');
    if (!link || event.defaultPrevented || !isPlain(event) || !isWay(link)) return;
    event.preventDefault();
    visit(link.href);
  });
})();
