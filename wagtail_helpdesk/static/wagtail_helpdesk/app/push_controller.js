/**
 * The agent's devices on the account page: turns this browser on, and says why it cannot be.
 * Removing a device and sending a test are ordinary buttons.
 */
class HelpdeskPushController extends window.StimulusModule.Controller {
  static targets = ['button', 'device', 'hindrance', 'status'];

  static values = {
    /** Where the key is, and subscriptions go. */
    address: String,
    worker: String,
    /** What to say when it did not work. */
    failed: String,
  };

  async connect() {
    const hindrance = window.helpdeskPush.hindrance();
    this.hindranceTargets.forEach((element) => {
      element.toggleAttribute('hidden', element.dataset.name !== hindrance);
    });
    if (hindrance) return;
    let mine = null;
    try {
      mine = this.find(await this.endpoint());
    } catch {
      // Then it is offered to be turned on.
    }
    if (mine) mine.querySelector('[data-this]').removeAttribute('hidden');
    this.buttonTarget.toggleAttribute('hidden', Boolean(mine));
    this.mine = mine;
  }

  async turnOn() {
    this.buttonTarget.disabled = true;
    this.statusTarget.textContent = '';
    try {
      if ((await Notification.requestPermission()) === 'granted') {
        await navigator.serviceWorker.register(this.workerValue);
        await window.helpdeskPush.turnOn(this.addressValue, await this.registration());
        window.location.hash = 'tab-notifications';
        window.location.reload();
        return;
      }
      this.connect();
    } catch {
      this.statusTarget.textContent = this.failedValue;
    }
    this.buttonTarget.disabled = false;
  }

  /** Before this very browser is removed, it lets go of its subscription. The button does the rest. */
  async leave(event) {
    const button = event.currentTarget;
    if (!this.mine || !this.mine.contains(button)) return;
    event.preventDefault();
    try {
      const registration = await navigator.serviceWorker.getRegistration(this.workerValue);
      const subscription = registration && (await registration.pushManager.getSubscription());
      if (subscription) await subscription.unsubscribe();
    } catch {
      // The server forgets it all the same.
    }
    button.form.requestSubmit(button);
  }

  async endpoint() {
    const registration = await navigator.serviceWorker.getRegistration(this.workerValue);
    const subscription = registration && (await registration.pushManager.getSubscription());
    return subscription ? window.helpdeskPush.hashOf(subscription.endpoint) : '';
  }

  find(hash) {
    return this.deviceTargets.find((element) => element.dataset.hash === hash) || null;
  }

  /** The worker's registration once it is at work: this page itself is not below its address. */
  async registration() {
    const registration = await navigator.serviceWorker.getRegistration(this.workerValue);
    const worker = registration.installing || registration.waiting;
    if (registration.active || !worker) return registration;
    await new Promise((resolve, reject) => {
      worker.addEventListener('statechange', () => {
        if (worker.state === 'activated') resolve();
        if (worker.state === 'redundant') reject(new Error(worker.state));
      });
    });
    return registration;
  }
}

window.wagtail.app.register('helpdesk-push', HelpdeskPushController);
