import { afterEach, beforeEach, expect, test } from 'vitest';
import { integrityOf } from '../../../src/cli/integrity-plugin';
import { soundBytes } from '../../../src/runtime/sound';
import { HostileServer } from '../../hostile';

const bytes = Buffer.from('\0asm and what belongs to it');
const sum = integrityOf(bytes);
let server: HostileServer;

beforeEach(async () => (server = await new HostileServer(bytes).start()));
afterEach(() => server.stop());

test('a file is taken as it was built', async () => {
  expect(Buffer.from(await soundBytes(server.url('ort.wasm'), sum))).toEqual(bytes);
});

test('one changed bit is told, and the file is not taken', async () => {
  server.bytes = bytes.map((byte, i) => (i === 9 ? byte ^ 1 : byte));
  await expect(soundBytes(server.url('ort.wasm'), sum)).rejects.toMatchObject({
    code: 'app-damaged',
    facts: { file: 'ort.wasm' },
  });
});

test('a file that cannot be had is not called damaged', async () => {
  server.habits.statuses = [404, 404];
  await expect(soundBytes(server.url('ort.wasm'), sum)).rejects.toMatchObject({
    code: 'network',
    facts: { status: 404 },
  });
});
