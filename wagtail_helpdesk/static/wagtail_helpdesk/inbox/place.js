/**
 * Changes the page around what somebody looks at, without moving it: ``anchor`` stays where it stands in the window.
 */
window.helpdeskKeepPlace = (anchor, change) => {
  const root = document.documentElement;
  const before = anchor ? anchor.getBoundingClientRect().top : 0;
  // Some browsers do the same by themselves, others do not: one of the two is enough.
  root.style.overflowAnchor = 'none';
  change();
  if (anchor && anchor.isConnected) window.scrollBy({ top: anchor.getBoundingClientRect().top - before, behavior: 'instant' });
  requestAnimationFrame(() => requestAnimationFrame(() => root.style.removeProperty('overflow-anchor')));
};

/** The first of ``elements`` that can be seen in the window. */
window.helpdeskFirstInView = (elements) =>
  [...elements].find((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > 0 && top < window.innerHeight;
  });
