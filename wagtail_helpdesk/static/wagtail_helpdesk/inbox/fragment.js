/**
 * Turns a part of a page, as the server rendered it, into nodes. Scripts in it never run.
 */
window.helpdeskFragment = (html) => {
  const fragment = document.createDocumentFragment();
  fragment.append(...new DOMParser().parseFromString(html, 'text/html').body.childNodes);
  return fragment;
};
