import Sqlite from 'better-sqlite3';
import type { Alarm } from '../core/alarms.ts';
import type { NumberedFact } from '../core/facts.ts';
import type { Meta } from '../core/meta.ts';
import type { Trunk } from '../core/outside.ts';
import type { PhoneId, UserId } from '../core/settings.ts';
import type { Agent, Call, CallId, Leg, Offer, Phone } from '../core/state.ts';
import { upgradeAgent } from '../core/upgrade.ts';

/** What the front reads of `live.db`, which only the engine writes. */
export type LiveReader = ReturnType<typeof openLive>;

type Body = { readonly body: string };
type FactRow = { readonly seq: number; readonly at: number; readonly body: string };

/**
 * Opens `live.db` for reading, and a second connection that moves the write-ahead log into the file each second, so that routing
 * decisions do not wait for a disk: the engine itself moves only what is left of a log that has grown too long.
 */
export function openLive(file: string) {
  const db = new Sqlite(file, { readonly: true, fileMustExist: true });
  const writer = new Sqlite(file, { fileMustExist: true });
  writer.pragma('busy_timeout = 0');
  const checkpoints = setInterval(() => {
    try {
      writer.pragma('wal_checkpoint(PASSIVE)');
    } catch {
      // The engine holds the file, or the disk is full: the log waits for the next second, and the engine says the latter.
    }
  }, 1_000);

  const trunks = db.prepare<[], Body>('SELECT body FROM trunks');
  const agents = db.prepare<[], Body>('SELECT body FROM agents ORDER BY id');
  const agent = db.prepare<[string], Body>('SELECT body FROM agents WHERE id = ?');
  const alarms = db.prepare<[], Body>('SELECT body FROM alarms ORDER BY id');
  const meta = db.prepare<[], Body>('SELECT body FROM meta');
  const phones = db.prepare<[], Body>('SELECT body FROM phones ORDER BY id');
  const phone = db.prepare<[string], Body>('SELECT body FROM phones WHERE id = ?');
  const calls = db.prepare<[], Body>('SELECT body FROM calls ORDER BY id');
  const call = db.prepare<[string], Body>('SELECT body FROM calls WHERE id = ?');
  const leg = db.prepare<[string], Body>('SELECT body FROM legs WHERE id = ?');
  const offer = db.prepare<[string], Body>('SELECT body FROM offers WHERE id = ?');
  const caller = db.prepare<[string], { number: string; name: string }>(
    'SELECT number, name FROM callers WHERE call = ?',
  );
  const lastSeq = db.prepare<[], { seq: number | null }>('SELECT max(seq) AS seq FROM facts');
  const factsOfCall = db.prepare<[string], FactRow>('SELECT seq, at, body FROM facts WHERE call = ? ORDER BY seq');
  const factsAfter = db.prepare<[number, number], FactRow>(
    'SELECT seq, at, body FROM facts WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const ended = db.prepare<[number, number], { call: string }>(
    "SELECT call FROM facts WHERE seq > ? AND type = 'call-ended' ORDER BY seq DESC LIMIT ?",
  );

  const last = (): number => lastSeq.get()?.seq ?? 0;
  return {
    // The engine upgrades a row with its next change: until then the older one is here.
    agents: (): readonly Agent[] => agents.all().map((row) => upgradeAgent(JSON.parse(row.body) as Agent)),
    agent: (id: UserId): Agent | null => parsed<Agent>(agent.get(id)).map(upgradeAgent)[0] ?? null,
    /** What the engine knows of the trunks, by name. */
    trunks: (): ReadonlyMap<string, Trunk> =>
      new Map(trunks.all().map((row) => [(JSON.parse(row.body) as Trunk).id, JSON.parse(row.body) as Trunk])),
    /** The alarms that stand, oldest first. */
    alarms: (): readonly Alarm[] =>
      alarms
        .all()
        .map((row) => JSON.parse(row.body) as Alarm)
        .sort((a, b) => a.since - b.since),
    /** The day that the counts of today are of, `YYYY-MM-DD`. */
    day: (): string => parsed<Meta>(meta.get())[0]?.day ?? '',
    phones: (): readonly Phone[] => phones.all().map((row) => JSON.parse(row.body) as Phone),
    phone: (id: PhoneId): Phone | null => parsed<Phone>(phone.get(id))[0] ?? null,
    calls: (): readonly Call[] => calls.all().map((row) => JSON.parse(row.body) as Call),
    call(id: CallId): Call | null {
      const row = call.get(id);
      return row === undefined ? null : (JSON.parse(row.body) as Call);
    },
    /** The rows that are still there of a call's legs and offers. */
    legs: (ids: readonly string[]): readonly Leg[] => ids.flatMap((id) => parsed<Leg>(leg.get(id))),
    offers: (ids: readonly string[]): readonly Offer[] => ids.flatMap((id) => parsed<Offer>(offer.get(id))),
    /** Who called, from the side table that can be forgotten. */
    caller: (id: CallId): { number: string; name: string } | null => caller.get(id) ?? null,
    /** The number of the newest fact; 0 when there is none. */
    lastSeq: last,
    factsOfCall: (id: CallId): readonly NumberedFact[] => factsOfCall.all(id).map(fact),
    /** Facts after `seq`, oldest first, at most `limit`. */
    factsAfter: (seq: number, limit: number): readonly NumberedFact[] => factsAfter.all(seq, limit).map(fact),
    /** The calls that ended last, the newest first. The search goes back a bounded way, since types have no index. */
    endedCalls: (limit: number): readonly CallId[] => ended.all(last() - 100_000, limit).map((row) => row.call),
    close(): void {
      clearInterval(checkpoints);
      writer.close();
      db.close();
    },
  };
}

function parsed<T>(row: Body | undefined): readonly T[] {
  return row === undefined ? [] : [JSON.parse(row.body) as T];
}

function fact(row: FactRow): NumberedFact {
  return { ...(JSON.parse(row.body) as NumberedFact), seq: row.seq, at: row.at };
}
