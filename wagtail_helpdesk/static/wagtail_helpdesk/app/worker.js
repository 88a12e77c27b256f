/**
 * The service worker of the help desk. It says that there is no connection: it keeps one page without anybody's data, with
 * what that page looks like. Whatever a customer or an agent wrote is never in its cache. And it shows the notices that
 * come by push.
 *
 * The server puts HELPDESK_APP before it: the name of the cache, the page and its assets, and what push needs.
 */
(() => {
  const worker = globalThis;
  const { name, page, assets, push } = worker.HELPDESK_APP;
  const OURS = 'helpdesk-app-';

  const keepPage = async (cache) => {
    const response = await fetch(page, { cache: 'reload', credentials: 'same-origin' });
    // Whoever has signed out meanwhile would be led to the sign-in page.
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    await cache.put(page, response);
  };

  const keep = async () => {
    const cache = await worker.caches.open(name);
    await keepPage(cache);
    await Promise.all(assets.map((address) => cache.add(address).catch(() => null)));
  };

  const tidy = async () => {
    const names = await worker.caches.keys();
    await Promise.all(names.filter((one) => one.startsWith(OURS) && one !== name).map((one) => worker.caches.delete(one)));
    if (worker.registration.navigationPreload) await worker.registration.navigationPreload.enable();
    await worker.clients.claim();
  };

  const kept = async (address) => (await worker.caches.open(name)).match(address);

  const visit = async (event) => {
    try {
      return (await event.preloadResponse) || (await fetch(event.request));
    } catch (error) {
      const response = await kept(page);
      if (!response) throw error;
      return response;
    }
  };

  const pathOf = (url) => new URL(url, worker.location.origin).pathname;

  /** Milliseconds in which a tab says what it shows: many tickets are shown in it one after the other. */
  const PATIENCE = 500;

  const placeOf = (client) =>
    new Promise((resolve) => {
      const { port1, port2 } = new worker.MessageChannel();
      port1.onmessage = ({ data }) => resolve(data);
      worker.setTimeout(() => resolve(pathOf(client.url)), PATIENCE);
      client.postMessage({ helpdesk: 'where' }, [port2]);
    });

  /** The tabs of this site, each with the path that it shows. */
  const tabs = async () => {
    const clients = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
    return Promise.all(clients.map(async (client) => ({ client, path: await placeOf(client) })));
  };

  const close = async (tags) => {
    const shown = await worker.registration.getNotifications();
    shown.filter(({ tag }) => tags.includes(tag)).forEach((notification) => notification.close());
  };

  const read = (data) => {
    try {
      return data.json();
    } catch {
      return {};
    }
  };

  const show = async (data) => {
    const { title = push.title, body = '', tag = 'helpdesk', url = page, close: tags = [], lang = '', dir } = read(data);
    const isHere = ({ client, path }) => client.focused && client.visibilityState === 'visible' && path === pathOf(url);
    // Only a ticket's page shows by itself what is new on it.
    const isOpen = tag.startsWith('helpdesk-ticket-') && (await tabs()).some(isHere);
    await close(tags);
    // Browsers want something to be shown for each push, also to whoever has the ticket before the eyes.
    await worker.registration.showNotification(title, {
      body, tag, lang, dir: dir || 'auto', icon: push.icon, data: { url }, silent: isOpen, renotify: !isOpen,
    });
    if (isOpen) await close([tag]);
  };

  const open = async (url) => {
    const found = await tabs();
    const there = found.find(({ path }) => path === pathOf(url));
    // A ticket's page shows by itself what is new on it; another is loaded again.
    if (there && /\/tickets\//.test(pathOf(url))) return there.client.focus();
    // A list may be left for the ticket; where somebody may be typing is left alone.
    const list = there || found.find(({ path }) => /\/inbox\/[^/]*\/?$/.test(path));
    try {
      if (list) return await (await list.client.focus()).navigate(url);
    } catch {
      // A page that is not ours to lead.
    }
    return worker.clients.openWindow(url);
  };

  const hashOf = async (endpoint) => {
    const digest = await worker.crypto.subtle.digest('SHA-256', new worker.TextEncoder().encode(endpoint));
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  };

  /** The browser changed its subscription by itself. What cannot be done now, the next page does. */
  const renew = async ({ oldSubscription, newSubscription }) => {
    if (!oldSubscription) return;
    const response = await fetch(push.address, { credentials: 'same-origin' });
    if (!response.ok || response.redirected) return;
    const { key, token } = await response.json();
    const manager = worker.registration.pushManager;
    const fresh = newSubscription || (await manager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
    const { endpoint, keys } = fresh.toJSON();
    await fetch(push.address, {
      method: 'POST',
      credentials: 'same-origin',
      body: new URLSearchParams({
        endpoint, p256dh: keys.p256dh, auth: keys.auth, old: await hashOf(oldSubscription.endpoint),
        csrfmiddlewaretoken: token,
      }),
    });
  };

  worker.addEventListener('push', (event) => event.waitUntil(show(event.data)));
  worker.addEventListener('notificationclick', (event) => {
    event.notification.close();
    event.waitUntil(open((event.notification.data || {}).url || page));
  });
  worker.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(renew(event).catch(() => null)));
  worker.addEventListener('install', (event) => event.waitUntil(keep().then(() => worker.skipWaiting())));
  worker.addEventListener('activate', (event) => event.waitUntil(tidy()));
  worker.addEventListener('fetch', (event) => {
    const { request } = event;
    // What is sent is the browser's own business: it can send it once more.
    if (request.method !== 'GET') return;
    if (request.mode === 'navigate') event.respondWith(visit(event));
    else if (assets.includes(request.url)) {
      event.respondWith(fetch(request).catch(async () => (await kept(request.url)) || worker.Response.error()));
    }
  });
})();
