import { statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findDrift } from '../asterisk/provisioning/drift.ts';
import { createTrunkProvisioner } from '../asterisk/provisioning/trunk-provisioner.ts';
import type { Config } from '../config/config.ts';
import { pathsOf, readSecret } from '../config/paths.ts';
import { fallbackEntries } from '../directory/fallback-keeper.ts';
import { specOf } from '../directory/phone-spec.ts';
import type { StatusView } from '../protocol/status.ts';
import type { TrunkBody } from '../protocol/trunks.ts';
import { checkDatabase, DATABASES } from '../storage/check.ts';
import { openDirectoryToRead } from '../storage/directory/database.ts';
import type { PhoneRow } from '../storage/directory/phones.ts';
import { createStore, type DirectoryStore } from '../storage/directory/store.ts';
import type { DirectorySeen, Evidence } from './evidence.ts';
import { seeing } from './finding.ts';
import { lookAtAsterisk } from './look-asterisk.ts';
import { lookAtNetwork } from './look-network.ts';

/** What the examiner cannot know by itself. */
export type ExamineOptions = {
  /** Asks a running daemon; rejects when there is none. */
  readonly status: () => Promise<StatusView>;
  /** The addresses to try ARI on; default: all of this machine that are not loopback. */
  readonly elsewhere?: readonly string[];
};

/** Looks at everything once, changing nothing; some seconds at most. Never rejects: what cannot be seen is evidence too. */
export async function examine(config: Config, options: ExamineOptions): Promise<Evidence> {
  const paths = pathsOf(config.home);
  const read = await seeing(() => readDirectory(paths.directoryDb));
  const phones = 'seen' in read ? read.seen.rows : [];
  const phonesBy = (...transports: readonly string[]) =>
    phones.filter(({ transport }) => transports.includes(transport)).length;
  const [daemon, asterisk, network] = await Promise.all([
    seeing(options.status),
    lookAtAsterisk(
      config,
      phones.map((phone) => phone.context),
      'seen' in read ? read.seen.trunks.map(({ id }) => id) : [],
    ),
    lookAtNetwork(config, phonesBy, options.elsewhere),
  ]);
  const files = [config.asterisk.ari.secretFile, config.asterisk.ami.secretFile];
  return {
    ...{ config, daemon, now: Date.now(), ...asterisk, ...network },
    directory: 'seen' in read ? { seen: read.seen.directory } : read,
    trunkDrift: await seeing(async () => {
      if ('unseen' in read) throw new Error(read.unseen);
      if (asterisk.pbx.failure !== null) throw new Error(asterisk.pbx.failure);
      return findTrunkDrift(config, read.seen.trunks);
    }),
    drift: await seeing(() => {
      if ('unseen' in read) throw new Error(read.unseen);
      if (asterisk.pbx.failure !== null) throw new Error(asterisk.pbx.failure);
      return findDrift(accessOf(config), phones.map(accountOf));
    }),
    databases: DATABASES.map(({ name, migrations }) => checkDatabase(join(config.home, name), migrations)),
    disk: await seeing(() => {
      const { bavail, blocks, bsize } = statfsSync(config.home);
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    }),
    secrets: files.map((file) => ({ file, mode: modeOf(file) })),
  };
}

function accessOf({ asterisk: { host, httpPort, ari } }: Config) {
  return { host, port: httpPort, user: ari.user, secret: readSecret(ari.secretFile) };
}

async function findTrunkDrift(config: Config, trunks: readonly TrunkRow[]): Promise<Map<string, readonly string[]>> {
  const provisioner = createTrunkProvisioner(accessOf(config));
  const drifted = new Map<string, readonly string[]>();
  for (const { id, ...body } of trunks) {
    const attributes = await provisioner.driftOfTrunk(id, body);
    if (attributes.length > 0) drifted.set(id, attributes);
  }
  return drifted;
}

type TrunkRow = TrunkBody & { readonly id: string };
type DirectoryRead = {
  readonly rows: readonly PhoneRow[];
  readonly trunks: readonly TrunkRow[];
  readonly directory: DirectorySeen;
};

function readDirectory(file: string): DirectoryRead {
  const db = openDirectoryToRead(file);
  try {
    const store = createStore(db);
    const rows = store.phones.all();
    const passing = [...store.phones.trials(), ...store.phones.removed()];
    return {
      rows,
      trunks: store.outside.trunks.all(),
      directory: { phones: rows, fallbacks: fallbackEntries(store), passing, ...outsideOf(store) },
    };
  } finally {
    db.close();
  }
}

function outsideOf(store: DirectoryStore): Pick<DirectorySeen, 'trunks' | 'payers' | 'hasDefaultSite'> {
  const { trunks, rights, sites } = store.outside;
  const pushed = trunks.pushed();
  return {
    trunks: trunks.all().map((trunk) => ({ ...trunk, failure: pushed.get(trunk.id)?.failure ?? null })),
    payers: rights.all().flatMap(({ id, outbound, maxCalls = null, groupMaxCalls = null }) => {
      if (outbound !== true) return [];
      const most = id.startsWith('group:') ? groupMaxCalls : maxCalls;
      return [{ subject: id, maxCalls: most === 0 ? null : most }];
    }),
    hasDefaultSite: sites.all().some(({ isDefault }) => isDefault),
  };
}

/** The digest's user is the phone's own id, as the front gives it. */
function accountOf(phone: PhoneRow) {
  return { ...specOf(phone), userName: phone.id };
}

function modeOf(file: string): number | null {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? null : stat.mode & 0o777;
}
