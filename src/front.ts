import type { Config } from './config/config.ts';
import type { Paths } from './config/paths.ts';
import type { DirectoryContext } from './directory/context.ts';
import { createFallbackKeeper, type FallbackPort } from './directory/fallback-keeper.ts';
import { createFeed } from './directory/feed.ts';
import { createIceServers } from './directory/ice-servers.ts';
import { keepLamps, type LampPort } from './directory/lamp-keeper.ts';
import { lampOwners, lampsOf } from './directory/lamps.ts';
import { keepMailboxes, type MailboxPort } from './directory/mailbox-keeper.ts';
import { createOutsideFeed } from './directory/outside-feed.ts';
import type { AsteriskView } from './directory/phone-checks.ts';
import { createPhoneKeeper } from './directory/phone-keeper.ts';
import type { Provisioner } from './directory/phone-spec.ts';
import { createTrialPhones } from './directory/trial-phones.ts';
import { createTrunkKeeper, type TrunkProvisioner } from './directory/trunk-keeper.ts';
import { createEngineClient, type EnginePort } from './http/engine-client.ts';
import { createFollowers } from './http/followers.ts';
import { listenForHealth } from './http/health.ts';
import { buildServer } from './http/server.ts';
import type { Services } from './http/services.ts';
import { listenOnSocket } from './http/unix-socket.ts';
import type { Log } from './lib/log.ts';
import { seldom } from './lib/seldom.ts';
import { openLive } from './reports/live.ts';
import { openDirectoryDb } from './storage/directory/database.ts';
import { createStore } from './storage/directory/store.ts';
import { keepPruned } from './storage/live/pruning.ts';
import { keepCheckpoints } from './storage/past/checkpoint-keeper.ts';

/** What the front needs of the world besides the engine; tests bring their own. */
export type Outside = {
  readonly provisioner: Provisioner;
  readonly hasContext: AsteriskView['hasContext'];
  /** By which transport each registered phone came; rejects when Asterisk cannot be asked. */
  readonly registeredBy: () => Promise<ReadonlyMap<string, string>>;
  readonly trunks: TrunkProvisioner;
  readonly fallback: FallbackPort;
  readonly lamps: LampPort;
  readonly mailboxes: MailboxPort;
  readonly readPbx: Services['readPbx'];
  readonly askPast: Services['askPast'];
  readonly log: Log;
};

/** A running front. */
export type Front = { close(): Promise<void> };

/** So many old entries of the audit go at once: the front is held for a few milliseconds. */
const AUDIT_AT_ONCE = 200;
/** A change of the directory waits at most so long for Asterisk before it is answered. */
const PUSH_PATIENCE_MS = 3_000;
/** What ought to be put right in Asterisk can wait: loading the client that reads it takes a third of what a start costs. */
const ADVICE_AFTER_MS = 5_000;

/**
 * Starts the front: the directory, the REST interface on its Unix socket, health over TCP, and the engine's feed. Runs in a
 * thread of its own, so that nothing here can hold up routing. Rejects, with nothing left open, when the socket or the
 * port is taken.
 */
export async function startFront(port: EnginePort, config: Config, paths: Paths, outside: Outside): Promise<Front> {
  const { log, provisioner } = outside;
  const iceServers = createIceServers(config.sip.iceServers, Date.now);
  const db = openDirectoryDb(paths.directoryDb, paths.backups);
  const store = createStore(db);
  const live = openLive(paths.liveDb);
  const followers = createFollowers();
  const keeper = createPhoneKeeper(store, provisioner, log, config.sip.checkMs);
  const fallback = createFallbackKeeper(store, outside.fallback, config.limits.leaseMs, log, config.sip.checkMs);
  const lamps = keepLamps(
    () => lampOwners(store),
    (owners) => lampsOf(owners, live),
    outside.lamps,
    log,
  );
  const mailboxes = keepMailboxes(store, outside.mailboxes, log);
  const trialPhones = createTrialPhones(store, provisioner, keeper, config);
  const trunkKeeper = createTrunkKeeper(store, outside.trunks, log, config.sip.checkMs);
  const outsideFeed = createOutsideFeed(store, config.numbering, (event) => engine.outside(event));
  const feed = createFeed(store, config.rona.ladder, config.numbering, (event) => engine.settings(event));
  const tellAsterisk = (): void => {
    void keeper.check();
    void trunkKeeper.refresh();
    fallback.refresh();
    lamps.refresh();
    mailboxes.refresh();
    adviceTimer ??= setTimeout(advise, ADVICE_AFTER_MS);
  };
  let adviceTimer: NodeJS.Timeout | null = null;
  const advise = (): void => {
    adviceTimer = null;
    void outside.readPbx().then((pbx) => {
      for (const warning of pbx.warnings) log.warn({ asterisk: pbx.version, warning }, 'Asterisk should be put right');
    });
  };
  const engine = createEngineClient(port, config.limits.intentMs, (message) => {
    if (message.kind === 'hello') {
      outsideFeed.hello();
      feed.hello(message);
      return;
    }
    followers.publish(message.facts);
    lamps.saw(message.facts);
    // Asterisk may have come back as another one, with other phones.
    for (const { type, ...wish } of message.facts)
      if (type === 'call-wish-ignored') log.warn(wish, 'the dialplan asked for what cannot be read; ignored');
    if (message.facts.some((fact) => fact.type === 'pbx-connected')) tellAsterisk();
  });

  let settled: Promise<void> = Promise.resolve();
  const directory: DirectoryContext = {
    store,
    config,
    now: Date.now,
    changed(phones) {
      outsideFeed.sync();
      feed.sync();
      fallback.changed();
      lamps.refresh();
      mailboxes.changed();
      settled = Promise.all([keeper.push(phones, PUSH_PATIENCE_MS), soon(trunkKeeper.push())]).then(() => undefined);
    },
  };
  const app = buildServer(
    {
      config,
      directory,
      settled: () => settled,
      trialPhones,
      keeper,
      trunkKeeper,
      fallback,
      mailboxes,
      iceServers,
      asterisk: { names: provisioner.names, isOurs: provisioner.isOurs, hasContext: outside.hasContext },
      registeredBy: outside.registeredBy,
      engine,
      live,
      followers,
      readPbx: outside.readPbx,
      askPast: outside.askPast,
      now: Date.now,
    },
    log,
  );
  const saysUnwritten = seldom(60_000, Date.now);
  const checkpoints = keepCheckpoints(
    { liveDb: paths.liveDb, directory: paths.checkpoints, everyMs: config.journal.checkpointMs },
    (error) => {
      if (saysUnwritten()) log.error({ error }, 'no checkpoint of the state could be written; trying again');
    },
  );
  const saysUnpruned = seldom(60_000, Date.now);
  const pruned = keepPruned(
    () => store.audit.prune(Date.now() - config.audit.keepDays * 86_400_000, AUDIT_AT_ONCE),
    (error) => {
      if (saysUnpruned()) log.error({ error }, 'old entries of the audit could not be removed; trying again');
    },
  );
  const closing: (() => unknown)[] = [
    () => db.close(),
    () => live.close(),
    () => checkpoints.close(),
    () => pruned.close(),
    () => keeper.close(),
    () => trunkKeeper.close(),
    () => fallback.close(),
    () => lamps.close(),
    () => mailboxes.close(),
    () => app.close(),
    () => clearTimeout(adviceTimer ?? undefined),
  ];
  const close = async (): Promise<void> => {
    for (const step of closing.reverse()) await step();
  };
  try {
    const socket = await listenOnSocket(app, config.socket);
    closing.push(() => socket.remove());
    const health = await listenForHealth(config.http, engine);
    closing.push(
      () => void health.close(),
      () => health.closeAllConnections(),
    );
  } catch (error) {
    await close();
    throw error;
  }
  trialPhones.clear();
  tellAsterisk();
  log.info({ socket: config.socket, health: `http://${config.http.host}:${config.http.port}` }, 'the front is up');
  return { close };
}

/** Waits for it, but no longer than for phones. */
async function soon(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PUSH_PATIENCE_MS);
  });
  await Promise.race([work, patience]);
  clearTimeout(timer);
}
