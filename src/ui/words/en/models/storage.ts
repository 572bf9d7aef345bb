/** What is said of downloads and of the browser's storage. */
import type { StorageFacts } from '../../../../engine/api';
import type { Coming } from '../../../models/downloads.svelte';
import { clean } from '../../format';
import { format } from '../format';
import type { Task } from '../../../models/model-storage.svelte';
import { problems } from '../problems';

const { bytes, count, timeLeft } = format;

/** How far a download is: "1.2 GB of 2.1 GB, 23.4 MB/s, about 40 s left". */
function comingWords({ stage, doneBytes, totalBytes, speed, left }: Coming): string {
  if (totalBytes === 0) return 'Starting';
  const amount = `${bytes(doneBytes)} of ${bytes(totalBytes)}`;
  if (stage === 'checking') return `${amount} checked`;
  const rate = speed === null ? [] : speed < 1 ? ['waiting for the server'] : [`${bytes(speed)}/s`];
  return [amount, ...rate, ...(left === null ? [] : [timeLeft(left)])].join(', ');
}

/** Of a download whose server gave its file another tag. */
const doubtWords =
  'Its server gave the file another mark than before. “Go on” takes it for the same file from another mirror.';

/** Of a download whose address may hold a key. */
const secretWords =
  'Its address holds more than a place, perhaps a key. It is kept in this browser until the download is done or discarded, to go on with, and is never shown.';

/** How much is stored, how much room is left, and whether it stays. */
function storageWords({ usedBytes, freeBytes, persisted }: StorageFacts): string {
  const used = usedBytes === null ? '' : `This page uses ${bytes(usedBytes)} of the browser's storage`;
  const free = freeBytes === null ? '' : `; there is room for ${bytes(freeBytes)} more`;
  const stays = persisted
    ? 'The browser has promised not to clear it by itself.'
    : 'When disk space runs low the browser may clear it.';
  return `${used && `${used}${free}. `}${stays}`;
}

/** Of pictures that were to be deleted, and were not. */
const leftWords = (pictures: number): string =>
  `${pictures === 1 ? 'One picture stays' : `${count(pictures)} pictures stay`}: another tab works with what ${pictures === 1 ? 'it was' : 'they were'} made of. Delete ${pictures === 1 ? 'it' : 'them'} there, or close that tab first.`;

/** What a check of a stored model is at, or found. */
function taskWords(task: Task, file: string): string {
  switch (task.kind) {
    case 'verifying':
      return task.totalBytes > 0 ? `${bytes(task.doneBytes)} of ${bytes(task.totalBytes)} read` : 'Reading…';
    case 'repairing': {
      if (task.totalBytes === 0) return 'Starting';
      const amount = `${bytes(task.doneBytes)} of ${bytes(task.totalBytes)}`;
      return task.stage === 'checking' ? `${amount} read` : `${amount} fetched again`;
    }
    case 'repaired':
      return task.bytes > 0
        ? `Repaired: ${bytes(task.bytes)} were fetched again, and are what was stored.`
        : 'Sound: every byte is as it was stored.';
    case 'failed':
      return problems.sentence(task.error, file);
    case 'verified': {
      const { damaged, unknown, server } = task;
      if (damaged?.length === 0)
        return unknown > 0
          ? `Nothing is missing, but there is nothing to compare ${bytes(unknown)} of it with.`
          : 'Sound: every byte is as it was stored.';
      const [first, ...more] = damaged ?? [];
      const others =
        more.length > 0
          ? ` and ${more.length === 1 ? 'another tensor' : `${count(more.length)} other tensors`}`
          : '';
      const what = first === undefined ? 'its header' : clean(first, 80) + others;
      const next = server
        ? `Press “Repair” to fetch what is damaged again from ${clean(server, 80)}, or import`
        : 'Import';
      return `Damaged: ${what}. ${next} the same file again: what is damaged is replaced.`;
    }
  }
}

export const storage = {
  coming: comingWords,
  doubt: doubtWords,
  secret: secretWords,
  kept: storageWords,
  left: leftWords,
  task: taskWords,
};
