import { expect, test } from 'vitest';
import type { Predicts } from '../../../../src/engine/api';
import { en } from '../../../../src/ui/words/en';

const usual: Predicts = { prediction: 'epsilon', zeroSnr: false, sigmaMax: null, told: [] };
const noob: Predicts = { prediction: 'v', zeroSnr: true, sigmaMax: null, told: ['metadata', 'marks'] };
const cosXl: Predicts = { prediction: 'v', zeroSnr: false, sigmaMax: 120.00000001, told: ['marks'] };

test('what a model predicts is named, and over which noise', () => {
  expect(en.predicts.predicts(usual)).toBe('predicts noise');
  expect(en.predicts.predicts(noob)).toBe('predicts v, zero terminal SNR');
  expect(en.predicts.predicts(cosXl)).toBe('predicts v, EDM schedule, σ up to 120');
  expect(en.predicts.predicts({ ...usual, prediction: null })).toBe(
    'predicts noise or v, which a trial shows',
  );
});

test('so is who says it', () => {
  expect(en.predicts.tellers(usual)).toBe('');
  expect(en.predicts.tellers({ ...usual, told: ['yaml'] })).toBe(' (as the .yaml beside it says)');
  expect(en.predicts.tellers(noob)).toBe(' (as its metadata and marks among its tensors say)');
});

test('a list tells what is not as in most models', () => {
  expect(en.predicts.unusual(undefined)).toBe('');
  expect(en.predicts.unusual(usual)).toBe('');
  expect(en.predicts.unusual(noob)).toMatch(/^predicts v, zero terminal SNR \(/);
  expect(en.predicts.unusual({ ...usual, told: ['scheduler'] })).toMatch(/^predicts noise \(/);
});

test('a person chooses beside what the model says itself', () => {
  expect(en.predicts.predictionChoices(noob).auto).toBe('As the model says (v)');
  expect(en.predicts.predictionChoices({ ...usual, prediction: null }).auto).toBe(
    'As the model says (a trial shows)',
  );
  expect(en.predicts.predictionChoices(undefined).auto).toBe('As the model says');
  expect(en.predicts.zeroSnrChoices(noob).auto).toBe('As the model says (on)');
  expect(en.predicts.zeroSnrChoices(usual).auto).toBe('As the model says (off)');
});
