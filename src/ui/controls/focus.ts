/**
 * The focus is never lost: where what has it is taken away or disabled, it goes to what has come in its place. That is the
 * thing named by `data-then` (an id) on what went, or else whatever comes next where it was, as a list's next entry.
 */

/** What had the focus, and where that was. */
interface Place {
  readonly element: HTMLElement;
  /** From the inside out: what it lay in, and as which of the things there that can have the focus. */
  readonly around: readonly { readonly node: HTMLElement; readonly at: number }[];
  /** A mouse or finger was there last: the page is not to be scrolled away from it. */
  readonly byHand: boolean;
}

const CAN_HAVE_IT = 'a[href], button, input, select, textarea, summary, [tabindex]';

/** By a press or by us, if not by Tab. */
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

/** What takes the place of what is gone. */
function heir({ around }: Place): HTMLElement | undefined {
  for (const { node, at } of around) {
    const then = document.getElementById((!node.isConnected && node.dataset['then']) || '');
    if (then) return inside(then)[0] ?? then;
    const there = node.isConnected ? inside(node) : [];
    if (there.length > 0) return there[Math.min(Math.max(at, 0), there.length - 1)];
  }
  return undefined;
}

/** Watches over the focus until told not to. */
export function keepFocus(): () => void {
  let last: Place | null = null;
  /** Before a window was opened over the page. */
  let behind: Place | null = null;

  function note({ detail }: UIEvent) {
    const element = document.activeElement;
    if (!(element instanceof HTMLElement) || element === document.body) return;
    last = placeOf(element, detail > 0);
    if (!element.closest('dialog')) behind = last;
  }

  /** Somebody has pressed beside everything: that is no loss. */
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
    // Where nothing had it before a window was opened by a key, nothing has it now: no button is to be pressed by the next one.
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
  // Where it is when it is pressed: lists may have changed since it came there.
  addEventListener('click', note, { capture: true });
  addEventListener('focusout', leave);
  return () => {
    changes.disconnect();
    removeEventListener('focusin', note);
    removeEventListener('click', note, { capture: true });
    removeEventListener('focusout', leave);
  };
}
