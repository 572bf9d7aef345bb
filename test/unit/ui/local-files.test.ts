import { expect, test } from 'vitest';
import { droppedFiles } from '../../../src/ui/local-files';

interface Tree {
  readonly [name: string]: Tree | string;
}

/** What a browser hands out for a drop: folders give their entries two at a time. */
function drop(tree: Tree): DataTransfer {
  const entryOf = (name: string, content: Tree | string): unknown => {
    if (typeof content === 'string') {
      const file = (found: (file: File) => void, failed: (error: Error) => void) =>
        content === 'gone' ? failed(new Error('gone')) : found(new File([content], name));
      return { name, isFile: true, isDirectory: false, file };
    }
    const left = Object.entries(content).map(([inner, its]) => entryOf(inner, its));
    const readEntries = (found: (entries: unknown[]) => void) => found(left.splice(0, 2));
    return { name, isFile: false, isDirectory: true, createReader: () => ({ readEntries }) };
  };
  const top = Object.entries(tree);
  const dropped = {
    items: top.map(([name, content]) => ({ webkitGetAsEntry: () => entryOf(name, content) })),
    files: top.map(([name, content]) => new File([typeof content === 'string' ? content : ''], name)),
  };
  return dropped as unknown as DataTransfer; // as much of it as is asked
}
const paths = async (tree: Tree): Promise<string[]> =>
  (await droppedFiles(drop(tree))).map(({ path }) => path);

test('all models in a folder are found, with their places; what lies beside them is passed over', async () => {
  const found = await paths({
    sd: {
      'model_index.json': '{}',
      '.git': { 'x.safetensors': 'x' },
      unet: { 'config.json': '{}', 'a.bin': 'x', 'b.txt': 'x', 'c.safetensors': 'x', 'd.SafeTensors': 'x' },
      vae: { 'gone.safetensors': 'gone', '._e.safetensors': 'x', 'e.safetensors': 'x' },
    },
    'photo.png': 'x',
    'README.md': 'x',
  });
  expect(found).toEqual([
    'sd/unet/c.safetensors',
    'sd/unet/d.SafeTensors',
    'sd/vae/e.safetensors',
    'photo.png',
  ]);
});

test('files on their own are all taken, whatever they are', async () => {
  expect(await paths({ 'a.bin': 'x', 'b.safetensors': 'x', 'c.json': 'x' })).toEqual([
    'a.bin',
    'b.safetensors',
    'c.json',
  ]);
});

test('a folder without a model gives a pickle, or else its first file, to be refused in its own words', async () => {
  expect(await paths({ sd: { 'a.json': '{}', 'b.bin': 'x', 'c.bin': 'x' } })).toEqual(['sd/b.bin']);
  expect(await paths({ sd: { 'a.json': '{}' } })).toEqual(['sd/a.json']);
  expect(await paths({ sd: {} })).toEqual([]);
});
