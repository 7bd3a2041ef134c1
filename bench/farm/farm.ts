import { createCallers } from './callers.ts';
import { methodOf } from './message.ts';
import { createPhones } from './phones.ts';
import type { Account, Address, FarmEvent, Journal, Workload } from './protocol.ts';
import { seededRandom } from './random.ts';
import { createRegistrations } from './registration.ts';
import { openWire, type Wire } from './wire.ts';

/** Phones and callers of one Asterisk: two sockets, one clock, one journal. */
export type Farm = {
  readonly phonePort: number;
  readonly callerPort: number;
  register(accounts: readonly Account[]): Promise<void>;
  /** Runs one load to its end, every caller gone; one at a time. The journal goes on until the next run. */
  run(workload: Workload): Promise<Journal>;
  close(): void;
};

/** Opens the sockets. The phones answer nothing but what `workload` of the run says; callers come from another address, so that Asterisk can tell them. */
export async function openFarm(asterisk: Address, phoneHost: string, callerHost: string): Promise<Farm> {
  let events: FarmEvent[] = [];
  let habits = { answerAfterMs: () => 0, talkMs: (): number | null => 0 };
  const log = (event: FarmEvent): void => {
    events.push(event);
  };
  const phoneWire = await openWire(phoneHost);
  const callerWire = await openWire(callerHost);
  const registrations = createRegistrations(phoneWire);
  const callers = createCallers(callerWire, log);
  const phones = createPhones(
    phoneWire,
    { answerAfterMs: () => habits.answerAfterMs(), talkMs: () => habits.talkMs() },
    log,
  );
  callerWire.listen(callers.receive);
  phoneWire.listen((message, from, atMs) => {
    if (message.start.kind === 'response' && methodOf(message) === 'REGISTER') {
      registrations.responded(message, message.start.status);
    } else phones.receive(message, from, atMs);
  });

  return {
    phonePort: phoneWire.address.port,
    callerPort: callerWire.address.port,
    register: (accounts) => registrations.register(accounts, asterisk),
    run: async (workload) => {
      events = [];
      const resentBefore = resent(phoneWire, callerWire);
      const random = seededRandom(workload.seed);
      const startedAt = performance.now() + 50;
      const intervalMs = 1000 / workload.callsPerS;
      const allSentAt = startedAt + workload.calls * intervalMs;
      habits = {
        answerAfterMs: () => workload.answerAfterMs,
        talkMs: () => {
          const holdMs = workload.holdUntilAllSent ? Math.max(0, allSentAt - performance.now()) : 0;
          return holdMs + random(...workload.talkMs);
        },
      };
      for (let nth = 0; nth < workload.calls; nth += 1) {
        await until(startedAt + nth * intervalMs);
        callers.dial(callerNumber(nth), workload.extension, asterisk);
      }
      const quiet = (): boolean => callers.active() === 0 && phones.busy() === 0;
      await becomes(quiet, workload.drainMs);
      callers.hangUpAll();
      await becomes(quiet, 2000);
      phones.hangUpAll();
      await becomes(quiet, 2000);
      return { events, resent: resent(phoneWire, callerWire) - resentBefore };
    },
    close: () => {
      phoneWire.close();
      callerWire.close();
    },
  };
}

/** Numbers of ten digits that no extension of the bench begins like. */
function callerNumber(nth: number): string {
  return `77${String(nth).padStart(8, '0')}`;
}

function resent(...wires: readonly Wire[]): number {
  return wires.reduce((sum, wire) => sum + wire.resent(), 0);
}

function until(atMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - performance.now())));
}

/** Waits until `holds` or the time is over, looking every 20 ms. */
async function becomes(holds: () => boolean, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!holds() && performance.now() < deadline) await until(performance.now() + 20);
}
