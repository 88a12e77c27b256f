/**
 * What moves in the window: on Wagtail's own screens that is the main part of the page, beside the menu.
 */
window.helpdeskScroller = () => {
  const main = document.getElementById('main');
  const moves = main && /auto|scroll/.test(getComputedStyle(main).overflowY) && main.scrollHeight > main.clientHeight;
  return moves ? main : document.scrollingElement;
};

/**
 * Changes the page around what somebody looks at, without moving it: ``anchor`` stays where it stands in the window.
 */
window.helpdeskKeepPlace = (anchor, change) => {
  const before = anchor ? anchor.getBoundingClientRect().top : 0;
  const scroller = window.helpdeskScroller();
  // Some browsers do the same by themselves, others do not: one of the two is enough.
  scroller.style.overflowAnchor = 'none';
  change();
  if (anchor && anchor.isConnected) {
    window.helpdeskScroller().scrollBy({ top: anchor.getBoundingClientRect().top - before, behavior: 'instant' });
  }
  requestAnimationFrame(() => requestAnimationFrame(() => scroller.style.removeProperty('overflow-anchor')));
};

/** The first of ``elements`` that can be seen in the window. */
window.helpdeskFirstInView = (elements) =>
  [...elements].find((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > 0 && top < window.innerHeight;
  });
