import { wantedEvents } from '../asterisk/ari/connection.ts';
import type { AriEvent, AriHandlers, AriLink, AriRequest, AriResponse } from '../asterisk/ari/port.ts';
import type { Dice } from './dice.ts';
import type { Faults } from './faults.ts';
import type { Scheduler } from './scheduler.ts';

/** The event filter that the real link sets. */
const wanted: ReadonlySet<string> = new Set(wantedEvents);

/** A request without an answer is given up after so long, as the real link does. */
const requestMs = 2_000;

/**
 * The socket between an application and the simulated Asterisk. Events of one stream (a channel, a bridge) keep their
 * order; between streams, and between events and answers, there is none. While nobody is connected events are dropped.
 */
export type Wire = {
  isUp(): boolean;
  /** Whether an event of this type would be sent at all: the others need not be made. */
  wants(type: string): boolean;
  /** How many events and answers are on their way to the application. */
  inFlight(): number;
  connect(handlers: AriHandlers): AriLink;
  /** Sends the event to the application, `copies` times (it comes once for each subscription that matches). */
  emit(stream: string, event: AriEvent, copies: number): void;
  /** Cuts the connection for so long; requests in flight are answered with status 0. */
  lose(forMs: number): void;
};

type Pending = { done: ((response: AriResponse) => void) | null };
type Connection = { readonly handlers: AriHandlers; isUp: boolean; isClosed: boolean; readonly pending: Set<Pending> };

export function createWire(parts: {
  readonly scheduler: Scheduler;
  readonly dice: Dice;
  readonly faults: Faults;
  readonly execute: (request: AriRequest) => AriResponse;
}): Wire {
  const { scheduler, dice, faults, execute } = parts;
  const lastOf = new Map<string, number>();
  let current: Connection | null = null;
  let events = 0;
  let blockedUntil = 0;

  /** When something of this stream arrives: never before what was sent there earlier. */
  function arrival(stream: string, delayMs: number): number {
    const at = Math.max(scheduler.now() + delayMs, lastOf.get(stream) ?? 0);
    lastOf.set(stream, at);
    return at - scheduler.now();
  }

  function open(connection: Connection): void {
    if (connection.isClosed || connection !== current) return;
    const waitMs = blockedUntil - scheduler.now();
    if (waitMs > 0) {
      scheduler.after(waitMs, () => open(connection));
      return;
    }
    lastOf.clear();
    connection.isUp = true;
    connection.handlers.onUp();
  }

  function drop(connection: Connection, why: string): void {
    if (!connection.isUp) return;
    connection.isUp = false;
    connection.handlers.onDown(why);
    for (const pending of connection.pending) settle(connection, pending, noAnswer);
  }

  function settle(connection: Connection, pending: Pending, response: AriResponse): void {
    connection.pending.delete(pending);
    const { done } = pending;
    pending.done = null;
    if (!connection.isClosed) done?.(response);
  }

  function request(connection: Connection, asked: AriRequest, done: (response: AriResponse) => void): void {
    const pending: Pending = { done };
    connection.pending.add(pending);
    if (!connection.isUp) {
      scheduler.after(0, () => settle(connection, pending, noAnswer));
      return;
    }
    scheduler.after(arrival('requests', dice.roll(2)), () => {
      if (!connection.isUp) return;
      if (stays(asked)) {
        if (dice.happens(500)) return respond(connection, pending, refusal(dice));
        return void scheduler.after(requestMs, () => settle(connection, pending, noAnswer));
      }
      const isSafe = alwaysWorks(asked);
      const isRefused = faults.refused > 0 && dice.happens(faults.refused);
      if (isRefused && !isSafe) return respond(connection, pending, refusal(dice));
      const isSilent = faults.silent > 0 && dice.happens(faults.silent) && !isSafe;
      if (isSilent) scheduler.after(requestMs, () => settle(connection, pending, noAnswer));
      if (isSilent && dice.happens(500)) return;
      const response = execute(asked);
      if (!isSilent) respond(connection, pending, response);
    });
  }

  function stays({ uri }: AriRequest): boolean {
    return faults.stays > 0 && uri.includes('/continue?') && dice.happens(faults.stays);
  }

  function respond(connection: Connection, pending: Pending, response: AriResponse): void {
    scheduler.after(arrival('responses', dice.roll(3)), () => settle(connection, pending, response));
  }

  return {
    isUp: () => current?.isUp ?? false,
    wants: (type) => current?.isUp === true && wanted.has(type),
    inFlight: () => events + (current?.pending.size ?? 0),
    connect(handlers) {
      const connection: Connection = { handlers, isUp: false, isClosed: false, pending: new Set() };
      const former = current;
      current = connection;
      if (former?.isUp) {
        former.isUp = false;
        scheduler.after(1, () => former.handlers.onReplaced());
      }
      scheduler.after(dice.between(2, 10), () => open(connection));
      return {
        request: (asked, done) => request(connection, asked, done),
        close() {
          connection.isClosed = true;
          connection.isUp = false;
        },
      };
    },
    emit(stream, event, copies) {
      const connection = current;
      if (!connection?.isUp || !wanted.has(event.type)) return;
      let count = copies;
      let delayMs = 1 + dice.roll(3);
      if (faults.late > 0 && dice.happens(faults.late)) delayMs += dice.between(1, faults.lateMs);
      if (faults.lost > 0 && dice.happens(faults.lost)) count = 0;
      else if (faults.doubled > 0 && dice.happens(faults.doubled)) count += 1;
      const overtakes = faults.reordered > 0 && dice.happens(faults.reordered);
      for (let copy = 0; copy < count; copy += 1) {
        events += 1;
        scheduler.after(overtakes ? 0 : arrival(stream, delayMs), () => {
          events -= 1;
          if (connection.isUp && connection === current) connection.handlers.onEvent(event);
        });
      }
    },
    lose(forMs) {
      blockedUntil = scheduler.now() + forMs;
      const connection = current;
      if (connection === null) return;
      drop(connection, 'the connection was cut');
      scheduler.after(forMs, () => open(connection));
    },
  };
}

const noAnswer: AriResponse = { status: 0, body: null };

function refusal(dice: Dice): AriResponse {
  return { status: dice.pick([404, 409, 422, 500]), body: { message: 'refused by the fault plan' } };
}

/**
 * A playback that is "not found" is over, and who is still spoken to may be asked nothing: to end it always works. So does taking a lease
 * off: where that is refused, the lease cuts a caller off in the dialplan, and nobody could say whether it was forgotten.
 */
function alwaysWorks({ uri, body }: AriRequest): boolean {
  const { variables } = (body ?? {}) as { readonly variables?: Readonly<Record<string, string>> };
  return uri.startsWith('playbacks/') || variables?.['TIMEOUT(absolute)'] === '0';
}
