import type { AriLink } from '../asterisk/ari/port.ts';
import { createEarlyDial } from '../asterisk/early-dial.ts';
import { perform } from '../asterisk/perform.ts';
import { translate } from '../asterisk/translate.ts';
import type { Command } from '../core/commands.ts';
import type { Event, Intent } from '../core/events.ts';
import type { NumberedFact } from '../core/facts.ts';
import type { EngineLimits } from '../core/settings.ts';
import { defaultLimits, load, type World } from '../core/world.ts';
import { createEngine, type Engine } from '../engine.ts';
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
  run(forMs: number): void;
};

/** Virtual time begins here: an instant of no meaning. */
export const startMs = 1_700_000_000_000;

/** Makes the two and starts them; `seed` is an integer, null leaves nothing to chance. */
export function createRig(options: { readonly seed: number | null; readonly limits?: Partial<EngineLimits> }): Rig {
  const scheduler = createScheduler(startMs);
  const asterisk = createSimulatedAsterisk({ scheduler, seed: options.seed });
  const limits: EngineLimits = { ...defaultLimits, ...options.limits };
  const store = createMemoryStore();
  let life: Life | null = null;
  let epoch = 0;
  let intents = 0;

  const rig: Rig = {
    scheduler,
    asterisk,
    store,
    facts: [],
    world: () => life?.engine.world ?? null,
    post: (event) => life?.engine.post(event),
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
      life = startEngine(rig, `e${epoch}`, limits);
    },
    run: (forMs) => scheduler.runUntil(scheduler.now() + forMs),
  };
  rig.start();
  return rig;
}

/** Before the link is there nothing is sent. */
const unlinked = { request: () => undefined };

type Life = { readonly engine: Engine; readonly stop: () => void; readonly dieUnsent: () => void };

/** One life of the engine: from its start to its death. */
function startEngine(rig: Rig, epoch: string, limits: EngineLimits): Life {
  const { scheduler, asterisk, store } = rig;
  let isAlive = true;
  let isDying = false;
  let link: AriLink | null = null;
  const turn = (run: () => void) => () => {
    if (!isAlive) return;
    run();
    afterTurn();
  };
  const app = 'cordboard';
  const post = (event: Event): void => {
    if (isAlive) engine.post(event);
  };
  const early = createEarlyDial({ link: () => link ?? unlinked, app, post });
  const send = (command: Command): void => {
    if (isDying) return;
    if (command.do === 'reply') rig.onReply(command.intent, command.error);
    else if (link !== null) perform(command, { link, lists: link, early, app, post });
  };
  const committed: Batch[] = [];
  const engine = createEngine(
    load(store.load()),
    {
      commit(batch) {
        store.commit(batch);
        committed.push(batch);
        return 'written';
      },
    },
    {
      now: () => scheduler.now(),
      soon: (run) => void scheduler.after(0, turn(run)),
      after: (ms, run) => scheduler.after(ms, turn(run)),
      send,
      publish: (facts) => void rig.facts.push(...facts),
      onHeld: (error) => {
        if (!(error instanceof DiskFullError)) throw error;
      },
      onResumed() {
        post({ type: 'pbx-lost' });
        post({ type: 'pbx-connected' });
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
  link = asterisk.connect({
    onUp: () => post({ type: 'pbx-connected' }),
    onDown: () => {
      early.forget();
      post({ type: 'pbx-lost' });
    },
    onReplaced: () => undefined,
    onEvent(event) {
      const said = translate(event);
      if (said !== null && early.passes(said.event)) post(said.event);
    },
  });
  const watch = asterisk.watchPhones({
    onUp: (reachable) => post({ type: 'phones-surveyed', reachable }),
    onDown: () => undefined,
    onPhone: (phone, reachable) => post({ type: 'phone-reachable', phone, reachable }),
  });
  return {
    engine,
    dieUnsent() {
      isDying = true;
    },
    stop() {
      isAlive = false;
      link?.close();
      watch.close();
    },
  };
}
