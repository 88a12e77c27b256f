/** Takes a change to many tickets forward while somebody looks; the worker does so otherwise. */
class HelpdeskJobController extends window.StimulusModule.Controller {
  static values = {
    url: String,
    /** Somebody else is at it: there is no hurry. */
    busy: Boolean,
  };

  connect() {
    this.timer = setTimeout(() => this.go(), this.busyValue ? 2000 : 50);
  }

  disconnect() {
    clearTimeout(this.timer);
  }

  /** The answer puts the next state in this element's place, which goes on in turn. */
  async go() {
    const answer = await window.helpdeskPost(this.urlValue);
    if (!answer && this.element.isConnected) this.timer = setTimeout(() => this.go(), 10000);
  }
}

window.wagtail.app.register('helpdesk-job', HelpdeskJobController);
