/**
 * What survives the page: pictures, desks, and runs that were unfinished or waiting. It is kept in a database of its own in
 * this browser, in an order that does not depend on any clock.
 */
import { freeBytes } from '../../../weights/db';
import type { News } from '../kept';
import { Database } from './database';
import { Desks } from './desks';
import { Errands } from './errands';
import { Pictures } from './pictures';
import { Tab, type Session } from './tab';
import { Waiting } from './waiting';

const DATABASE = 'drobe-drawer-1';

export class Drawer {
  readonly pictures: Pictures;
  readonly errands: Errands;
  readonly desks: Desks;
  readonly waiting: Waiting;
  readonly #channel: () => BroadcastChannel;

  /** @param session storage in which this tab finds its name again. */
  constructor(name = DATABASE, session: Session | null = null) {
    const database = new Database(name);
    let channel: BroadcastChannel | undefined;
    this.#channel = () => (channel ??= new BroadcastChannel(name));
    this.desks = new Desks(database, new Tab(name, session));
    this.pictures = new Pictures(database, this.desks, (news) => this.#channel().postMessage(news));
    this.errands = new Errands(database, this.pictures);
    this.waiting = new Waiting(database, this.desks);
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
