import { DatabaseSync } from 'node:sqlite';

/** Raised when another process has the folder open. */
export class FolderInUseError extends Error {
  /** @param pid the process that has the folder; 0 when it could not be read */
  constructor(folder: string, pid: number) {
    const who = pid > 0 ? `another process (pid ${pid})` : 'another process';
    super(
      `The embedded database in ${folder} is in use by ${who}: stop that one, or give this one a DATA_DIR of its own.`,
    );
    this.name = 'FolderInUseError';
  }
}

/**
 * Holds a folder for this process alone.
 *
 * SQLite's write lock does the work, for it is a lock of the operating system: it goes with the process that holds it,
 * however that process ends. So there are no stale locks, and a process id that was used again cannot be mistaken for
 * its former owner. The id is kept only to be named in the message, in the header field that SQLite leaves to its users.
 */
export class FolderLock {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /**
   * @param file the lock file, made if missing
   * @param folder what the error names
   * @throws FolderInUseError when it is held, by another process or by this one
   */
  static take(file: string, folder: string): FolderLock {
    const database = new DatabaseSync(file, { timeout: 0 });
    try {
      database.exec('BEGIN IMMEDIATE');
      database.exec(`PRAGMA user_version = ${process.pid}`);
      database.exec('COMMIT');
      database.exec('BEGIN IMMEDIATE');
      return new FolderLock(database);
    } catch (error) {
      const owner = isBusy(error) ? readOwner(database) : undefined;
      database.close();
      throw owner === undefined ? error : new FolderInUseError(folder, owner);
    }
  }

  release(): void {
    this.#database.close();
  }
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

function readOwner(database: DatabaseSync): number {
  try {
    return Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
  } catch {
    return 0; // Its owner is writing the number at this very moment.
  }
}
