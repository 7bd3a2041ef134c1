import type { Command } from './core/commands.ts';
import type { Event } from './core/events.ts';
import { canWait, isFoundBySurvey } from './core/patience.ts';
import { step } from './core/step.ts';
import { takeChanges, type World } from './core/world.ts';
import type { EnginePorts } from './engine-ports.ts';
import type { SaidCaller } from './numbering/arrivals.ts';
import type { CallerRow, JournalEntry, LiveStore } from './storage/live/store.ts';

export type Engine = {
  /** Takes an event in; it is stepped after the current poll phase, together with all that came with it. */
  post(event: Event, caller?: SaidCaller | null): void;
  /** Steps and commits what is in the inbox, then acts no more. */
  stop(): void;
  readonly world: World;
  readonly counts: { batches: number; repairs: number; turnedAway: number };
  /** Steps were made that are not written yet, since nobody waits for them. */
  isGathering(): boolean;
  /** Since when a batch has been held, in engine time; null when none is. */
  heldSince(): number | null;
};

type Posted = { readonly event: Event; readonly caller: SaidCaller | null; readonly at: number };
type Batch = {
  readonly steps: JournalEntry[];
  readonly callers: CallerRow[];
  readonly since: number;
  /** Somebody waits for one of its commands. */
  presses: boolean;
};

/** So many events at the most are stepped in one go, and so many steps at the most are gathered. */
const maxBatch = 256;
/** A batch that nobody waits for stays open for so long: what comes meanwhile is written with it, in one commit. */
const gatherMs = 5;
/** So many full batches may pass before deadlines are looked at all the same. */
const maxBusy = 8;
const retryMs = 100;
/** A batch that was held for longer is too old to be acted on. */
const staleMs = 2_000;
/** So many events may wait before new callers are sent to the fallback, and so long may the oldest of them have waited. */
const longInbox = 2_000;
const slowMs = 1_000;
/** So many events are kept while nothing can be written: a disk may be full for hours, and the survey after it finds the rest. */
const mostKept = 20_000;

/**
 * The loop: drain the inbox, step each event, commit once, send the commands, set the one timer. Nothing interleaves.
 * Deadlines are stepped last, once the inbox is empty: what the socket brought goes first. A commit costs more than the steps in
 * it, so one that nobody waits for is put off a little; what it would have told dies with us as if it had never come.
 */
export function createEngine(world: World, store: Pick<LiveStore, 'commit'>, ports: EnginePorts): Engine {
  let inbox: Posted[] = [];
  let scheduled = false;
  let stopped = false;
  let stopping = false;
  let held = false;
  let open: Batch | null = null;
  let busy = 0;
  let wake: (() => void) | null = null;
  let wakeAt = Number.POSITIVE_INFINITY;
  let heldAt: number | null = null;
  let leftOut = 0;
  let steppedAt = 0;
  const counts = { batches: 0, repairs: 0, turnedAway: 0 };

  const schedule = () => {
    if (scheduled || stopped || held) return;
    scheduled = true;
    ports.soon(run);
  };

  function run(): void {
    scheduled = false;
    if (stopped || held) return;
    const now = ports.now();
    const batch: Batch = open ?? { steps: [], callers: [], since: now, presses: false };
    const drained = inbox.length <= maxBatch ? inbox : inbox.slice(0, maxBatch);
    inbox = inbox.length <= maxBatch ? [] : inbox.slice(maxBatch);
    const overload = inbox.length > longInbox;
    for (const posted of drained) stepOne(batch, posted, overload || now - posted.at > slowMs);
    busy = inbox.length === 0 ? 0 : busy + 1;
    if (isDue(now) && (busy === 0 || busy > maxBusy))
      stepOne(batch, { event: { type: 'tick' }, caller: null, at: now }, false);
    if (stopped) return;
    open = isRipe(batch, now) ? null : batch;
    if (open === null) commit(batch);
    else setTimer();
    if (inbox.length > 0) schedule();
  }

  function isRipe({ steps, presses, since }: Batch, now: number): boolean {
    return stopping || presses || steps.length === 0 || steps.length >= maxBatch || now - since >= gatherMs;
  }

  function stepOne(batch: Batch, { event: said, caller: saidCaller, at }: Posted, overload: boolean): void {
    if (stopped) return;
    // As of when it came, however long it has waited here: a phone has rung until then, and not until now.
    steppedAt = Math.max(steppedAt, at);
    const now = steppedAt;
    let event = said;
    try {
      const { event: read, caller } = ports.read(said, saidCaller);
      // Whoever is already here is served; a new caller is better off with the fallback than behind a long inbox.
      event = overload && read.type === 'caller-arrived' ? { ...read, overload: true } : read;
      const { commands, facts } = step(world, event, now);
      // What changes nothing is not worth a commit: a replay passes over it as we do.
      if (commands.length === 0 && facts.length === 0 && world.dirty.isEmpty) return;
      batch.steps.push({ at: now, event, commands, facts });
      batch.presses ||= !commands.every(canWait);
      const arrived = caller && facts.find((fact) => fact.type === 'call-arrived');
      if (caller && arrived && 'call' in arrived) batch.callers.push({ call: arrived.call, ...caller });
    } catch (error) {
      stopped = true;
      ports.onBug(error, event, world.index.about.call);
    }
  }

  /** Persist, then act. A batch that cannot be written is held with its commands, and nothing is decided meanwhile. */
  function commit(batch: Batch): void {
    if (batch.steps.length === 0) return setTimer();
    const rows = takeChanges(world);
    const attempt = () => {
      if (stopped) return;
      try {
        ports.fault?.('before-commit');
        const outcome = store.commit({ rows, steps: batch.steps, callers: batch.callers });
        if (outcome === 'replaced') {
          stopped = true;
          return ports.onReplaced();
        }
        ports.fault?.('after-commit');
      } catch (error) {
        if (!isPassing(error)) {
          stopped = true;
          return ports.onBug(error, { type: 'tick' }, null);
        }
        held = true;
        heldAt ??= batch.since;
        ports.onHeld(error, ports.now() - heldAt);
        ports.after(retryMs, attempt);
        return;
      }
      release(batch);
    };
    attempt();
  }

  /** The batch is written. What was held for long is not sent any more: the survey that follows finds what is missing. */
  function release(batch: Batch): void {
    const since = heldAt ?? ports.now();
    const heldMs = ports.now() - since;
    held = false;
    heldAt = null;
    act(batch, heldMs > staleMs);
    ports.fault?.('after-send');
    if (heldMs > staleMs) {
      // Before all that waits: what it says is judged by no deadline that passed meanwhile.
      inbox.unshift({ event: { type: 'pbx-lost' }, caller: null, at: since });
      ports.onResumed(heldMs, leftOut);
    }
    leftOut = 0;
    if (inbox.length > 0) schedule();
    setTimer();
  }

  function act(batch: Batch, stale: boolean): void {
    counts.batches += 1;
    const commands = batch.steps.flatMap((one) => one.commands).filter((one) => !stale || one.do === 'reply');
    // A phone is rung before anything else is done: no leg is ever made or dialled after its end was asked for.
    for (const command of commands) if (isRing(command)) ports.send(command);
    for (const command of commands) if (!isRing(command)) ports.send(command);
    const facts = batch.steps.flatMap((one) => one.facts);
    for (const fact of facts) {
      if (fact.type === 'repaired') counts.repairs += 1;
      if (fact.type === 'call-turned-away') counts.turnedAway += 1;
    }
    if (facts.length > 0) ports.publish(facts);
  }

  function isDue(now: number): boolean {
    const first = world.index.deadlines.first();
    return first !== undefined && first.at <= now;
  }

  function setTimer(): void {
    const gathered = open === null ? Number.POSITIVE_INFINITY : open.since + gatherMs;
    const next = Math.min(world.index.deadlines.first()?.at ?? Number.POSITIVE_INFINITY, gathered);
    if (next === wakeAt || stopped) return;
    wake?.();
    wakeAt = next;
    wake = null;
    if (next === Number.POSITIVE_INFINITY) return;
    wake = ports.after(Math.max(0, next - ports.now()), () => {
      wakeAt = Number.POSITIVE_INFINITY;
      wake = null;
      schedule();
    });
  }

  return {
    world,
    counts,
    isGathering: () => open !== null,
    heldSince: () => heldAt,
    post(event, caller = null) {
      const at = ports.now();
      // Only where the hold is so long that everything is asked anew.
      if (inbox.length >= mostKept && heldAt !== null && at - heldAt > staleMs && isFoundBySurvey(event)) leftOut += 1;
      else inbox.push({ event, caller, at });
      schedule();
    },
    stop() {
      stopping = true;
      // One batch after the other, of what is here at this moment: what comes meanwhile is found by the survey after the start.
      const batches = Math.max(1, Math.ceil(inbox.length / maxBatch));
      for (let count = 0; count < batches; count += 1) run();
      stopped = true;
      wake?.();
    },
  };
}

function isRing(command: Command): boolean {
  return command.do === 'create-leg' || command.do === 'create-trunk-leg' || command.do === 'dial-leg';
}

/** Whether a later attempt can succeed: no room, no right to write, a disk that fails, a lock. Anything else is a bug of ours. */
function isPassing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return ['SQLITE_FULL', 'SQLITE_READONLY', 'SQLITE_IOERR', 'SQLITE_BUSY', 'SQLITE_CANTOPEN', 'SQLITE_LOCKED'].some(
    (known) => code.startsWith(known),
  );
}
