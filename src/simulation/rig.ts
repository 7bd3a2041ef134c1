import type { AriLink } from '../asterisk/ari/port.ts';
import { createEarlyDial } from '../asterisk/early-dial.ts';
import { perform } from '../asterisk/perform.ts';
import { reachabilities, reachability, translate } from '../asterisk/translate.ts';
import type { Command } from '../core/commands.ts';
import type { Event, Intent } from '../core/events.ts';
import type { NumberedFact } from '../core/facts.ts';
import { isAsItShouldBe } from '../core/reconcile.ts';
import type { EngineLimits } from '../core/settings.ts';
import { defaultLimits, load, type World } from '../core/world.ts';
import { createEngine, type Engine } from '../engine.ts';
import { createReader } from '../numbering/arrivals.ts';
import { createNumbering } from '../numbering/numbering.ts';
import type { Batch } from '../storage/live/store.ts';
import { createSimulatedAsterisk, type SimulatedAsterisk } from './asterisk.ts';
import { createMemoryStore, DiskFullError, type MemoryStore } from './memory-store.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';

/** The real engine, translate and perform, beside a simulated Asterisk, in virtual time. */
export type Rig = {
  readonly scheduler: Scheduler;
  readonly asterisk: SimulatedAsterisk;
  readonly store: MemoryStore;
  readonly facts: NumberedFact[];
  /** The engine's world now; null while it is dead. */
  world(): World | null;
  post(event: Event): void;
  /** What was decided is not carried out yet. */
  isGathering(): boolean;
  /** Asks for something as a person does; the answer goes to `onReply`. */
  ask(ask: Intent): string;
  onReply: (intent: string, error: { readonly code: string; readonly message: string } | null) => void;
  /** Called with each batch after it was carried out. */
  onBatch: (batch: Batch) => void;
  /** The engine dies as with `kill -9`: what was not committed is lost. */
  kill(): void;
  /** It dies after the next commit, before any of its commands is sent: the worst moment. */
  killAtCommit(): void;
  start(): void;
  /** The engine's process stands still for so long, as with SIGSTOP: what came meanwhile lies in the socket. */
  stall(forMs: number): void;
  /** The machine's clock is set forward or back. A running engine does not see it; the next start does. */
  stepClock(byMs: number): void;
  /** Somebody else took our application: by default the engine dies of it, as the daemon does. */
  onReplaced: () => void;
  run(forMs: number): void;
  /** How many events the engine was told so far, in all its lives. */
  told(): number;
};

/** Virtual time begins here: an instant of no meaning. */
export const startMs = 1_700_000_000_000;

/** Makes the two and starts them; `seed` is an integer, null leaves nothing to chance. */
export function createRig(options: {
  readonly seed: number | null;
  readonly limits?: Partial<EngineLimits>;
  /** False where the engine will never be started again: its rows are not written down then. */
  readonly restarts?: boolean;
}): Rig {
  const scheduler = createScheduler(startMs);
  const asterisk = createSimulatedAsterisk({ scheduler, seed: options.seed });
  const limits: EngineLimits = { ...defaultLimits, ...options.limits };
  const store = createMemoryStore(options.restarts ?? true);
  let life: Life | null = null;
  let epoch = 0;
  let intents = 0;
  let wallOffsetMs = 0;
  const counts = { told: 0 };

  const rig: Rig = {
    scheduler,
    asterisk,
    store,
    facts: [],
    world: () => life?.engine.world ?? null,
    post: (event) => life?.post(event),
    isGathering: () => life?.engine.isGathering() ?? false,
    ask(ask) {
      intents += 1;
      const intent = `i${intents}`;
      rig.post({ type: 'intent', intent, ask });
      return intent;
    },
    onReply: () => undefined,
    onBatch: () => undefined,
    kill() {
      life?.stop();
      life = null;
    },
    killAtCommit: () => life?.dieUnsent(),
    start() {
      rig.kill();
      epoch += 1;
      life = startEngine(rig, { epoch: `e${epoch}`, limits, wallMs: scheduler.now() + wallOffsetMs, counts });
    },
    stall: (forMs) => life?.stall(forMs),
    stepClock(byMs) {
      wallOffsetMs += byMs;
    },
    onReplaced: () => rig.kill(),
    told: () => counts.told,
    run: (forMs) => scheduler.runUntil(scheduler.now() + forMs),
  };
  rig.start();
  return rig;
}

/** Before the link is there nothing is sent. */
const unlinked = { request: () => undefined };
const numbering = createNumbering({ country: 'FR', outsidePrefix: '', areaPrefix: '' });

type Life = {
  readonly engine: Engine;
  readonly post: (event: Event) => void;
  readonly stop: () => void;
  readonly dieUnsent: () => void;
  readonly stall: (forMs: number) => void;
};

type Birth = {
  readonly epoch: string;
  readonly limits: EngineLimits;
  /** What the machine's clock says at the start. */
  readonly wallMs: number;
  readonly counts: { told: number };
};

/** One life of the engine: from its start to its death. */
function startEngine(rig: Rig, { epoch, limits, wallMs, counts }: Birth): Life {
  const { scheduler, asterisk, store } = rig;
  // As `engineClock` does it: the wall clock or the last commit, whichever is later, and from there on monotonic.
  const aheadMs = Math.max(wallMs, store.lastAt()) - scheduler.now();
  const engineNow = () => scheduler.now() + aheadMs;
  let stalledUntil = 0;
  let isAlive = true;
  let isDying = false;
  let link: AriLink | null = null;
  /** Runs now, or when the process goes on. */
  const whenAwake = (run: () => void): void => {
    const waitMs = stalledUntil - scheduler.now();
    if (waitMs > 0) scheduler.after(waitMs, run);
    else run();
  };
  const turn = (run: () => void) => () =>
    whenAwake(() => {
      if (!isAlive) return;
      run();
      afterTurn();
    });
  const app = 'cordboard';
  const post: Engine['post'] = (event, caller) => {
    if (!isAlive) return;
    counts.told += 1;
    engine.post(event, caller);
  };
  let isLinked = false;
  const isAgreed = (event: Event) => event.type === 'surveyed' && isAsItShouldBe(world, event, engineNow());
  const early = createEarlyDial({ link: () => link ?? unlinked, app, post });
  const send = (command: Command): void => {
    if (isDying) return;
    if (command.do === 'reply') rig.onReply(command.intent, command.error);
    else if (link !== null)
      perform(command, { link, lists: link, early, app, isAgreed, numberFor: numbering.sent, post });
  };
  const committed: Batch[] = [];
  const world = load(store.load());
  const engine = createEngine(
    world,
    {
      commit(batch) {
        store.commit(batch);
        committed.push(batch);
        return 'written';
      },
    },
    {
      now: engineNow,
      soon: (run) => void scheduler.after(0, turn(run)),
      after: (ms, run) => scheduler.after(ms, turn(run)),
      send,
      // The edge, as in the daemon, with a French dial plan.
      read: createReader(numbering, world),
      publish: (facts) => void rig.facts.push(...facts),
      onHeld: (error) => {
        if (!(error instanceof DiskFullError)) throw error;
      },
      onResumed() {
        if (isLinked) post({ type: 'pbx-connected' });
      },
      onReplaced: () => undefined,
      onBug: (error, event) => {
        throw new Error(`step tripped over ${JSON.stringify(event)}`, { cause: error });
      },
    },
  );
  function afterTurn(): void {
    if (!isAlive || committed.length === 0) return;
    for (const batch of committed.splice(0)) rig.onBatch(batch);
    if (isDying) rig.kill();
  }
  post({ type: 'started', epoch, limits });
  const raw = asterisk.connect({
    onUp: () =>
      whenAwake(() => {
        isLinked = true;
        post({ type: 'pbx-connected' });
      }),
    onDown: () =>
      whenAwake(() => {
        isLinked = false;
        early.forget();
        post({ type: 'pbx-lost' });
      }),
    onReplaced: () => whenAwake(() => isAlive && rig.onReplaced()),
    onEvent: (event) =>
      whenAwake(() => {
        const said = translate(event);
        if (said !== null && early.passes(said.event)) post(said.event, said.caller);
      }),
  });
  link = {
    request: (asked, done) => raw.request(asked, (response) => whenAwake(() => done(response))),
    close: () => raw.close(),
  };
  const watch = asterisk.watchPhones({
    onUp: (reachable) =>
      whenAwake(() => {
        for (const event of reachabilities(reachable, engine.world.state.trunks.keys())) post(event);
      }),
    onDown: () => undefined,
    onPhone: (news) => whenAwake(() => post(reachability(news))),
  });
  return {
    engine,
    post: (event) => whenAwake(() => post(event)),
    dieUnsent() {
      isDying = true;
    },
    stall(forMs) {
      stalledUntil = scheduler.now() + forMs;
    },
    stop() {
      isAlive = false;
      link?.close();
      watch.close();
    },
  };
}
