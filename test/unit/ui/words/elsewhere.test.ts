import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { saidInComponent, saidInProgram } from './said';

const page = join(import.meta.dirname, '../../../../src/ui');
const files = readdirSync(page, { recursive: true, encoding: 'utf8' });
const components = files.filter((file) => file.endsWith('.svelte'));
const programs = files.filter((file) => file.endsWith('.ts') && !/^words[/\\]/.test(file));

/** The same in every language: names, what stands on keys, and what programs read. */
const names: ReadonlySet<string> = new Set([
  ...['Drobė', 'px', 'Esc', 'Ctrl', 'https://huggingface.co/…'],
  ...['Stable Diffusion 1.x', 'Euler a', 'Latent (bicubic antialiased)', 'latent noise', 'latent nothing'],
  ...['Stability AI Community', 'CreativeML OpenRAIL-M', 'CreativeML OpenRAIL++-M'],
  ...['VAE Decoder', 'Postprocess upscale by', 'Postprocess upscaler', 'bilinear antialiased', 'take over'],
  ...[
    'system-ui, sans-serif',
    '(prefers-color-scheme: dark)',
    'a[href], button, input, select, textarea, summary, [tabindex]',
  ],
]);

const strange = (file: string): string[] => {
  const source = readFileSync(join(page, file), 'utf8');
  const said = file.endsWith('.svelte') ? saidInComponent(source) : saidInProgram(source);
  return said.filter(({ text }) => !names.has(text)).map(({ line, text }) => `${file}:${line} ${text}`);
};

test('components say nothing by themselves: all is in words, and so in every language', () => {
  expect(components.length).toBeGreaterThan(90);
  expect(components.flatMap(strange)).toEqual([]);
});

test('nor do programs of the page', () => {
  expect(programs.length).toBeGreaterThan(90);
  expect(programs.flatMap(strange)).toEqual([]);
});

test('what would be said by itself is found', () => {
  const component = `<script lang="ts">
      import { a } from './not a sentence';
      const told = { brush: 'Paint here', key: 'Escape' };
      const choices = [{ label: 'Brush' }];
      let name = $props.id();
    </script>
    <p class="large hint" title="Say it">Hello {name}</p>
    <button aria-label={name ? 'Close' : told.key} onclick={() => a('x')}>{name === 'other' ? 'More' : ''}</button>
    <Notice text={\`\${name} is gone\`} what="hint" />`;
  expect(saidInComponent(component)).toEqual([
    { line: 7, text: 'Say it' },
    { line: 7, text: 'Hello' },
    { line: 8, text: 'Close' },
    { line: 8, text: 'More' },
    { line: 9, text: 'is gone' },
    { line: 3, text: 'Paint here' },
    { line: 4, text: 'Brush' },
  ]);
  expect(
    saidInProgram(`import type { A } from 'b c';
      throw new DrobeError('bad-request', { reason: 'nothing is masked' });
      export const keys: A[] = [{ keys: ['Ctrl+Z'], words: 'Undo' }, { words: () => said.undo }];
      type Kind = 'latent noise' | 'fill';`),
  ).toEqual([{ line: 3, text: 'Undo' }]);
});
