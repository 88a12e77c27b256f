/** Makes the frames of formatted messages as high as what they show. */
const fit = (frame) => {
  const body = frame.contentDocument?.body;
  if (body && body.scrollHeight) frame.style.height = `${body.scrollHeight + 20}px`;
};

for (const frame of document.querySelectorAll(".helpdesk-message iframe")) {
  frame.addEventListener("load", () => {
    fit(frame);
    if (frame.contentDocument) new ResizeObserver(() => fit(frame)).observe(frame.contentDocument.documentElement);
  });
}
