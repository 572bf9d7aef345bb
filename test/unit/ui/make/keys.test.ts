import { afterEach, expect, test, vi } from 'vitest';
import { tools } from '../../../../src/ui/paint/board.svelte';
import { isKey, isTyping, type Command } from '../../../../src/ui/controls/keys';
import {
  commandsNow,
  outsidePainting,
  general,
  amongPictures,
  whileFraming,
  whilePainting,
} from '../../../../src/ui/make/keys';
import type { Studio } from '../../../../src/ui/make/studio.svelte';
import type { Mode } from '../../../../src/ui/settings/settings';
import { drawGrey, gate, miniature, original, studioAtWork, turn } from '../fake';
import { en } from '../../../../src/ui/words/en';

type Press = Parameters<typeof isKey>[0];

/** What Safari says of the key that ends the composing of a word. */
const composed = Object.fromEntries([['keyCode', 229]]);

const press = (key: string, more: Partial<Press> = {}): Press => ({
  key,
  code: '',
  isComposing: false,
  keyCode: 0, // oxlint-disable-line typescript/no-deprecated -- the one thing that tells a composed key in Safari
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...more,
});

/** The event of a key as the table writes it. */
function typed(key: string): Press {
  const parts = key.length > 1 ? key.split('+') : [key];
  const [ctrlKey, shiftKey] = [parts.includes('Ctrl'), parts.includes('Shift')];
  const name = parts.at(-1) ?? '';
  return press(name.length === 1 && !shiftKey ? name.toLowerCase() : name, { ctrlKey, shiftKey });
}

const ctrlKey = true;
const shiftKey = true;

function studioAt(mode: Mode, generate = drawGrey) {
  const { studio } = studioAtWork(miniature, generate);
  studio.choose(mode);
  return studio;
}

afterEach(() => void vi.unstubAllGlobals());

test('a letter is a key of its own, with Caps Lock too, and with no modifier beside it', () => {
  expect(isKey(press('b'), 'B')).toBe(true);
  expect(isKey(press('B'), 'B')).toBe(true);
  expect(isKey(press('B', { shiftKey }), 'B')).toBe(false);
  expect(isKey(press('b', { ctrlKey }), 'B')).toBe(false);
  expect(isKey(press('v'), 'B')).toBe(false);
});

test('modifiers must be those of the key, no more and no fewer', () => {
  const presses = [
    press('z'),
    press('Z', { shiftKey }),
    press('z', { ctrlKey }),
    press('Z', { ctrlKey, shiftKey }),
  ];
  const matched = (key: string) => presses.map((event) => isKey(event, key));
  expect(matched('Z')).toEqual([true, false, false, false]);
  expect(matched('Shift+Z')).toEqual([false, true, false, false]);
  expect(matched('Ctrl+Z')).toEqual([false, false, true, false]);
  expect(matched('Ctrl+Shift+Z')).toEqual([false, false, false, true]);
});

test('keys with names and digits are told by their modifiers, too', () => {
  expect(isKey(press('Enter', { ctrlKey }), 'Ctrl+Enter')).toBe(true);
  expect(isKey(press('Enter'), 'Ctrl+Enter')).toBe(false);
  expect(isKey(press('ArrowLeft'), 'ArrowLeft')).toBe(true);
  expect(isKey(press('ArrowLeft', { shiftKey }), 'ArrowLeft')).toBe(false);
  expect(isKey(press('0'), '0')).toBe(true);
  expect(isKey(press('0', { ctrlKey }), '0'), 'the browser’s own zoom').toBe(false);
  const altKey = true;
  expect(isKey(press('ArrowUp', { altKey }), 'Alt+ArrowUp')).toBe(true);
  expect(isKey(press('ArrowUp', { altKey, ctrlKey }), 'Alt+ArrowUp')).toBe(false);
  expect(isKey(press('ArrowUp'), 'Alt+ArrowUp')).toBe(false);
  expect(isKey(press('ArrowUp', { altKey, ctrlKey }), 'Ctrl+ArrowUp')).toBe(false);
});

/** What the keys of B, Z, Y, [ and 0 type on keyboards whose letters are not Latin. */
const foreign = {
  Russian: ['и', 'я', 'н', 'х', '0'],
  Greek: ['β', 'ζ', 'υ', '[', '0'],
  Hebrew: ['נ', 'ז', 'ט', '[', '0'],
  Arabic: ['لا', 'ئ', 'غ', 'ج', '٠'],
  Persian: ['ذ', 'ظ', 'غ', 'ج', '۰'],
  Georgian: ['ბ', 'ზ', 'ყ', '[', '0'],
  Armenian: ['բ', 'զ', 'յ', 'խ', '0'],
  Hindi: ['व', '\u0902', '\u092c', 'ड', '०'],
  Thai: ['\u0e34', 'ผ', '\u0e31', 'บ', 'จ'],
  Korean: ['ㅠ', 'ㅋ', 'ㅛ', '[', '0'],
} as const;

test.each(Object.entries(foreign))('on a %s keyboard the key in its place counts', (_, typed) => {
  const [b, z, y, bracket, zero] = typed;
  expect(isKey(press(b, { code: 'KeyB' }), 'B')).toBe(true);
  expect(isKey(press(b, { code: 'KeyB' }), 'Y')).toBe(false);
  expect(isKey(press(z, { code: 'KeyZ', ctrlKey }), 'Ctrl+Z')).toBe(true);
  expect(isKey(press(z.toUpperCase(), { code: 'KeyZ', ctrlKey, shiftKey }), 'Ctrl+Shift+Z')).toBe(true);
  expect(isKey(press(y, { code: 'KeyY', ctrlKey }), 'Ctrl+Y')).toBe(true);
  expect(isKey(press(bracket, { code: 'BracketLeft' }), '[')).toBe(true);
  expect(isKey(press(zero, { code: 'Digit0' }), '0')).toBe(true);
});

test('question marks of other scripts, and braces where Arabic has them, are the keys they lie on', () => {
  expect(isKey(press('؟', { code: 'Slash', shiftKey }), '?')).toBe(true);
  expect(isKey(press('{', { code: 'KeyV', shiftKey }), 'Shift+V')).toBe(true);
  expect(isKey(press('}', { code: 'KeyC', shiftKey }), 'Shift+C')).toBe(true);
});

test('each Latin layout keeps its letters, wherever they lie', () => {
  // AZERTY: Z lies where others have W; Dvorak: on the key of the slash, and ; on that of Z; QWERTZ: on that of Y.
  for (const code of ['KeyW', 'Slash', 'KeyY'])
    expect(isKey(press('z', { code, ctrlKey }), 'Ctrl+Z')).toBe(true);
  for (const key of ['w', ';', 'y', 'ž'])
    expect(isKey(press(key, { code: 'KeyZ', ctrlKey }), 'Ctrl+Z')).toBe(false);
  expect(isKey(press('à', { code: 'Digit0' }), '0'), 'AZERTY’s 0 is behind Shift').toBe(true);
});

test('what AltGr types, and what a word is composed of, is no shortcut', () => {
  expect(isKey(press('€', { code: 'KeyE' }), 'E')).toBe(false);
  expect(isKey(press('µ', { code: 'KeyB' }), 'B')).toBe(false);
  expect(isKey(press('Process', { code: 'KeyB' }), 'B')).toBe(false);
  expect(isKey(press('ㅠ', { code: 'KeyB', isComposing: true }), 'B')).toBe(false);
  expect(isKey(press('Enter', { ctrlKey, isComposing: true }), 'Ctrl+Enter')).toBe(false);
  expect(isKey(press('Escape', composed), 'Escape')).toBe(false);
});

test('only what goes on step by step is done again while its key is held down', () => {
  const held = [...general, ...whilePainting, ...amongPictures].filter(({ repeats }) => repeats);
  expect(held.map(({ words }) => words())).toEqual([
    ...['Smaller brush', 'Larger brush', 'Undo', 'Redo', 'Zoom in', 'Zoom out'],
    ...['Previous picture', 'Next picture'],
  ]);
});

test.each(['?', '+', '=', '-', '[', ']'])('%s counts with Shift and without, never with Ctrl', (key) => {
  expect(isKey(press(key), key)).toBe(true);
  expect(isKey(press(key, { shiftKey }), key)).toBe(true);
  expect(isKey(press(key, { ctrlKey }), key)).toBe(false);
});

test('⌘ is Ctrl', () => {
  expect(isKey(press('z', { metaKey: true }), 'Ctrl+Z')).toBe(true);
  expect(isKey(press('z', { metaKey: true }), 'Z')).toBe(false);
});

const isSymbol = (key: string): boolean => /^[^a-z0-9]$/i.test(key);

test.each([...general, ...whilePainting, ...amongPictures])(
  'with Alt, no letter means what $keys do',
  ({ keys }) => {
    for (const key of keys) expect(isKey({ ...typed(key), altKey: true }, key)).toBe(isSymbol(key));
  },
);

test('a symbol may be typed with Option or AltGr, as some keyboards have it', () => {
  expect(isKey(press('[', { altKey: true }), '[')).toBe(true);
  expect(isKey(press(']', { ctrlKey: true, altKey: true }), ']')).toBe(true);
  expect(isKey(press('[', { ctrlKey: true }), '[')).toBe(false);
});

test.each([
  ['painting', [...general, ...whilePainting]],
  ['going through candidates', [...general, ...outsidePainting, ...amongPictures]],
])('while %s, each key means one thing', (_, commands: readonly Command<Studio>[]) => {
  for (const command of commands) {
    for (const key of command.keys) {
      const meant = commands.filter(({ keys }) => keys.some((other) => isKey(typed(key), other)));
      expect(meant).toEqual([command]);
      expect(isKey(typed(key), '?')).toBe(false); // opens the help, everywhere
    }
  }
});

test('a key that counts while somebody types writes nothing', () => {
  for (const { keys, typing = [] } of [...general, ...whilePainting, ...amongPictures]) {
    expect(keys).toEqual(expect.arrayContaining([...typing]));
    expect(typing.filter((key) => !key.startsWith('Ctrl+') && key !== 'Escape')).toEqual([]);
  }
});

test.each(tools)('the tool %s has a key', (tool) => {
  const studio = studioAt('inpaint');
  studio.place.board.tool = tool === 'brush' ? 'eraser' : 'brush';
  const command = whilePainting.find(({ words }) => words() === en.painting.tools[tool]);
  expect(command?.keys).toHaveLength(1);
  command?.run(studio);
  expect(studio.place.board.tool).toBe(tool);
});

/** Where there is nothing else to be done by key. */
const bare = [...general, ...outsidePainting];

test('the canvas has its keys once there is a picture on it', () => {
  const studio = studioAt('inpaint');
  expect(commandsNow(studio)).toEqual(bare);
  studio.place.source.take(original(64, 48));
  expect(commandsNow(studio)).toEqual([...general, ...whilePainting]);
});

test.each<Mode>(['image', 'inpaint', 'outpaint', 'instruct'])(
  'in the mode %s candidates are gone through by keys',
  async (mode) => {
    const studio = studioAt('text');
    await studio.generate();
    studio.place.source.take(original(64, 48));
    studio.place.mode = mode;
    expect(commandsNow(studio)).toEqual([...bare, ...amongPictures]);
    studio.view.showCanvas();
    const onCanvas = { inpaint: whilePainting, outpaint: whileFraming };
    expect(commandsNow(studio)).toEqual(
      mode in onCanvas ? [...general, ...onCanvas[mode as keyof typeof onCanvas]] : bare,
    );
  },
);

test('with words alone there is no canvas, but a picture to go on from', async () => {
  const studio = studioAt('text');
  studio.place.source.take(original(64, 48));
  expect(commandsNow(studio)).toEqual(bare);
  await studio.generate();
  await studio.generate();
  expect(commandsNow(studio)).toEqual([...bare, ...amongPictures]);
  const [latest, first] = studio.album.results;
  studio.view.leaf(1);
  expect(studio.view.shown).toBe(first);
  studio.view.leaf(1);
  expect(studio.view.shown).toBe(latest);
});

test('while a run is in work the canvas is not in sight, and no key paints on it', async () => {
  const { opened, open } = gate();
  const studio = studioAt('inpaint', async function* (signal, job) {
    await opened;
    return yield* drawGrey(signal, job);
  });
  studio.place.source.take(original(64, 48));
  studio.place.board.open({ width: 64, height: 48 });
  studio.place.board.invert();
  const run = studio.generate();
  await turn();
  const now = commandsNow(studio).map(({ words }) => words());
  // The next mask is painted meanwhile.
  studio.view.showCanvas();
  expect(commandsNow(studio)).toEqual(expect.arrayContaining([...whilePainting]));
  open();
  await run;
  expect(now).toEqual(['Generate', 'Generate forever', 'Cancel', 'Undo the last change announced']);
});

test('typing goes into text fields and lists, not into sliders, buttons or the page', () => {
  class Element extends EventTarget {
    isContentEditable = false;
  }
  class Area extends Element {}
  class List extends Element {}
  class Input extends Element {
    type: string;
    constructor(type: string) {
      super();
      this.type = type;
    }
  }
  vi.stubGlobal('HTMLElement', Element);
  vi.stubGlobal('HTMLInputElement', Input);
  vi.stubGlobal('HTMLTextAreaElement', Area);
  vi.stubGlobal('HTMLSelectElement', List);
  const typing = [new Area(), new List(), Object.assign(new Element(), { isContentEditable: true })];
  const takes = (key: string) => (target: EventTarget | null) => isTyping({ target, key });
  expect(typing.map(takes('b'))).toEqual([true, true, true]);
  const fields = ['text', 'number', 'search'].map((type) => new Input(type));
  expect(fields.map(takes('b'))).toEqual([true, true, true]);
  const moved = [new Input('range'), new Input('radio')];
  expect(moved.map(takes('ArrowLeft')), 'arrows move a slider').toEqual([true, true]);
  const others = ['range', 'radio', 'checkbox', 'button', 'color', 'file'].map((type) => new Input(type));
  expect([null, new EventTarget(), new Element(), ...others].filter(takes('b'))).toEqual([]);
});
