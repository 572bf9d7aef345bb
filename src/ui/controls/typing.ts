/** What to put where in a field, and what is to be selected then. */
export interface Insertion {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Changes a text as if it were typed, so that the browser's own undo takes it back. */
export function insert(field: HTMLTextAreaElement, { from, to, text, start, end }: Insertion): void {
  field.focus();
  field.setSelectionRange(from, to);
  // An empty text is no insertion.
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way that the browser's own undo knows of
  const typed = document.execCommand(text === '' ? 'delete' : 'insertText', false, text);
  if (!typed) {
    field.setRangeText(text, from, to);
    field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertText', data: text }));
  }
  field.setSelectionRange(start, end);
}
