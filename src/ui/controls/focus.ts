/**
 * Keeps the focus on the page: where the focused element is removed or disabled, the focus moves to what takes its place.
 * That is the element whose id is in the `data-then` attribute of the removed one, or else the next one in its place, such
 * as a list's next entry.
 */

/** The focused element, and its position. */
interface Place {
  readonly element: HTMLElement;
  /** From the inside out: its ancestors, and its index among the focusable elements of each. */
  readonly around: readonly { readonly node: HTMLElement; readonly at: number }[];
  /** A mouse or finger was used last: then the page must not scroll. */
  readonly byHand: boolean;
}

const CAN_HAVE_IT = 'a[href], button, input, select, textarea, summary, [tabindex]';

/** Whether it can be focused by a press or a script, if not by Tab. */
const canTakeIt = (element: HTMLElement): boolean =>
  element.isConnected && !element.matches(':disabled') && element.checkVisibility();

const canHaveIt = (element: HTMLElement): boolean => element.tabIndex >= 0 && canTakeIt(element);

const inside = (node: HTMLElement): HTMLElement[] =>
  [...node.querySelectorAll<HTMLElement>(CAN_HAVE_IT)].filter(canHaveIt);

function placeOf(element: HTMLElement, byHand: boolean): Place {
  const around: Place['around'][number][] = [];
  for (let node = element.parentElement; node && node !== document.body; node = node.parentElement)
    around.push({ node, at: inside(node).indexOf(element) });
  return { element, around, byHand };
}

/** The element that takes the place of one that is gone. */
function heir({ around }: Place): HTMLElement | undefined {
  for (const { node, at } of around) {
    const then = document.getElementById((!node.isConnected && node.dataset['then']) || '');
    if (then) return inside(then)[0] ?? then;
    const there = node.isConnected ? inside(node) : [];
    if (there.length > 0) return there[Math.min(Math.max(at, 0), there.length - 1)];
  }
  return undefined;
}

/** Watches the focus. @returns a function that ends it. */
export function keepFocus(): () => void {
  let last: Place | null = null;
  /** The focus before a dialog was opened over the page. */
  let behind: Place | null = null;

  function note({ detail }: UIEvent) {
    const element = document.activeElement;
    if (!(element instanceof HTMLElement) || element === document.body) return;
    last = placeOf(element, detail > 0);
    if (!element.closest('dialog')) behind = last;
  }

  /** A press on an empty part of the page: the focus is not lost. */
  function leave() {
    setTimeout(() => {
      if (document.activeElement === document.body && last && canHaveIt(last.element)) last = null;
    });
  }

  function look() {
    const active = document.activeElement;
    const lost = !active || active === document.body || active.matches(':disabled');
    if (!last || !lost || canHaveIt(last.element)) return;
    const closed = last.element.closest('dialog')?.isConnected === false;
    const place = closed ? behind : last;
    last = null;
    // If nothing had the focus before a dialog was opened by a key, nothing gets it now, so that the next key presses no
    // button.
    if (!place) return;
    const next = canTakeIt(place.element) ? place.element : heir(place);
    next?.focus({ preventScroll: place.byHand });
  }

  const soon = () => void setTimeout(look);
  const changes = new MutationObserver(soon);
  changes.observe(document.body, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ['disabled', 'hidden'],
  });
  addEventListener('focusin', note);
  // Noted again at each press: lists may have changed since it was focused.
  addEventListener('click', note, { capture: true });
  addEventListener('focusout', leave);
  return () => {
    changes.disconnect();
    removeEventListener('focusin', note);
    removeEventListener('click', note, { capture: true });
    removeEventListener('focusout', leave);
  };
}
