/**
 * What pages know of push messages to this browser. Anything that fails leaves the page as it was.
 */
(() => {
  const SEEN = 'helpdesk-push-seen';
  /** The device that this browser was last known as: some change their address without a word. */
  const HASH = 'helpdesk-push-hash';
  /** Whoever signed out and in again waits no longer for notices. */
  const EVERY = 5 * 60 * 1000;

  /** Why this browser cannot be turned on: "insecure", "unsupported", "denied", or "" when it can. */
  const hindrance = () => {
    if (!window.isSecureContext) return 'insecure';
    if (!('serviceWorker' in navigator) || !('PushManager' in window) || !('Notification' in window)) {
      return 'unsupported';
    }
    return Notification.permission === 'denied' ? 'denied' : '';
  };

  /** What the server keeps a device under. */
  const hashOf = async (endpoint) => {
    const digest = await window.crypto.subtle.digest('SHA-256', new window.TextEncoder().encode(endpoint));
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  };

  const isFor = (subscription, key) => {
    const { applicationServerKey: own } = subscription.options;
    if (!own) return true;
    const text = window.btoa(String.fromCharCode(...new Uint8Array(own)));
    return text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '') === key;
  };

  const remember = (name, value) => {
    try {
      localStorage.setItem(name, value);
    } catch {
      // A browser that keeps nothing.
    }
  };

  const recall = (name) => {
    try {
      return localStorage.getItem(name) || '';
    } catch {
      return '';
    }
  };

  /** The site's key and the token for posts. */
  const ask = async (address) => {
    const response = await fetch(address, { credentials: 'same-origin', headers: { Accept: 'application/json' } });
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    return response.json();
  };

  const post = async (address, token, fields) => {
    const response = await fetch(address, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'X-Requested-With': 'XMLHttpRequest' },
      body: new URLSearchParams({ ...fields, csrfmiddlewaretoken: token }),
    });
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    return response.json();
  };

  const hand = async (address, token, subscription, old) => {
    const { endpoint, keys } = subscription.toJSON();
    await post(address, token, { endpoint, p256dh: keys.p256dh, auth: keys.auth, ...(old ? { old } : {}) });
  };

  /** A subscription with the site's key; one with another key can be written to by nobody. */
  const subscribe = async (registration, key) => {
    const found = await registration.pushManager.getSubscription();
    if (found && isFor(found, key)) return found;
    if (found) await found.unsubscribe();
    return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  };

  const noteKnown = (hash) => {
    remember(HASH, hash);
    remember(SEEN, String(Date.now()));
  };

  /** Turns this browser on. Rejects when it does not want to, or the server cannot be reached. */
  const turnOn = async (address, registration) => {
    const { key, token } = await ask(address);
    const subscription = await subscribe(registration, key);
    await hand(address, token, subscription, '');
    noteKnown(await hashOf(subscription.endpoint));
  };

  const isDue = () => {
    const since = Date.now() - Number(recall(SEEN));
    return !hindrance() && Notification.permission === 'granted' && (since < 0 || since >= EVERY);
  };

  /** Says from time to time that the user is signed in here; a browser that is not the user's is left alone. */
  const confirm = async (address, registration) => {
    const subscription = isDue() ? await registration.pushManager.getSubscription() : null;
    if (!subscription) return;
    const { key, token } = await ask(address);
    const hash = await hashOf(subscription.endpoint);
    const { known } = await post(`${address}seen/`, token, { hash });
    remember(SEEN, String(Date.now()));
    const old = known ? hash : recall(HASH);
    if (!old || (known && isFor(subscription, key)) || (!known && old === hash)) return;
    const fresh = await subscribe(registration, key);
    await hand(address, token, fresh, old);
    noteKnown(await hashOf(fresh.endpoint));
  };

  /** Whoever opens a page has seen what led to it. */
  const tidy = async (registration) => {
    const shown = await registration.getNotifications();
    shown
      .filter(({ data }) => data && new URL(data.url, window.location.origin).pathname === window.location.pathname)
      .forEach((notification) => notification.close());
  };

  window.helpdeskPush = { hindrance, hashOf, turnOn, confirm, tidy };
})();
