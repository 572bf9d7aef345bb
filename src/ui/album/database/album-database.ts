import { freeBytes } from '../../../weights/db';
import type { KeyValueStorage } from '../../settings/persisted.svelte';
import type { News } from '../stored';
import { EntryStore } from './entry-store';
import { StoredInputs } from './stored-inputs';
import { StoredPictures } from './stored-pictures';
import { StoredQueue } from './stored-queue';
import { StoredRuns } from './stored-runs';
import { Tab } from './tab';

/** The name that it had in the first version: pictures lie there. */
const DATABASE = 'drobe-drawer-1';

/**
 * What survives the page: pictures, what each tab draws from, and runs that were unfinished or waiting. It is kept in a
 * database of its own in this browser, in an order that does not depend on any clock.
 */
export class AlbumDatabase {
  readonly pictures: StoredPictures;
  readonly runs: StoredRuns;
  readonly inputs: StoredInputs;
  readonly queue: StoredQueue;
  readonly #channel: () => BroadcastChannel;

  /** @param session storage in which this tab finds its name again. */
  constructor(name = DATABASE, session: KeyValueStorage | null = null) {
    const entries = new EntryStore(name);
    let channel: BroadcastChannel | undefined;
    this.#channel = () => (channel ??= new BroadcastChannel(name));
    this.inputs = new StoredInputs(entries, new Tab(name, session));
    this.pictures = new StoredPictures(entries, this.inputs, (news) => this.#channel().postMessage(news));
    this.runs = new StoredRuns(entries, this.pictures);
    this.queue = new StoredQueue(entries, this.inputs);
  }

  /** Tells what other tabs do to pictures. */
  watch(told: (news: News) => void): void {
    this.#channel().onmessage = ({ data }: MessageEvent<News>) => told(data);
  }

  /** Bytes that the browser says it would still take; null where it does not tell. */
  freeBytes(): Promise<number | null> {
    return freeBytes();
  }
}
