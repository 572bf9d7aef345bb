import { expect, test } from 'vitest';
import type { Lacking } from '../../../../src/engine/api';
import { Loans } from '../../../../src/ui/models/loans.svelte';
import { engine, full, fakeStorage } from '../fake';

const lack: Lacking = { part: 't5', optional: true, lenders: [full('large'), full('small')] };

test('whom a model borrows from, or from nobody, is remembered for each model in later visits', () => {
  const items: Record<string, string> = {};
  const loans = new Loans(engine({}), fakeStorage(items));
  expect([loans.of('one'), loans.lenderOf(lack, 'one')]).toEqual([{}, 'large']);
  loans.choose('one', lack, 'small');
  loans.choose('constructor', lack, '');

  const later = new Loans(engine({}), fakeStorage(items));
  expect([later.of('one'), later.lenderOf(lack, 'one')]).toEqual([{ t5: 'small' }, 'small']);
  expect([later.of('constructor'), later.lenderOf(lack, 'constructor')]).toEqual([{ t5: '' }, '']);
  expect(later.of('toString')).toEqual({});
});

test('what was stored otherwise counts for nothing', () => {
  const items = { 'drobe.loans.1': JSON.stringify({ models: { one: { t5: 7, vae: 'v' }, other: null } }) };
  const loans = new Loans(engine({}), fakeStorage(items));
  expect([loans.of('one'), loans.of('other')]).toEqual([{ vae: 'v' }, {}]);
});
