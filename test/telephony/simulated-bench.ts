import { createSimulatedAsterisk } from '../../src/simulation/asterisk.ts';
import { createScheduler } from '../../src/simulation/scheduler.ts';
import type { Bench } from './bench.ts';

/** So much virtual time passes before a probe is given up. */
const patienceMs = 30_000;

/** The simulated Asterisk with one phone, `1001`, and the number `8001`. */
export async function simulatedBench(seed: number): Promise<Bench> {
  const scheduler = createScheduler(1_700_000_000_000);
  const asterisk = createSimulatedAsterisk({ scheduler, seed });
  let isUp = false;
  const events: Bench['events'] = [];
  const link = asterisk.connect({
    onUp: () => {
      isUp = true;
    },
    onDown: () => {
      isUp = false;
    },
    onEvent: (event) => events.push(event),
    onReplaced: () => undefined,
  });

  const until: Bench['until'] = async (probe, what) => {
    const end = scheduler.now() + patienceMs;
    for (;;) {
      const found = probe();
      if (found) return found;
      const next = scheduler.nextAt();
      if (next === null || next > end || !scheduler.runNext()) throw new Error(`it never came: ${what}`);
    }
  };
  const phone = asterisk.addPhone('1001', { kind: 'ignore' });
  phone.isRegistered = false;
  asterisk.addPhone('1009', { kind: 'ignore' });
  const bench: Bench = {
    link,
    events,
    until,
    isUp: () => isUp,
    async dial(exten) {
      const caller = asterisk.dial(exten, '1009');
      return {
        hangUp: caller.hangUp,
        asks: async (what) => asterisk.ask('1009', what),
        state: () => (caller.state().is === 'gone' ? 'ended' : caller.isAnswered() ? 'answered' : 'calling'),
      };
    },
    async phone(behaviour) {
      phone.behaviour = behaviour;
      asterisk.setRegistered('1001', true);
    },
    phoneAsks: async (what) => asterisk.ask('1001', what),
    phoneHangsUp: () => asterisk.press('1001', 'hang-up'),
    phoneHeard() {
      const last = phone.log.findLast((note) => note.what.startsWith('ended by Asterisk'));
      if (last === undefined) return null;
      if (!last.what.includes('unanswered')) return 'bye';
      return last.what.endsWith('26') ? 'answered-elsewhere' : 'cancelled';
    },
    async cut() {
      asterisk.loseConnection(500);
      await until(() => !isUp, 'the end of the connection');
    },
    async clean() {
      for (const id of asterisk.channels()) link.request({ method: 'DELETE', uri: `channels/${id}` }, () => undefined);
      for (const id of asterisk.bridges()) link.request({ method: 'DELETE', uri: `bridges/${id}` }, () => undefined);
      await until(() => asterisk.channels().length + asterisk.bridges().length === 0, 'Asterisk to be empty');
      asterisk.setRegistered('1001', false);
      phone.log.length = 0;
      events.length = 0;
    },
    async close() {
      link.close();
    },
  };
  await until(() => isUp, 'the connection');
  return bench;
}
