import { expect, test } from 'vitest';
import { Pointers, type Gestures } from '../../../../src/ui/paint/pointers';

type Facts = Parameters<Pointers['down']>[0];
type Did = readonly [name: keyof Gestures, ...facts: unknown[]];

/** Pointers, and what they did. */
function surface({ pans = false, corner = { x: 0, y: 0 } } = {}) {
  const log: Did[] = [];
  const pen = { alone: null as boolean | null };
  const pointers = new Pointers(
    {
      begin: (...facts) => log.push(['begin', ...facts]),
      move: (...facts) => log.push(['move', ...facts]),
      end: () => log.push(['end']),
      cancel: () => log.push(['cancel']),
      pan: (...facts) => log.push(['pan', ...facts]),
      zoom: (...facts) => log.push(['zoom', ...facts]),
      pans: () => pans,
      penned: () => (pen.alone ??= true),
      handMoves: () => pen.alone === true,
    },
    () => corner,
  );
  return { pointers, log, pen };
}

const mouse = (clientX: number, clientY: number, more: Partial<Facts> = {}): Facts => ({
  pointerId: 1,
  pointerType: 'mouse',
  button: 0,
  buttons: 1,
  altKey: false,
  pressure: 0.5,
  clientX,
  clientY,
  ...more,
});

const pen = (x: number, y: number, more: Partial<Facts> = {}): Facts =>
  mouse(x, y, { pointerId: 5, pointerType: 'pen', ...more });

const finger = (pointerId: number, x: number, y: number): Facts =>
  mouse(x, y, { pointerId, pointerType: 'touch' });

test('a mouse paints from where it is pressed to where it is let go, and presses fully', () => {
  const { pointers, log } = surface();
  pointers.move([mouse(1, 1, { buttons: 0 })]);
  pointers.down(mouse(10, 20));
  pointers.move([mouse(15, 25)]);
  pointers.up(mouse(15, 25));
  pointers.move([mouse(30, 30, { buttons: 0 })]);
  expect(log).toEqual([
    ['begin', { x: 10, y: 20, pressure: 1 }, false],
    ['move', [{ x: 15, y: 25, pressure: 1 }]],
    ['end'],
  ]);
});

test('points are told from the canvas’ corner, wherever it is scrolled to', () => {
  const corner = { x: 100, y: 50 };
  const { pointers, log } = surface({ corner });
  pointers.down(mouse(110, 70));
  Object.assign(corner, { x: 90, y: -10 });
  pointers.move([mouse(110, 70)]);
  expect(log).toEqual([
    ['begin', { x: 10, y: 20, pressure: 1 }, false],
    ['move', [{ x: 20, y: 80, pressure: 1 }]],
  ]);
});

test('all that happened since the last frame is painted, in order', () => {
  const { pointers, log } = surface();
  pointers.down(mouse(0, 0));
  pointers.move([mouse(1, 0), mouse(2, 3), mouse(4, 4)]);
  expect(log.at(-1)).toEqual([
    'move',
    [
      { x: 1, y: 0, pressure: 1 },
      { x: 2, y: 3, pressure: 1 },
      { x: 4, y: 4, pressure: 1 },
    ],
  ]);
});

test.each([
  ['middle', 1, 4],
  ['right', 2, 2],
])('the %s button moves the picture', (_, button, buttons) => {
  const { pointers, log } = surface();
  pointers.down(mouse(10, 10, { button, buttons }));
  pointers.move([mouse(12, 11, { button: -1, buttons }), mouse(15, 12, { button: -1, buttons })]);
  pointers.move([mouse(14, 20, { button: -1, buttons })]);
  pointers.up(mouse(14, 20, { button, buttons: 0 }));
  expect(log).toEqual([
    ['pan', 5, 2],
    ['pan', -1, 8],
  ]);
});

test('where one pointer moves the picture it does not paint', () => {
  const { pointers, log } = surface({ pans: true });
  pointers.down(finger(1, 10, 10));
  pointers.move([finger(1, 13, 6)]);
  pointers.up(finger(1, 13, 6));
  expect(log).toEqual([['pan', 3, -4]]);
});

test('a pen’s pressure is handed on; one that tells none presses fully', () => {
  const { pointers, log } = surface();
  pointers.down(pen(1, 1, { pressure: 0.25 }));
  pointers.move([pen(2, 1, { pressure: 0.75 }), pen(3, 1, { pressure: 0 })]);
  expect(log).toEqual([
    ['begin', { x: 1, y: 1, pressure: 0.25 }, false],
    [
      'move',
      [
        { x: 2, y: 1, pressure: 0.75 },
        { x: 3, y: 1, pressure: 1 },
      ],
    ],
  ]);
});

test('a finger presses fully', () => {
  const { pointers, log } = surface();
  pointers.down(finger(1, 3, 4));
  expect(log).toEqual([['begin', { x: 3, y: 4, pressure: 1 }, false]]);
});

test.each([
  ['Alt', mouse(5, 5, { altKey: true })],
  ['the pen’s other end', pen(5, 5, { button: 5, buttons: 32 })],
])('%s erases', (_, event) => {
  const { pointers, log } = surface();
  pointers.down(event);
  expect(log).toEqual([['begin', expect.objectContaining({ x: 5, y: 5 }), true]]);
});

test.each([
  ['takes back where the first has slipped', 20, 'cancel'],
  ['leaves what the first has painted', 60, 'end'],
])('a second finger %s', (_, x, last) => {
  const { pointers, log } = surface();
  pointers.down(finger(1, 10, 10));
  pointers.move([finger(1, x, 10)]);
  pointers.move([finger(1, 12, 10)]);
  pointers.down(finger(2, 40, 10));
  pointers.move([finger(2, 50, 10)]);
  expect(log.map(([name]) => name)).toEqual(['begin', 'move', 'move', last, 'pan', 'zoom']);
});

test('two fingers move the picture by the middle between them and zoom it by their distance', () => {
  const { pointers, log } = surface({ corner: { x: 100, y: 0 }, pans: true });
  pointers.down(finger(1, 200, 100));
  pointers.down(finger(2, 220, 100));
  pointers.move([finger(2, 230, 100), finger(2, 240, 100)]);
  expect(log).toEqual([
    ['pan', 10, 0],
    ['zoom', 2, { x: 120, y: 100 }],
  ]);
  pointers.move([finger(1, 220, 100)]);
  expect(log.slice(2)).toEqual([
    ['pan', 10, 0],
    ['zoom', 0.5, { x: 130, y: 100 }],
  ]);
});

test('two fingers at one place zoom by no impossible number', () => {
  const { pointers, log } = surface();
  pointers.down(finger(1, 10, 10));
  pointers.down(finger(2, 10, 10));
  pointers.move([finger(2, 14, 10)]);
  expect(log.at(-1)).toEqual(['zoom', 4, { x: 12, y: 10 }]);
});

test('the finger that stays after a pinch does not paint, the next one does', () => {
  const { pointers, log } = surface();
  pointers.down(finger(1, 10, 10));
  pointers.down(finger(2, 40, 10));
  pointers.up(finger(2, 40, 10));
  log.length = 0;
  pointers.move([finger(1, 20, 20)]);
  pointers.up(finger(1, 20, 20));
  expect(log).toEqual([]);

  pointers.down(finger(3, 5, 5));
  pointers.up(finger(3, 5, 5));
  expect(log.map(([name]) => name)).toEqual(['begin', 'end']);
});

test.each([
  ['no touch of a palm', finger(1, 10, 10), finger(1, 14, 10), 'cancel'],
  ['what a finger has painted', finger(1, 10, 10), finger(1, 60, 10), 'end'],
  ['what a pen has painted, were it a dot', pen(10, 10), pen(11, 10), 'end'],
])('where the browser takes a pointer away it leaves %s', (_, down, moved, last) => {
  const { pointers, log } = surface();
  pointers.down(down);
  pointers.move([moved]);
  pointers.lost(moved);
  pointers.move([moved]);
  pointers.up(moved);
  expect(log.map(([name]) => name)).toEqual(['begin', 'move', last]);
});

test('a pen paints, though a hand lies on the glass already', () => {
  const { pointers, log } = surface();
  pointers.down(finger(1, 10, 10));
  pointers.down(finger(2, 90, 90));
  log.length = 0;
  pointers.down(pen(50, 50));
  pointers.move([finger(2, 80, 80)]);
  pointers.move([pen(51, 50)]);
  pointers.up(finger(1, 10, 10));
  pointers.up(pen(51, 50));
  expect(log.map(([name]) => name)).toEqual(['begin', 'move', 'end']);
});

test('a hand leaves no mark where a pen has painted: it moves the picture, and two fingers zoom', () => {
  const { pointers, log } = surface();
  pointers.down(pen(1, 1));
  pointers.up(pen(1, 1));
  log.length = 0;
  pointers.down(finger(7, 10, 10));
  pointers.move([finger(7, 14, 9)]);
  pointers.down(finger(8, 30, 10));
  pointers.move([finger(8, 40, 10)]);
  expect(log.map(([name]) => name)).toEqual(['pan', 'pan', 'zoom']);
  pointers.up(finger(7, 14, 9));
  pointers.up(finger(8, 40, 10));
  log.length = 0;
  pointers.down(mouse(5, 5));
  expect(
    log.map(([name]) => name),
    'a mouse paints on',
  ).toEqual(['begin']);
});

test('a finger paints beside a pen where that is asked for, but no palm while the pen is down', () => {
  const { pointers, log, pen: only } = surface();
  pointers.down(pen(1, 1));
  pointers.up(pen(1, 1));
  only.alone = false;
  log.length = 0;
  pointers.down(finger(7, 10, 10));
  pointers.up(finger(7, 10, 10));
  pointers.down(pen(1, 1));
  pointers.down(finger(8, 90, 90));
  pointers.move([finger(8, 80, 80)]);
  pointers.up(pen(1, 1));
  expect(log.map(([name]) => name)).toEqual(['begin', 'end', 'begin', 'end']);
  expect(only.alone).toBe(false);
});

test.each([
  ['a stroke ends', mouse(10, 20), ['begin', 'end']],
  ['the picture stays', mouse(10, 20, { button: 2, buttons: 2 }), []],
])('where nobody says that a button was let go, %s when it is moved without one', (_, down, expected) => {
  const { pointers, log } = surface();
  pointers.down(down);
  for (const x of [30, 40]) pointers.move([mouse(x, 20, { buttons: 0 })]);
  expect(log.map(([name]) => name)).toEqual(expected);
});
