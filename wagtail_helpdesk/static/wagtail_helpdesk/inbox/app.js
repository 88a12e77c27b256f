/** Lets the help desk be installed as an app, where the browser can do that, and looks after its notifications. */
(() => {
  const manifest = document.querySelector('link[rel="manifest"][data-helpdesk-worker]');
  if (!manifest || !('serviceWorker' in navigator)) return;
  const { helpdeskWorker, helpdeskPush } = manifest.dataset;

  const lookAfter = async () => {
    await navigator.serviceWorker.register(helpdeskWorker);
    if (!helpdeskPush || window.helpdeskPush.hindrance()) return;
    const registration = await navigator.serviceWorker.ready;
    await window.helpdeskPush.tidy(registration);
    await window.helpdeskPush.confirm(helpdeskPush, registration);
  };

  // A page that the browser fetched ahead was not opened yet. Without any of it everything works as before.
  const start = () => lookAfter().catch(() => null);
  if (document.prerendering) document.addEventListener('prerenderingchange', start, { once: true });
  else start();
})();
