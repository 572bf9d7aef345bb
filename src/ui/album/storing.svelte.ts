import { toDrobeError, type DrobeError } from '../../errors';
import type { AlbumDatabase } from './database/album-database';

/** The database, and its failures: where it fails, work goes on without it. */
export class Storing {
  /** Why something could not be stored. */
  failure = $state.raw<DrobeError | null>(null);
  /** Null where nothing is to be stored. */
  readonly database: AlbumDatabase | null;

  constructor(database: AlbumDatabase | null) {
    this.database = database;
  }

  /** The result; null where it failed, which sets `failure`, or where nothing is to be stored. */
  async attempt<T>(work: (database: AlbumDatabase) => Promise<T>): Promise<T | null> {
    if (!this.database) return null;
    try {
      return await work(this.database);
    } catch (thrown) {
      this.failure = toDrobeError(thrown);
      return null;
    }
  }
}
