import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TextHistory } from '../../../../../src/ui/settings/prompt/text-history';

/** Types a text letter by letter, each so many milliseconds after the one before. */
function typed(text: string, pause = 100) {
  const history = new TextHistory('');
  let at = 0;
  for (let i = 1; i <= text.length; i++) history.note(text.slice(0, i), 'insertText', (at += pause));
  return history;
}

test('a word is undone at once, the words before it stay', () => {
  const history = typed('red apple');
  expect(history.undo()).toEqual({ text: 'red ', start: 4, end: 4 });
  expect(history.undo()).toEqual({ text: '', start: 0, end: 0 });
  expect(history.undo()).toBeNull();
  expect([history.redo()?.text, history.redo()?.text, history.redo()]).toEqual(['red ', 'red apple', null]);
});

test('who pauses begins anew, and erasing is not typing', () => {
  expect(typed('red', 2000).undo()?.text).toBe('re');
  const history = typed('red');
  history.note('re', 'deleteContentBackward', 400);
  history.note('r', 'deleteContentBackward', 500);
  expect([history.undo()?.text, history.undo()?.text]).toEqual(['red', '']);
});

test('what the page puts there is undone whole, however much was typed before and after', () => {
  const history = typed('sun');
  history.note('red apple', null, 5000);
  history.note('red apples', 'insertText', 5100);
  expect([history.undo()?.text, history.undo()?.text]).toEqual(['red apple', 'sun']);
  history.note('house', null, 9000);
  expect(history.redo()).toBeNull();
});

test('what comes back is selected', () => {
  const history = new TextHistory('a red apple');
  history.note('a (red apple:1.1)', 'insertReplacementText', 0);
  expect(history.undo()).toEqual({ text: 'a red apple', start: 2, end: 11 });
});

test('a slider that is dragged is one step; two pastes are two', () => {
  const history = new TextHistory('<lora:a:1>');
  for (let i = 0; i < 20; i++) history.note(`<lora:a:1.${i}>`, null, 1000 + 50 * i);
  expect(history.undo()?.text).toBe('<lora:a:1>');
  history.note('one ', 'insertFromPaste', 9000);
  history.note('one two ', 'insertFromPaste', 9100);
  expect(history.undo()?.text).toBe('one ');
});

test('a sign that is composed is one step', () => {
  const history = new TextHistory('');
  for (const text of ['n', 'に', 'にh', 'にほ']) history.note(text, 'insertCompositionText', 100);
  expect(history.undo()).toEqual({ text: '', start: 0, end: 0 });
});

test('whatever happens to a text, undoing leads back to its beginning, and redoing to its end', () => {
  const change = fc.tuple(fc.string(), fc.constantFrom('insertText', 'insertFromPaste', null), fc.nat(1500));
  fc.assert(
    fc.property(fc.string(), fc.array(change, { maxLength: 50 }), (first, changes) => {
      const history = new TextHistory(first);
      let at = 0;
      let last = first;
      for (const [text, kind, pause] of changes) history.note((last = text), kind, (at += pause));
      let found = last;
      for (let state = history.undo(); state; state = history.undo()) {
        expect(state.start <= state.end && state.end <= state.text.length).toBe(true);
        found = state.text;
      }
      expect(found).toBe(first);
      for (let state = history.redo(); state; state = history.redo()) found = state.text;
      expect(found).toBe(last);
    }),
  );
});
