import { expect, test } from 'vitest';
import type { ModelFacts } from '../../../../src/engine/api';
import { en } from '../../../../src/ui/words/en';

const holding = (facts: Partial<ModelFacts>): string => en.loans.holds(facts as ModelFacts);

test('a list tells which parts a file lacks, and of T5 whether it is there where it might be', () => {
  expect(holding({})).toBe('');
  expect(holding({ lacks: 'VAE' })).toBe('without VAE');
  expect(holding({ t5: true })).toBe('with T5');
  expect(holding({ lacks: 'text encoder and second text encoder', t5: false })).toBe(
    'without text encoder and second text encoder, without T5',
  );
});

test('models that have no UNet are said to take no control models and no reference images', () => {
  const xl = { family: 'Stable Diffusion XL' };
  const sd3 = { family: 'Stable Diffusion 3.5 Medium', t5: false };
  expect(en.control.noNet(xl)).toContain('import a ControlNet');
  expect(en.control.noNet(sd3)).toContain('takes no control models here');
  expect(en.reference.noAdapter(xl, [])).toContain('import one');
  expect(en.reference.noAdapter(sd3, ['Stable Diffusion XL'])).toContain('takes no reference images here');
});
