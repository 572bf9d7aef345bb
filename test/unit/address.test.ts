import { expect, it } from 'vitest';
import { hasSecrets, withoutSecrets } from '../../src/address';
import { DrobeError } from '../../src/errors';

it.each([
  ['https://a.example/b.safetensors', 'https://a.example/b.safetensors'],
  ['https://a.example/b?token=c0ffee&type=Model', 'https://a.example/b?…'],
  ['https://a.example/b?c0ffee', 'https://a.example/b?…'],
  ['https://a.example/b#token=c0ffee', 'https://a.example/b?…'],
  ['https://ann:c0ffee@a.example/b', 'https://a.example/b'],
  ['https://c0ffee@a.example', 'https://a.example'],
  ['https://ann:c0ff@ee@a.example/b', 'https://a.example/b'],
  ['//ann:c0ffee@a.example/b', '//a.example/b'],
  ['https//a.example/b?X-Amz-Signature=c0ffee', 'https//a.example/b?…'],
  ['a.example/b?api_key=c0ffee', 'a.example/b?…'],
  ['password=c0ffee and more', 'password=… and more'],
  ['x=token=c0ffee', 'x=token=…'],
  ['a?b and x?y//a.example/b#c0ffee', 'a?… and x?y//a.example/b?…'],
  ['https://a.example/hf_c0ffeec0ffee/b', 'https://a.example/hf_…/b'],
  [
    'cannot be built from https://ann:c0ffee@a.example/b?x=1, sorry',
    'cannot be built from https://a.example/b?… sorry',
  ],
])('what may be a key is not shown: %s', (address, shown) => {
  expect(withoutSecrets(address)).toBe(shown);
});

it('a text that was made to take long is looked through at once', () => {
  for (const text of ['token-', '//', 'a-', '?key', '@//', 'key='].map((part) => part.repeat(20_000)))
    expect(withoutSecrets(text).length).toBeGreaterThan(0);
}, 2000);

it('an address with a parameter or a name in it may hold a key', () => {
  const plain = [
    'https://a.example/b',
    'https://a.example/b#c?d',
    'https://a.example/b@c',
    'https://a.example/?',
  ];
  expect(plain.filter(hasSecrets)).toEqual([]);
  expect(['https://a.example/b?c', 'https://ann@a.example/b'].map(hasSecrets)).toEqual([true, true]);
});

it('no error tells a key, whoever throws it', () => {
  const { facts, message } = new DrobeError('network', {
    url: 'https://a.example/b?token=c0ffee',
    reason: 'no URL: https://ann:c0ffee@a.example/',
    status: 7,
  });
  expect(JSON.stringify([facts, message])).not.toContain('c0ffee');
  expect(facts['status']).toBe(7);
});
