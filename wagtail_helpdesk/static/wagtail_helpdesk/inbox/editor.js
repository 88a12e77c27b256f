/**
 * What the composer's controllers do with Wagtail's editor (Draftail), by its content as plain values.
 */
(() => {
  const inputOf = (form) => form.querySelector('input[name="body"]');
  const key = () => Math.random().toString(36).slice(2, 7);
  const block = (type, text = '') => ({ key: key(), type, text, depth: 0, inlineStyleRanges: [], entityRanges: [], data: {} });

  /** The content, with the last words in it: the editor itself writes them into its field a moment later. */
  const read = (form) => {
    const input = inputOf(form);
    if (input.draftailEditor) input.draftailEditor.saveState();
    return input.value;
  };

  const parse = (value) => {
    try {
      return JSON.parse(value) || { blocks: [], entityMap: {} };
    } catch {
      return { blocks: [], entityMap: {} };
    }
  };

  /** The words in a piece of text: the server keeps no more of white space. */
  const words = (text, { offset = 0, length = text.length } = {}) => text.slice(offset, offset + length).split(/\s+/).join(' ').trim();

  /** What the content says, as one text. The keys of blocks and entities are made anew whenever a page is drawn. */
  const meaning = (value) => {
    const { blocks, entityMap } = parse(value);
    const shape = (one) => {
      const styled = one.inlineStyleRanges.map((range) => [range.style, words(one.text, range)]);
      const entities = one.entityRanges.map((range) => {
        const { type, data } = entityMap[range.key];
        return [type, String(data.cid || data.id || data.url), words(one.text, range)];
      });
      const marks = [...styled.filter((pair) => pair[1]), ...entities].map((mark) => mark.join(' '));
      return [one.type, words(one.text), one.depth, marks.sort()];
    };
    return JSON.stringify(blocks.map(shape));
  };

  const isEmpty = (value) => !parse(value).blocks.some((one) => one.type === 'atomic' || one.text.trim() !== '');

  /** Wait for the editor: it comes to life after the controllers. */
  const ready = async (form) => {
    for (let tries = 0; tries < 200 && !inputOf(form).draftailEditor; tries += 1) {
      await new Promise(requestAnimationFrame);
    }
    return inputOf(form).draftailEditor;
  };

  /** Exchange the content; the cursor goes to the beginning of the block with the key `at`, else to the end. */
  const write = async (form, raw, at = '') => {
    const editor = await ready(form);
    if (!editor) return;
    const { EditorState, SelectionState, convertFromRaw } = window.DraftJS;
    // Not "insert-fragment": Draftail filters that as pasted.
    let state = EditorState.push(editor.getEditorState(), convertFromRaw(raw), 'insert-characters');
    state = at
      ? EditorState.forceSelection(state, SelectionState.createEmpty(at))
      : EditorState.moveSelectionToEnd(state);
    editor.onChange(state);
    editor.saveState();
    form.dispatchEvent(new Event('input', { bubbles: true }));
  };

  /** Put blocks where the cursor is, with an empty line below to write on. `entities` have the keys that they name. */
  const insert = async (form, blocks, entities = {}) => {
    const editor = await ready(form);
    if (!editor) return;
    const raw = parse(read(form));
    const place = raw.blocks.findIndex((one) => one.key === editor.getEditorState().getSelection().getFocusKey());
    const here = place < 0 ? raw.blocks.length - 1 : place;
    const replaces = here >= 0 && raw.blocks[here].type === 'unstyled' && raw.blocks[here].text === '';
    const below = block('unstyled');
    raw.blocks.splice(replaces ? here : here + 1, replaces ? 1 : 0, ...blocks, below);
    Object.assign(raw.entityMap, entities);
    await write(form, raw, below.key);
  };

  window.helpdeskEditor = {
    read,
    parse,
    meaning,
    isEmpty,
    ready,
    write,

    /** One content below another: what both of two drafts say. */
    join(first, second) {
      const entityMap = { ...first.entityMap };
      const own = key();
      const blocks = second.blocks.map((one) => ({
        ...one,
        key: key(),
        entityRanges: one.entityRanges.map((range) => ({ ...range, key: `${own}-${range.key}` })),
      }));
      Object.entries(second.entityMap).forEach(([name, entity]) => {
        entityMap[`${own}-${name}`] = entity;
      });
      return { blocks: [...first.blocks, ...blocks], entityMap };
    },

    quote: (form, text) =>
      insert(
        form,
        text
          .split('\n')
          .filter((line) => line.trim() !== '')
          .map((line) => block('blockquote', line.trim())),
      ),

    image(form, data) {
      const name = `i${key()}`;
      const shown = { ...block('atomic', ' '), entityRanges: [{ offset: 0, length: 1, key: name }] };
      return insert(form, [shown], { [name]: { type: 'HELPDESK_IMAGE', mutability: 'IMMUTABLE', data } });
    },

    /** Take an image out of the text. */
    async withoutImage(form, cid) {
      const raw = parse(read(form));
      const gone = Object.keys(raw.entityMap).filter((name) => raw.entityMap[name].data.cid === cid);
      const stays = (one) => !one.entityRanges.some((range) => gone.includes(String(range.key)));
      if (gone.length === 0) return;
      const blocks = raw.blocks.filter(stays);
      await write(form, { ...raw, blocks: blocks.length > 0 ? blocks : [block('unstyled')] });
    },

    async focus(form) {
      const editor = await ready(form);
      if (editor) editor.focus();
    },

    /** Whether there is nothing that Ctrl+Z would bring back. */
    isFresh(form) {
      const { draftailEditor: editor } = inputOf(form) || {};
      return Boolean(editor) && isEmpty(read(form)) && editor.getEditorState().getUndoStack().size === 0;
    },
  };
})();
