import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { connectAmi } from './asterisk/ami/ami.ts';
import { createAriHttp } from './asterisk/ari/http.ts';
import { connectAri } from './asterisk/ari/socket.ts';
import { createEarlyDial } from './asterisk/early-dial.ts';
import { createPacing } from './asterisk/pacing.ts';
import { perform } from './asterisk/perform.ts';
import { reachabilities, reachability, translate } from './asterisk/translate.ts';
import { neededVersions } from './asterisk/version.ts';
import { guardVersion } from './asterisk/version-guard.ts';
import { keepCalendar } from './calendar.ts';
import type { Config } from './config/config.ts';
import { pathsOf, readSecret } from './config/paths.ts';
import type { PbxEvent } from './core/events.ts';
import { isAsItShouldBe } from './core/reconcile.ts';
import { load } from './core/world.ts';
import { watchDrain } from './drained.ts';
import { createEngine, type Engine } from './engine.ts';
import { endAfterBug, exitReplaced, exitUnfit } from './exits.ts';
import { startFrontThread, superviseFront } from './front-supervisor.ts';
import { createBackoff } from './lib/backoff.ts';
import { engineClock } from './lib/clock.ts';
import { faultFrom } from './lib/fault.ts';
import { createLog } from './lib/log.ts';
import { seldom } from './lib/seldom.ts';
import { createSystemd } from './lib/systemd.ts';
import { createReader } from './numbering/arrivals.ts';
import { createNumbering } from './numbering/numbering.ts';
import type { EngineStatus, ToEngine } from './protocol/seam.ts';
import { answerWhy } from './reports/why.ts';
import { livenessOf, statusOf } from './status.ts';
import { keepPruned, pruneOld } from './storage/live/pruning.ts';
import { openLiveStore } from './storage/live/store.ts';
import { createTelling } from './telling.ts';

/** A running daemon. */
export type Daemon = {
  /** Commits what is in hand and stops at once: calls live on in Asterisk under their lease. */
  stop(): Promise<void>;
};

/**
 * Starts the daemon: the only place that knows all its parts. The engine runs in this thread, the front in another;
 * resolves when the front answers on its socket, or when `asked` says that it is to end, which may be sooner.
 */
export async function runDaemon(
  config: Config,
  options: { readonly onDrained: () => void; readonly asked: Promise<void> },
): Promise<Daemon> {
  const log = createLog({ level: config.log.level, name: 'engine' });
  const paths = pathsOf(config.home);
  const secrets = { ari: readSecret(config.asterisk.ari.secretFile), ami: readSecret(config.asterisk.ami.secretFile) };
  mkdirSync(paths.backups, { recursive: true, mode: 0o700 });
  const store = openLiveStore(paths.liveDb, paths.backups);
  const world = load(store.load());
  const startedAt = Date.now();
  const now = engineClock(store.lastAt());
  const saysHeld = seldom(1_000, now);
  const epoch = randomBytes(4).toString('hex');
  store.own(epoch, process.pid);
  const lag = monitorEventLoopDelay({ resolution: 10 });
  lag.enable();
  let ami: EngineStatus['ami'] = 'down';
  let isLinked = false;
  const telling = createTelling((facts) => front.send({ kind: 'facts', facts }));

  const after = (ms: number, run: () => void) => {
    const timer = setTimeout(run, Math.min(ms, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  };
  const { app } = config.asterisk.ari;
  const numbering = createNumbering(config.numbering);
  const post: Engine['post'] = (event, caller) => engine.post(event, caller);
  const isAgreed = (event: PbxEvent) => event.type === 'surveyed' && isAsItShouldBe(world, event, now());
  const early = createEarlyDial({ link: () => ari, app, post });
  const drain = watchDrain(world.state, { after, leaseMs: config.limits.leaseMs, log, ...options });
  const pacing = createPacing({
    send: (command) => perform(command, { link: ari, lists, early, app, isAgreed, numberFor: numbering.sent, post }),
    later: after,
    isRinging: early.isRinging,
  });
  const engine: Engine = createEngine(world, store, {
    now,
    soon: (run) => void setImmediate(run),
    after,
    send: (command) => {
      if (command.do === 'reply') front.send({ kind: 'reply', intent: command.intent, error: command.error });
      else pacing.send(command);
    },
    read: createReader(numbering, world),
    publish: (facts) => {
      telling.add(facts);
      manager.tellingDone(facts);
      drain.look();
    },
    onHeld: (error, heldMs) => {
      if (saysHeld()) log.error({ error, heldMs }, 'the database cannot be written; nothing is decided until it can');
    },
    onResumed: (heldMs, leftOut) => {
      log.warn({ heldMs, leftOut }, 'the database can be written again; asking Asterisk what is');
      if (isLinked) engine.post({ type: 'pbx-connected' });
    },
    onReplaced: () => {
      log.fatal('another daemon owns the database now: stopping');
      void stop().then(() => process.exit(exitReplaced));
    },
    onBug: (error, event, call) => {
      if (call !== null) store.tripped(call);
      endAfterBug(log, config.home, error, event);
    },
    ...faultFrom(process.env.CORDBOARD_FAULT),
  });

  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: watchdogUsec } = process.env;
  const systemd = createSystemd({ socket, watchdogUsec }, () => livenessOf(engine, now()), log);

  const front = superviseFront((onMessage, onExit) => startFrontThread(config.file, config.home, onMessage, onExit), {
    backoff: createBackoff({ firstMs: 100, lastMs: 5_000 }),
    log,
    hello: () => ({
      kind: 'hello',
      revision: world.state.meta.revision,
      users: [...world.state.users.keys()],
      queues: [...world.state.queues.keys()],
    }),
    onMessage: take,
  });

  function take(message: ToEngine): void {
    switch (message.kind) {
      case 'intent':
        return engine.post({ type: 'intent', intent: message.intent, ask: message.ask });
      case 'settings': {
        engine.post(message.event);
        // A phone that was removed while it was registered, and is back, gives no news of its contact.
        const phones = message.event.users.flatMap((one) => one.phones);
        manager.lookAgain(phones.filter((phone) => world.state.phones.get(phone)?.registered !== true));
        return;
      }
      case 'outside':
        manager.keepTrunks(message.event.trunks.map(({ id }) => id));
        return engine.post(message.event);
      case 'ask-why':
        return front.send({ kind: 'why', id: message.id, answer: answerWhy(world, message.ask, now()) });
      case 'ask-status': {
        const status = statusOf(engine, { startedAt, ami, lag, now: now() });
        return front.send({ kind: 'status', id: message.id, status });
      }
    }
  }

  engine.post({ type: 'started', epoch, limits: config.limits, features: config.features });
  const { unreadable } = world.index;
  if (unreadable.size > 0) log.error({ calls: [...unreadable] }, 'rows that cannot be read: these calls are set aside');
  const tripped = [...store.trips()].filter(([, count]) => count > 1).map(([call]) => call);
  const poisonous = [...new Set([...tripped, ...unreadable])];
  const calendar = keepCalendar(config.timeZone, now, (day, zoneMs) => engine.post({ type: 'calendar', day, zoneMs }));

  const { host, httpPort } = config.asterisk;
  const access = { host, port: httpPort, user: config.asterisk.ari.user, secret: secrets.ari };
  const lists = createAriHttp(access);
  const guard = guardVersion(lists, after, (version) => {
    log.fatal(
      { version, needed: neededVersions },
      'this Asterisk has no REST over the WebSocket of ARI: refusing to serve',
    );
    void stop().then(() => process.exit(exitUnfit));
  });
  const ari = connectAri(
    { ...access, app: config.asterisk.ari.app, log: log.child({ part: 'ari' }) },
    {
      onUp: () => {
        isLinked = true;
        // Before anything that could trip over it again, and when Asterisk hears what becomes of its caller.
        for (const call of poisonous.splice(0)) engine.post({ type: 'set-aside', call });
        engine.post({ type: 'pbx-connected' });
      },
      onDown: () => {
        isLinked = false;
        early.forget();
        engine.post({ type: 'pbx-lost' });
        guard.askAgain();
      },
      onEvent: (event) => {
        const said = translate(event);
        if (said && early.passes(said.event)) post(said.event, said.caller);
      },
      onReplaced: () => {
        log.fatal('another daemon has taken over this Asterisk: stopping now');
        void stop().then(() => process.exit(exitReplaced));
      },
    },
  );
  const { port: amiPort, user } = config.asterisk.ami;
  const manager = connectAmi(
    { host, port: amiPort, user, secret: secrets.ami, log: log.child({ part: 'ami' }) },
    {
      onUp: (reachable) => {
        ami = 'ready';
        for (const event of reachabilities(reachable, [])) engine.post(event);
        manager.askTrunks([...world.state.trunks.keys()]);
      },
      onDown: () => {
        ami = 'down';
      },
      onPhone: (news) => engine.post(reachability(news)),
      onEmergency: (call) => engine.post({ type: 'emergency-dialled', ...call }),
      onTrunks: (trunks) => engine.post({ type: 'trunks-seen', trunks }),
    },
  );

  const saysUnpruned = seldom(60_000, now);
  const pruning = keepPruned(
    () => engine.heldSince() === null && pruneOld(store, config.journal, now()),
    (error) => {
      if (saysUnpruned()) log.error({ error }, 'the journal could not be shortened; trying again');
    },
  );

  async function stop(): Promise<void> {
    systemd.stopping();
    pruning.close();
    engine.stop();
    pacing.close();
    guard.close();
    drain.close();
    telling.end();
    calendar.close();
    ari.close();
    lists.close();
    manager.close();
    lag.disable();
    await front.stop();
    store.close();
  }
  // Calls are taken up again before anybody can look at them: a restart is short for who waits, not for who watches.
  await Promise.race([front.ready.then(systemd.ready), options.asked]);
  return { stop };
}
