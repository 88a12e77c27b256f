/**
 * The service worker of the help desk. It says that there is no connection, and nothing else: it keeps one page without
 * anybody's data, with what that page looks like. Whatever a customer or an agent wrote is never in its cache.
 *
 * The server puts HELPDESK_APP before it: the name of the cache, the page and its assets.
 */
(() => {
  const worker = globalThis;
  const { name, page, assets } = worker.HELPDESK_APP;
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
