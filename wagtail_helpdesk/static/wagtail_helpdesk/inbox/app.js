/** Lets the help desk be installed as an app, where the browser can do that, and looks after its notifications. */
(() => {
  const manifest = document.querySelector('link[rel="manifest"][data-helpdesk-worker]');
  if (!manifest || !('serviceWorker' in navigator)) return;
  const { helpdeskWorker, helpdeskPush } = manifest.dataset;

  const lookAfter = async () => {
    if (!helpdeskPush || window.helpdeskPush.hindrance()) return;
    const registration = await navigator.serviceWorker.ready;
    await window.helpdeskPush.tidy(registration);
    await window.helpdeskPush.confirm(helpdeskPush, registration);
  };

  // The service worker asks what this tab shows.
  navigator.serviceWorker.addEventListener('message', ({ data, ports }) => {
    if (data && data.helpdesk === 'where' && ports[0]) ports[0].postMessage(window.location.pathname);
  });
  // Another ticket in the same tab (visit.js).
  document.addEventListener('helpdesk:visited', () => lookAfter().catch(() => null));

  const begin = async () => {
    await navigator.serviceWorker.register(helpdeskWorker);
    await lookAfter();
  };

  // A page that the browser fetched ahead was not opened yet. Without any of it everything works as before.
  const start = () => begin().catch(() => null);
  if (document.prerendering) document.addEventListener('prerenderingchange', start, { once: true });
  else start();
})();
