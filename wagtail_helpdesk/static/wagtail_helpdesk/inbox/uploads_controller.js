/**
 * Files go to the draft as soon as they are chosen, pasted or dropped: with progress, one after the other.
 */
class HelpdeskUploadsController extends window.StimulusModule.Controller {
  static targets = ['list', 'picker', 'zone'];

  static values = {
    url: String,
    failed: String,
    uploading: String,
  };

  connect() {
    this.queue = Promise.resolve();
    this.input = this.element.querySelector('input[name="files"]');
    if (this.input) this.input.addEventListener('change', () => this.chosen());
  }

  /** Wait for what is under way. */
  idle() {
    return this.queue;
  }

  /** Text that was copied comes with a picture of itself from some programs: then the text is meant. */
  paste(event) {
    const { files, types } = event.clipboardData;
    if (files.length === 0 || types.includes('text/plain')) return;
    event.preventDefault();
    event.stopPropagation();
    this.add(files, true);
  }

  over(event) {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    this.element.classList.add('helpdesk-composer--over');
  }

  out(event) {
    if (!this.element.contains(event.relatedTarget)) this.element.classList.remove('helpdesk-composer--over');
  }

  drop(event) {
    this.element.classList.remove('helpdesk-composer--over');
    const { files } = event.dataTransfer;
    if (files.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    this.add(files, this.zoneTarget.contains(event.target));
  }

  pick() {
    this.pickerTarget.click();
  }

  picked() {
    this.add(this.pickerTarget.files, true);
    this.pickerTarget.value = '';
  }

  chosen() {
    this.add(this.input.files, false);
    this.input.value = '';
  }

  /** `inText`: an image is wanted in the text, not only in the list. */
  add(files, inText) {
    [...files].forEach((file) => {
      const line = document.createElement('li');
      const bar = document.createElement('progress');
      bar.max = 1;
      bar.value = 0;
      bar.setAttribute('aria-label', this.uploadingValue.replace('%name%', file.name));
      line.append(`${file.name} `, bar);
      this.listTarget.append(line);
      this.queue = this.queue.then(() => this.upload(file, inText && file.type.startsWith('image/'), line, bar));
    });
  }

  async upload(file, inText, line, bar) {
    // The file may begin the draft: nothing else must do so at the same moment.
    const draft = window.wagtail.app.getControllerForElementAndIdentifier(this.element, 'helpdesk-draft');
    await draft.flush();
    await draft.pause();
    const { answer, problem } = await this.send(file, inText, bar);
    if (answer && answer.version) draft.version = answer.version;
    draft.resume();
    if (!answer || answer.refused) {
      const failed = this.failedValue.replace('%name%', file.name);
      this.refuse(line, answer ? answer.refused : window.helpdeskProblem(problem, failed));
      return;
    }
    line.replaceWith(window.helpdeskFragment(answer.html));
    if (answer.image) await window.helpdeskEditor.image(this.element, { ...answer.image, alt: answer.name });
  }

  /** As helpdeskSend() in answers.js; fetch() tells nothing of its progress. */
  async send(file, inText, bar) {
    const first = await this.post(file, inText, bar);
    if (first.status !== 403) return first;
    const problem = await window.helpdeskRenew();
    return problem ? { problem } : this.post(file, inText, bar);
  }

  /** Return the status, and the answer where there was one. */
  post(file, inText, bar) {
    const body = new FormData();
    body.set('file', file);
    body.set('mode', (this.element.querySelector('input[name="mode"]:checked') || {}).value || 'note');
    body.set('inline', inText ? '1' : '');
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open('POST', this.urlValue);
      request.responseType = 'json';
      request.setRequestHeader('X-Requested-With', 'XMLHttpRequest');
      const { CSRF_HEADER_NAME: name, CSRF_TOKEN: token } = JSON.parse(document.getElementById('wagtail-config').textContent);
      request.setRequestHeader(name, token);
      request.upload.addEventListener('progress', (event) => {
        if (event.lengthComputable) bar.value = event.loaded / event.total;
      });
      request.addEventListener('load', () => {
        const { status } = request;
        resolve({ status, answer: status === 200 || status === 422 ? request.response : null });
      });
      request.addEventListener('error', () => resolve({ problem: 'lost' }));
      request.addEventListener('abort', () => resolve({ problem: 'lost' }));
      request.send(body);
    });
  }

  refuse(line, why) {
    const close = document.createElement('button');
    close.type = 'button';
    close.append('×');
    close.setAttribute('aria-label', 'OK');
    close.addEventListener('click', () => line.remove());
    line.className = 'helpdesk-composer__refused';
    line.setAttribute('role', 'alert');
    line.replaceChildren(`${why} `, close);
  }

  async remove(event) {
    event.preventDefault();
    const line = event.currentTarget.closest('li');
    const draft = window.wagtail.app.getControllerForElementAndIdentifier(this.element, 'helpdesk-draft');
    if (line.dataset.cid) await window.helpdeskEditor.withoutImage(this.element, line.dataset.cid);
    await draft.remove(line.dataset.file);
  }

  /** The server has taken files away. */
  removed({ detail }) {
    detail.files.forEach((file) => {
      const line = this.listTarget.querySelector(`[data-file="${CSS.escape(file)}"]`);
      if (line) this.takeAway(line);
    });
  }

  takeAway(line) {
    const next = line.nextElementSibling || line.previousElementSibling;
    const isFocused = line.contains(document.activeElement);
    line.remove();
    if (isFocused) ((next && next.querySelector('button')) || this.input || this.element).focus();
  }
}

window.wagtail.app.register('helpdesk-uploads', HelpdeskUploadsController);
