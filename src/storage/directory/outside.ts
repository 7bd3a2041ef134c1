import type { CallingRights, RouteSettings } from '../../core/outside.ts';
import type { TrunkBody } from '../../protocol/trunks.ts';
import type { DirectoryDb } from './database.ts';
import { documents } from './documents.ts';

/** What belongs to the world outside, as typed rows. */
export type RouteBody = Omit<RouteSettings, 'id'>;
/**
 * Rights of a user, group, queue or the system (`user:ana`, `group:support`, `queue:billing`, `system`): what is not said of a
 * user is the group's, or nothing. The limits of a group are each member's; those of `Together` are all members'. A limit of 0 is
 * said, and is none: what is not said is not there.
 */
export type RightsBody = Partial<CallingRights> & Partial<Together>;
/** Limits of a group: for the calls of all its members, and those that it sends out itself, together. */
export type Together = {
  readonly groupMaxCalls: number | null;
  readonly groupCallsPerMinute: number | null;
  readonly groupMinutesPerDay: number | null;
};
/** A place with an address that an ambulance can find. */
export type SiteBody = {
  /** E.164: who is called back. */
  readonly callback: string;
  readonly location: string;
  /** Where the location can be fetched (RFC 6442, by reference); null for none. */
  readonly locationUri: string | null;
  /** For users of no site. */
  readonly isDefault: boolean;
  readonly users: readonly string[];
};

/** The rows of trunks, routes, rights and sites. Trunks also say what Asterisk was given of them. */
export function outsideRows(db: DirectoryDb) {
  const state = db.prepare<[], { id: string; applied: string | null; failure: string | null }>(
    'SELECT id, applied, failure FROM trunks',
  );
  const mark = db.prepare('UPDATE trunks SET applied = ?, failure = ? WHERE id = ?');
  const gone = db.prepare<[], { id: string }>('SELECT id FROM removed_trunks ORDER BY id');
  const bury = db.prepare('INSERT OR IGNORE INTO removed_trunks (id) VALUES (?)');
  const forget = db.prepare('DELETE FROM removed_trunks WHERE id = ?');
  const trunks = documents<TrunkBody>(db, 'trunks');
  return {
    trunks: {
      ...trunks,
      remove(id: string): void {
        trunks.remove(id);
        bury.run(id);
      },
      /** What Asterisk was last given of each (a hash), or why it was not. */
      pushed: () => new Map(state.all().map((row) => [row.id, row])),
      mark: (id: string, applied: string | null, failure: string | null): void => void mark.run(applied, failure, id),
      removed: (): readonly string[] => gone.all().map((row) => row.id),
      forget: (id: string): void => void forget.run(id),
    },
    routes: documents<RouteBody>(db, 'routes'),
    rights: documents<RightsBody>(db, 'rights'),
    sites: documents<SiteBody>(db, 'sites'),
  };
}
