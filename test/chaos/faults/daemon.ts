import { waitUntil } from '../../lab/deadline.ts';
import { during, type Fault, fellBack, unnoticed } from '../fault.ts';
import { crowd, fallbackServes, first } from '../floor.ts';
import { leaseMs, type Stage } from '../stage.ts';

const family = 'daemon';

/** It dies without a word, at any moment and at the worst ones; it comes back soon, late, or not at all. */
export const daemonFaults: readonly Fault[] = [
  {
    family,
    name: 'kill -9, back at once',
    long: true,
    expect: unnoticed,
    async strike({ lab }) {
      await lab.kill9();
      await lab.serve();
      return undefined;
    },
  },
  {
    family,
    name: 'kill -9, an agent answers before it is back',
    expect: unnoticed,
    async strike({ lab, slow }, { ring }) {
      await lab.kill9();
      ring.phone.answer();
      await waitUntil(() => ring.phone.state === 'answered', 'the phone to have answered');
      await lab.serve();
      await lab.fact('call-connected', { call: ring.call, user: first(slow).name });
      return 'the answer was adopted';
    },
  },
  {
    family,
    name: 'kill -9 in a rush of callers, back at once',
    expect: unnoticed,
    async strike(stage, _floor, dice) {
      const rush = crowd(stage, 2);
      await during(dice.between(200, 2_000));
      await stage.lab.kill9();
      await stage.lab.serve();
      return `of the rush ${summary(await rush)}`;
    },
  },
  ...(['before-commit', 'after-commit', 'after-send'] as const).map(
    (point): Fault => ({
      family,
      name: `it kills itself ${point.replace('-', ' ')}, in a rush of callers`,
      ...(point === 'after-commit' ? {} : { long: true }),
      expect: unnoticed,
      async strike(stage, _floor, dice) {
        const batch = dice.between(40, 110);
        await stage.lab.kill9();
        await stage.lab.serve({ CORDBOARD_FAULT: `${point}:${batch}` });
        await stage.working();
        const rush = crowd(stage, 3);
        await waitUntil(() => !stage.lab.running, `batch ${batch} to kill it`, 60_000);
        await stage.lab.serve();
        return `at batch ${batch}; of the rush ${summary(await rush)}`;
      },
    }),
  ),
  {
    family,
    name: 'kill -9, back when every lease has ended',
    expect: fellBack,
    async strike(stage) {
      await stage.lab.kill9();
      await fallbackServes(stage);
      await talkIsInDialplan(stage);
      await stage.lab.serve();
      return 'the fallback rang the member who was free';
    },
  },
  {
    family,
    name: 'kill -9 in a rush of callers, back after 20 s',
    long: true,
    expect: fellBack,
    async strike(stage) {
      const rush = crowd(stage, 1);
      await during(500);
      await stage.lab.kill9();
      await during(20_000);
      await stage.lab.serve();
      return `of the rush ${summary(await rush)}`;
    },
  },
  {
    family,
    name: 'kill -9, and nobody starts it: all hang up by themselves',
    long: true,
    expect: { ...fellBack, talks: 'lost' },
    async strike(stage, { talk, ring, wait }) {
      await stage.lab.kill9();
      await talkIsInDialplan(stage);
      talk.agent.hangUp();
      await waitUntil(() => talk.caller.state === 'ended', 'the caller to be ended with the agent', 30_000);
      wait.caller.hangUp();
      ring.caller.hangUp();
      await waitUntil(async () => (await stage.lab.asterisk.channels()).length === 0, 'Asterisk to be empty', 200_000);
      return 'Asterisk emptied itself without us';
    },
  },
  {
    family,
    name: 'SIGTERM, back at once',
    long: true,
    expect: unnoticed,
    async strike({ lab }) {
      const code = await lab.terminate();
      if (code !== 0) throw new Error(`it ended with ${code}`);
      await lab.serve();
      return undefined;
    },
  },
  {
    family,
    name: 'SIGSTOP for 2 s in a rush of callers',
    expect: { ...unnoticed, repairs: 'any' },
    strike: (stage) => stopFor(stage, 2_000),
  },
  {
    family,
    name: 'SIGSTOP for 10 s in a rush of callers, and nothing is cut off afterwards',
    long: true,
    expect: fellBack,
    async strike(stage) {
      const said = await stopFor(stage, 10_000);
      // A lease that is renewed on a leg which the dialplan has by now would end it a lease later.
      await during(leaseMs * 2);
      return said;
    },
  },
];

async function stopFor(stage: Stage, ms: number): Promise<string> {
  const rush = crowd(stage, 2);
  await during(500);
  process.kill(stage.lab.pid, 'SIGSTOP');
  await during(ms);
  process.kill(stage.lab.pid, 'SIGCONT');
  return `of the rush ${summary(await rush)}`;
}

/** The lease of the talk has run out, and the two go on in an ordinary bridge. */
async function talkIsInDialplan({ lab }: Stage): Promise<void> {
  const isThere = async () => /Bridge\(/.test(await lab.asterisk.rx('core show channels'));
  await waitUntil(isThere, 'the dialplan to join the two', leaseMs * 5);
}

export function summary({ answered, turnedAway }: { answered: number; turnedAway: number }): string {
  return `${answered} were answered${turnedAway === 0 ? '' : `, ${turnedAway} turned away`}`;
}
