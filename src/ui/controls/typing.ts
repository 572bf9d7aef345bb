/**
 * Attributes for text fields. Nothing typed must leave the device, and some browsers' spelling and writing aids ask a
 * server.
 */
export const asTyped = {
  spellcheck: false,
  autocomplete: 'off',
  autocorrect: 'off',
  autocapitalize: 'off',
  writingsuggestions: 'false',
  // Arabic and Hebrew run from the right, whatever the page's own language is.
  dir: 'auto',
} as const;

/** A replacement in a text field, and what to select afterwards. */
export interface Insertion {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Changes a text as if it were typed. */
export function insert(field: HTMLTextAreaElement, { from, to, text, start, end }: Insertion): void {
  field.focus();
  field.setRangeText(text, from, to);
  field.dispatchEvent(
    new InputEvent('input', { bubbles: true, inputType: 'insertReplacementText', data: text }),
  );
  field.setSelectionRange(start, end);
}
