import type { DirectoryDb } from './database.ts';

/** Things that have a name and settings as JSON: trunks, routes, rights, sites. `B` is checked before it is put in. */
export function documents<B>(db: DirectoryDb, table: 'trunks' | 'routes' | 'rights' | 'sites') {
  type Row = { readonly id: string; readonly body: string };
  const one = db.prepare<[string], Row>(`SELECT id, body FROM ${table} WHERE id = ?`);
  const all = db.prepare<[], Row>(`SELECT id, body FROM ${table} ORDER BY id`);
  const put = db.prepare(
    `INSERT INTO ${table} (id, body) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
  );
  const remove = db.prepare(`DELETE FROM ${table} WHERE id = ?`);
  const read = ({ id, body }: Row): B & { readonly id: string } => ({ ...(JSON.parse(body) as B), id });
  return {
    find(id: string): (B & { readonly id: string }) | null {
      const row = one.get(id);
      return row === undefined ? null : read(row);
    },
    all: (): readonly (B & { readonly id: string })[] => all.all().map(read),
    put: (id: string, body: B): void => void put.run(id, JSON.stringify(body)),
    remove: (id: string): void => void remove.run(id),
  };
}
