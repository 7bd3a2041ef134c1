import { waitUntil } from '../../lab/deadline.ts';
import { during, type Fault, fellBack } from '../fault.ts';
import { crowd } from '../floor.ts';
import type { Stage } from '../stage.ts';
import { summary } from './daemon.ts';

const family = 'asterisk';

/** It takes all its calls with it; what is left to do is to know that, and to go on when it is back. */
export const asteriskFaults: readonly Fault[] = [
  {
    family,
    name: 'kill -9 and restart',
    expect: { talks: 'lost', waiting: 'any', repairs: 'any' },
    async strike(stage, floor) {
      await dies(stage);
      await stage.lab.asterisk.startAgain();
      return endedLostPbx(stage, floor.mark, 3);
    },
  },
  {
    family,
    name: 'SIGSTOP for 14 s: every handshake of the daemon times out meanwhile',
    long: true,
    // The caller's lease is over when it wakes up; the agent's is much longer, so that the dialplan can join the two.
    expect: fellBack,
    async strike({ lab }, floor) {
      const before = lab.facts().at(-1)?.seq ?? floor.mark;
      process.kill(lab.asterisk.pid, 'SIGSTOP');
      await during(14_000);
      process.kill(lab.asterisk.pid, 'SIGCONT');
      await lab.fact('pbx-ready', {}, before);
      await during(2_000);
      if (!lab.running) throw new Error('the daemon took a late connection of its own for another daemon, and stopped');
      return 'the daemon is still there';
    },
  },
  {
    family,
    name: 'kill -9 in a rush of callers, and restart',
    long: true,
    expect: { talks: 'lost', waiting: 'any', repairs: 'any' },
    async strike(stage, floor) {
      let over = false;
      const rush = crowd(stage, 2, () => over);
      await stage.lab.fact('call-connected', {}, floor.mark);
      await dies(stage);
      over = true;
      hangUpAll(stage);
      await stage.lab.asterisk.startAgain();
      return `${await endedLostPbx(stage, floor.mark, 3)}; of the rush ${summary(await rush)}`;
    },
  },
  {
    family,
    name: 'Asterisk and the daemon die together',
    long: true,
    expect: { talks: 'lost', waiting: 'any', repairs: 'any' },
    async strike(stage, floor) {
      await stage.lab.kill9();
      await dies(stage);
      await stage.lab.asterisk.startAgain();
      await stage.lab.serve();
      return endedLostPbx(stage, floor.mark, 3);
    },
  },
];

async function dies({ lab }: Stage): Promise<void> {
  await lab.asterisk.kill9();
}

/** At their own phones, where nothing tells that the other side is no more. */
function hangUpAll({ callers }: Stage): void {
  for (const phone of callers) for (const call of phone.calls) if (call.state !== 'ended') call.hangUp();
}

async function endedLostPbx({ lab }: Stage, mark: number, least: number): Promise<string> {
  const lost = () =>
    lab.facts().filter((fact) => fact.seq > mark && fact.type === 'call-ended' && fact.ending === 'lost-pbx').length;
  await waitUntil(() => lost() >= least, `${least} calls to end lost-pbx`, 30_000);
  const rested = lab.facts().filter((fact) => fact.seq > mark && fact.type === 'agent-missed');
  if (rested.length > 0) throw new Error(`an agent was blamed: ${JSON.stringify(rested)}`);
  return `${lost()} calls ended lost-pbx, nobody was blamed`;
}
