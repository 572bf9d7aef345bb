/** Styles speak the design language: what src/design.css has a name for stands there, and nowhere else as a number. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const withoutRemarks = (css: string) => css.replace(/\/\*.*?\*\//gs, '');

interface Declaration {
  readonly file: string;
  readonly property: string;
  readonly value: string;
}

const page = readdirSync(new URL('../../../src/ui', import.meta.url), { recursive: true, encoding: 'utf8' });
const filesOf = (ending: string) =>
  page.filter((path) => path.endsWith(ending)).map((path) => `src/ui/${path.replaceAll('\\', '/')}`);
const components = filesOf('.svelte').map((file) => ({ file, text: read(file) }));
const sheets = [
  { file: 'src/app.css', css: read('src/app.css') },
  ...components.map(({ file, text }) => ({ file, css: /<style>(.*)<\/style>/s.exec(text)?.[1] ?? '' })),
];
const declarations = sheets.flatMap(({ file, css }) =>
  [...withoutRemarks(css).matchAll(/([\w-]+):\s([^;{}]+);/g)].map(
    ([, property = '', value = '']): Declaration => ({ file, property, value: value.replace(/\s+/g, ' ') }),
  ),
);

const language = withoutRemarks(read('src/design.css'));
const tokens = new Set([...language.matchAll(/(--[\w-]+):/g)].map(([, name = '']) => name));

/** What a value may not have in it, by what it is a value of. A line of one pixel is a line, and no distance. */
const kinds: Readonly<Record<string, (property: string, value: string) => boolean>> = {
  'a colour': (_, value) => /#[\da-f]{3}|\b(?:rgba?|hsla?|oklch|light-dark)\(/i.test(value),
  'a size of type': (property, value) => /^font(?:-size)?$/.test(property) && /\d(?:px|rem)\b/.test(value),
  'a duration': (_, value) => /\d(?:ms|s)\b/.test(value),
  'a layer': (property, value) => property === 'z-index' && /\d/.test(value),
  'a corner': (property, value) => property.endsWith('radius') && /[1-9]px/.test(value),
  'a distance': (property, value) =>
    /^(?:(?:row-|column-)?gap|(?:scroll-)?(?:padding|margin)(?:-.*)?)$/.test(property) &&
    /(?:[2-9]|\d\d)px/.test(value),
  'a shadow': (property, value) => property === 'box-shadow' && /var\(--shadow\)/.test(value),
};

test.each(Object.keys(kinds))('no component has %s of its own', (kind) => {
  const own = declarations.filter(({ property, value }) => kinds[kind]!(property, value)); // one of them
  expect(own.map(({ file, property, value }) => `${file}: ${property}: ${value}`)).toEqual([]);
});

test('whatever a style asks for by name there is', () => {
  const local = new Set(
    [
      ...sheets.map(({ css }) => css),
      ...components.map(({ text }) => text),
      ...filesOf('.ts').map(read),
    ].flatMap((text) =>
      [...text.matchAll(/(?:style:|['" ]|^)(--[\w-]+)(?=['"=:])/gm)].map(([, name = '']) => name),
    ),
  );
  const asked = declarations.flatMap(({ file, value }) =>
    [...value.matchAll(/var\((--[\w-]+)/g)].map(([, name = '']) => ({ file, name })),
  );
  expect(asked.length).toBeGreaterThan(500);
  expect(asked.filter(({ name }) => !tokens.has(name) && !local.has(name))).toEqual([]);
});

test('whatever the design language has a name for is used', () => {
  const everything = [
    language,
    ...sheets.map(({ css }) => css),
    ...components.map(({ text }) => text),
  ].join();
  expect([...tokens].filter((name) => !everything.includes(`var(${name}`))).toEqual([]);
});
