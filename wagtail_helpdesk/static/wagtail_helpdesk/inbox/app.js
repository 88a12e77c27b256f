/** Lets the help desk be installed as an app, where the browser can do that. */
(() => {
  const manifest = document.querySelector('link[rel="manifest"][data-helpdesk-worker]');
  if (!manifest || !('serviceWorker' in navigator)) return;
  // Without it everything works as before.
  navigator.serviceWorker.register(manifest.dataset.helpdeskWorker).catch(() => null);
})();
