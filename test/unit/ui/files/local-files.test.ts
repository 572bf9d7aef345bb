import { expect, test } from 'vitest';
import { droppedFiles, filesOfFolder } from '../../../../src/ui/files/local-files';

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

test('settings that say how a model is drawn are taken with it, and not without one', async () => {
  const settings = {
    scheduler: { 'scheduler_config.json': '{}', 'notes.txt': 'x' },
    vae: { 'config.json': '{}', 'e.safetensors': 'x' },
    unet: { 'config.json': '{}' },
    'sd.yaml': 'x',
  };
  expect(await paths({ sd: settings })).toEqual([
    'sd/vae/e.safetensors',
    'sd/scheduler/scheduler_config.json',
    'sd/vae/config.json',
    'sd/sd.yaml',
  ]);
  const lora = { 'adapter_config.json': '{}', 'adapter_model.safetensors': 'x', 'notes.json': '{}' };
  expect(await paths({ lora })).toEqual(['lora/adapter_model.safetensors', 'lora/adapter_config.json']);
  expect(await paths({ sd: { 'a.yaml': 'x', 'b.yaml': 'x' } })).toEqual(['sd/a.yaml']);
});

test('files on their own are all taken, whatever they are', async () => {
  expect(await paths({ 'a.bin': 'x', 'b.safetensors': 'x', 'c.json': 'x' })).toEqual([
    'a.bin',
    'b.safetensors',
    'c.json',
  ]);
});

test('.sft is another name for .safetensors', async () => {
  expect(await paths({ up: { 'a.json': '{}', 'b.pth': 'x', 'c.sft': 'x' } })).toEqual(['up/c.sft']);
});

test('of a folder of diffusers with PyTorch files alone these are taken, with its settings', async () => {
  const folder = {
    unet: { 'config.json': '{}', 'diffusion_pytorch_model.bin': 'x' },
    text_encoder: { 'pytorch_model.fp16.bin': 'x', 'optimizer.bin': 'x' },
    scheduler: { 'scheduler_config.json': '{}' },
  };
  expect(await paths({ sd: folder })).toEqual([
    'sd/unet/diffusion_pytorch_model.bin',
    'sd/text_encoder/pytorch_model.fp16.bin',
    'sd/scheduler/scheduler_config.json',
  ]);
});

test('of a folder without .safetensors its PyTorch files are taken', async () => {
  const folder = { up: { 'a.json': '{}', 'b.pth': 'x', 'c.pth': 'x', 'd.txt': 'x' } };
  expect(await paths(folder)).toEqual(['up/b.pth', 'up/c.pth']);
});

test('of a folder without a model the pictures are taken', async () => {
  const folder = { up: { 'a.txt': 'x', 'b.png': 'x', in: { 'c.webp': 'x' } } };
  expect(await paths(folder)).toEqual(['up/b.png', 'up/in/c.webp']);
});

test('a folder without a model gives a pickle, or else its first file, to be refused in its own words', async () => {
  expect(await paths({ sd: { 'a.json': '{}', 'b.bin': 'x', 'c.bin': 'x' } })).toEqual(['sd/b.bin']);
  expect(await paths({ sd: { 'a.json': '{}' } })).toEqual(['sd/a.json']);
  expect(await paths({ sd: {} })).toEqual([]);
});

test('files that shall be used in place come with what finds them again, those in folders too', async () => {
  const handleOf = (name: string, content: Tree | string): unknown =>
    typeof content === 'string'
      ? { kind: 'file', name, getFile: async () => new File([content], name) }
      : {
          kind: 'directory',
          name,
          values: async function* () {
            for (const [inner, its] of Object.entries(content)) yield handleOf(inner, its);
          },
        };
  const dropped = (tree: Tree): DataTransfer => {
    const plain = drop(tree);
    const top = Object.entries(tree);
    return {
      files: plain.files,
      items: top.map(([name, content], i) => ({
        webkitGetAsEntry: () => plain.items[i]!.webkitGetAsEntry(),
        getAsFileSystemHandle: async () => handleOf(name, content),
      })),
    } as unknown as DataTransfer; // see above
  };
  const tree = { sd: { unet: { 'a.safetensors': 'x', 'b.json': '{}' }, '.git': { 'c.safetensors': 'x' } } };
  const found = await droppedFiles(dropped(tree), true);
  expect(found.map(({ path }) => path)).toEqual(['sd/unet/a.safetensors']);
  expect(found[0]!.handle).toMatchObject({ kind: 'file', name: 'a.safetensors' });
  const alone = await droppedFiles(dropped({ 'a.bin': 'x', 'b.safetensors': 'x' }), true);
  expect(alone.map(({ path, handle }) => [path, handle?.name])).toEqual([
    ['a.bin', 'a.bin'],
    ['b.safetensors', 'b.safetensors'],
  ]);
  const copied = await droppedFiles(dropped(tree), false);
  expect(copied.map(({ handle }) => handle)).toEqual([undefined]);
});

test('of a folder that was chosen the same is taken as of one that was dropped', async () => {
  const chosen = (...names: string[]) =>
    filesOfFolder(
      names.map((path) =>
        Object.defineProperty(new File(['x'], path.slice(path.lastIndexOf('/') + 1)), 'webkitRelativePath', {
          value: path,
        }),
      ),
    ).map(({ path }) => path);
  expect(
    chosen(
      'sd/README.md',
      'sd/preview.png',
      'sd/.cache/x.safetensors',
      'sd/unet/config.json',
      'sd/unet/a.bin',
      'sd/unet/c.safetensors',
      'sd/vae/._e.safetensors',
      'sd/vae/e.SafeTensors',
    ),
  ).toEqual(['sd/unet/c.safetensors', 'sd/vae/e.SafeTensors']);
  expect(chosen('sd/a.json', 'sd/b.bin')).toEqual(['sd/b.bin']);
  expect(chosen()).toEqual([]);
});

test('what the browser cannot find again is taken as it was dropped', async () => {
  const none = [Promise.reject.bind(Promise, new DOMException('gone', 'NotFoundError'))];
  // What Chromium gives for what is not on the disk, whatever its type says.
  none.push(() => Promise.resolve(undefined as never));
  for (const getAsFileSystemHandle of none) {
    const dropped = drop({ 'photo.png': 'x', 'a.bin': 'y' });
    for (const item of dropped.items) Object.assign(item, { getAsFileSystemHandle });
    const paths = async () => (await droppedFiles(dropped, true)).map(({ path }) => path);
    expect(await paths()).toEqual(['photo.png', 'a.bin']);
    const file: Partial<FileSystemFileHandle> = {
      kind: 'file',
      name: 'a.bin',
      getFile: async () => new File(['y'], 'a.bin'),
    };
    Object.assign(dropped.items[1]!, { getAsFileSystemHandle: async () => file });
    expect((await paths()).toSorted()).toEqual(['a.bin', 'photo.png']);
  }
});
