/**
 * Texts for the editor (Draftail), and what is fetched while one writes.
 */
window.helpdeskInsertion = {
  /** Return the editor of a form; null while there is none. */
  editorOf(form) {
    const input = form.querySelector('input[name="body"]');
    return (input && input.draftailEditor) || null;
  },

  /** Return what stands before the caret in its block: {text, key, offset}; null where something is selected. */
  before(editor) {
    const state = editor.getEditorState();
    const selection = state.getSelection();
    if (!selection.isCollapsed()) return null;
    const key = selection.getStartKey();
    const offset = selection.getStartOffset();
    return { text: state.getCurrentContent().getBlockForKey(key).getText().slice(0, offset), key, offset };
  },

  /** Put in plain text or content of the editor's own kind, in the place of `range` ({key, from, to}) or at the caret. */
  put(editor, { text = '', raw = null }, range = null) {
    const { EditorState, Modifier, convertFromRaw, genKey } = window.DraftJS;
    const state = editor.getEditorState();
    let selection = state.getSelection();
    if (range) {
      selection = selection.merge({
        anchorKey: range.key,
        focusKey: range.key,
        anchorOffset: range.from,
        focusOffset: range.to,
        isBackward: false,
      });
    }
    let content = state.getCurrentContent();
    if (raw) {
      // The same text may be put in twice: its blocks need keys of their own.
      const blocks = raw.blocks.map((block) => ({ ...block, key: genKey() }));
      const fragment = convertFromRaw({ ...raw, blocks }).getBlockMap();
      if (!selection.isCollapsed()) {
        content = Modifier.removeRange(content, selection, 'forward');
        selection = content.getSelectionAfter();
      }
      content = Modifier.replaceWithFragment(content, selection, fragment);
    } else {
      content = Modifier.replaceText(content, selection, text);
    }
    const next = EditorState.push(state, content, raw ? 'insert-fragment' : 'insert-characters');
    editor.onChange(EditorState.forceSelection(next, content.getSelectionAfter()));
    editor.saveState();
    editor.focus();
  },

  /** Fetch JSON; null when that fails or a newer request of the same `lane` overtook it. */
  async get(address, lane) {
    if (lane.controller) lane.controller.abort();
    lane.controller = new AbortController();
    try {
      const response = await fetch(address, {
        headers: { 'X-Requested-With': 'XMLHttpRequest' },
        signal: lane.controller.signal,
      });
      if (!response.ok) throw new Error(response.status);
      const isJson = (response.headers.get('Content-Type') || '').includes('json');
      return isJson ? await response.json() : await response.text();
    } catch (error) {
      if (error.name !== 'AbortError' && lane.failed) lane.failed();
      return null;
    }
  },
};
