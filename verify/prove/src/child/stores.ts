const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
const { exec } = DatabaseSync.prototype;
const opened = new Set<InstanceType<typeof DatabaseSync>>();

/** Notes every SQLite database that is set up from now on. */
export function watchStores(): void {
  DatabaseSync.prototype.exec = function noted(sql) {
    opened.add(this);
    exec.call(this, sql);
  };
}

const UNLIMITED = 4_294_967_294;

/** No database may grow any more: SQLite itself then answers each write that needs a page with SQLITE_FULL, as on a full disk. */
export function fillStores(full: boolean): void {
  for (const database of opened) {
    if (!database.isOpen) continue;
    const pages = full ? Number(database.prepare('PRAGMA page_count').get()?.page_count) : UNLIMITED;
    exec.call(database, `PRAGMA max_page_count = ${pages}`);
  }
}
