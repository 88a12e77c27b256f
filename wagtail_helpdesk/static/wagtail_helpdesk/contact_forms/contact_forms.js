/**
 * Sends a contact form in place. The server renders what is shown, with and without this script.
 *
 * Texts come as data-sending and data-failed.
 */
class HelpdeskContactForm extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", this.onSubmit);
  }

  disconnectedCallback() {
    this.removeEventListener("submit", this.onSubmit);
  }

  onSubmit = async (event) => {
    event.preventDefault();
    const form = event.target;
    if (form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    this.say(this.dataset.sending);
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { "Helpdesk-Fragment": "1" },
        credentials: "same-origin",
      });
      const fragment = this.parse(await response.text());
      if (!fragment) throw new Error("not an answer of the form");
      this.show(fragment, form);
    } catch {
      form.removeAttribute("aria-busy");
      this.say(this.dataset.failed);
    }
  };

  /** Returns the form or the thanks in an answer, null for anything else (a proxy's error page). */
  parse(html) {
    const content = new DOMParser().parseFromString(html, "text/html");
    return content.body.querySelector(":scope > .helpdesk-form, :scope > .helpdesk-sent");
  }

  /** Puts the answer in the form's place and the focus where it is wanted. */
  show(fragment, form) {
    this.keepFiles(fragment, form);
    this.replaceChildren(fragment);
    const target = this.querySelector("[aria-invalid=true]") ?? this.querySelector(".helpdesk-problem, .helpdesk-sent");
    target?.focus();
  }

  /** A page cannot fill in files, but the field that has them can stay. */
  keepFiles(fragment, form) {
    const old = form.querySelector("input[type=file]");
    const fresh = fragment.querySelector("input[type=file]");
    if (!old?.files.length || !fresh) return;
    for (const name of ["aria-invalid", "aria-describedby"]) {
      if (fresh.hasAttribute(name)) old.setAttribute(name, fresh.getAttribute(name));
      else old.removeAttribute(name);
    }
    fresh.replaceWith(old);
    fragment.querySelector("[data-helpdesk-files-lost]")?.remove();
  }

  /** Tells everybody, screen readers included, how sending goes. */
  say(text) {
    let status = this.querySelector(".helpdesk-status");
    if (!status) {
      status = document.createElement("p");
      status.className = "helpdesk-status";
      status.setAttribute("role", "status");
      this.append(status);
    }
    status.textContent = text;
  }
}

customElements.define("helpdesk-contact-form", HelpdeskContactForm);
