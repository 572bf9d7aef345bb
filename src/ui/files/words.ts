/** Words and links that are dropped or pasted where no field is that would take them. */

const TAKING = ['input', 'textarea', 'select', '[contenteditable]', 'dialog'].join();

/** Whether they come in beside all fields, and nothing else has taken them. */
export const isBesideFields = ({ target, defaultPrevented }: Event): boolean =>
  !defaultPrevented && !(target instanceof Element && target.closest(TAKING));

export const hasWords = (event: DragEvent): boolean =>
  isBesideFields(event) &&
  (event.dataTransfer?.types.some((type) => type === 'text/plain' || type === 'text/uri-list') ?? false);

/** The first of several links, in whose list lines that begin with # are remarks; else words. */
export function wordsIn(data: DataTransfer | null): string {
  const links = data?.getData('text/uri-list').split(/\r?\n/) ?? [];
  return links.find((line) => line !== '' && !line.startsWith('#')) ?? data?.getData('text/plain') ?? '';
}
