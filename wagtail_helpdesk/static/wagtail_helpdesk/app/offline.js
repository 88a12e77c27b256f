/** Says how much typed text this browser keeps, and looks again as soon as there is a connection. */
(() => {
  const kept = document.getElementById('kept');
  let count = 0;
  try {
    count = Object.keys(localStorage).filter((key) => key.startsWith('helpdesk-draft:')).length;
  } catch {
    // A browser that keeps nothing.
  }
  if (count > 0) {
    kept.textContent = count === 1 ? kept.dataset.one : kept.dataset.many.replace('%count%', String(count));
    kept.hidden = false;
  }
  window.addEventListener('online', () => window.location.reload());
})();
