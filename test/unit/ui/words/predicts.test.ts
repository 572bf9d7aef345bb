import { expect, test } from 'vitest';
import type { Predicts } from '../../../../src/engine/api';
import {
  predictionChoices,
  predictsWords,
  tellersWords,
  unusualWords,
  zeroSnrChoices,
} from '../../../../src/ui/words/predicts';

const usual: Predicts = { prediction: 'epsilon', zeroSnr: false, sigmaMax: null, told: [] };
const noob: Predicts = { prediction: 'v', zeroSnr: true, sigmaMax: null, told: ['metadata', 'marks'] };
const cosXl: Predicts = { prediction: 'v', zeroSnr: false, sigmaMax: 120.00000001, told: ['marks'] };

test('what a model predicts is named, and over which noise', () => {
  expect(predictsWords(usual)).toBe('predicts noise');
  expect(predictsWords(noob)).toBe('predicts v, zero terminal SNR');
  expect(predictsWords(cosXl)).toBe('predicts v, EDM schedule, σ up to 120');
  expect(predictsWords({ ...usual, prediction: null })).toBe('predicts noise or v, which a trial shows');
});

test('so is who says it', () => {
  expect(tellersWords(usual)).toBe('');
  expect(tellersWords({ ...usual, told: ['yaml'] })).toBe(' (as the .yaml beside it says)');
  expect(tellersWords(noob)).toBe(' (as its metadata and marks among its tensors say)');
});

test('a list tells what is not as in most models', () => {
  expect(unusualWords(undefined)).toBe('');
  expect(unusualWords(usual)).toBe('');
  expect(unusualWords(noob)).toMatch(/^predicts v, zero terminal SNR \(/);
  expect(unusualWords({ ...usual, told: ['scheduler'] })).toMatch(/^predicts noise \(/);
});

test('a person chooses beside what the model says itself', () => {
  expect(predictionChoices(noob).auto).toBe('As the model says (v)');
  expect(predictionChoices({ ...usual, prediction: null }).auto).toBe('As the model says (a trial shows)');
  expect(predictionChoices(undefined).auto).toBe('As the model says');
  expect(zeroSnrChoices(noob).auto).toBe('As the model says (on)');
  expect(zeroSnrChoices(usual).auto).toBe('As the model says (off)');
});
