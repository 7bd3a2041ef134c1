import { createDice } from '../../../src/simulation/dice.ts';
import { during, type Fault, fellBack, unnoticed } from '../fault.ts';
import { crowd } from '../floor.ts';
import type { Stage } from '../stage.ts';
import { summary } from './daemon.ts';

const family = 'network';

/** The ARI socket is cut, stands still, or tells things late and twice. */
export const networkFaults: readonly Fault[] = [
  ...[100, 3_000].map((ms) => cutFor(ms, unnoticed)),
  cutFor(5_000, fellBack, true),
  cutFor(60_000, fellBack, true),
  {
    family,
    name: 'nothing passes for 3 s, and no connection breaks',
    expect: { ...unnoticed, repairs: 'any' },
    async strike(stage) {
      const rush = crowd(stage, 1);
      await during(300);
      stage.proxy.freeze(3_000);
      return `of the rush ${summary(await rush)}`;
    },
  },
  {
    family,
    name: 'half of the events late by up to 150 ms, half of them twice',
    expect: { ...unnoticed, repairs: 'any' },
    strike: (stage, _floor, dice) =>
      disturbed(stage, { dice: createDice(dice.roll(1 << 30)), late: 500, lateMs: 150, doubled: 500, staleMs: 0 }),
    restore: calm,
  },
  {
    family,
    name: 'a fifth of the events again up to 3 s later, when they are true no more',
    long: true,
    expect: { ...unnoticed, repairs: 'any' },
    strike: (stage, _floor, dice) =>
      disturbed(stage, { dice: createDice(dice.roll(1 << 30)), late: 0, lateMs: 0, doubled: 200, staleMs: 3_000 }),
    restore: calm,
  },
];

function cutFor(ms: number, expect: Fault['expect'], long = false): Fault {
  return {
    family,
    name: `the ARI socket is cut for ${ms / 1_000} s`,
    ...(long ? { long: true } : {}),
    expect,
    async strike({ proxy, lab }, floor) {
      const before = lab.facts().at(-1)?.seq ?? floor.mark;
      proxy.cut(ms);
      await lab.fact('pbx-lost', {}, before);
      await during(ms);
      const ready = await lab.fact('pbx-ready', {}, before);
      return `${ready.adopted} adopted, ${ready.lost} lost`;
    },
  };
}

async function disturbed(stage: Stage, how: Parameters<Stage['proxy']['disturb']>[0]): Promise<string> {
  const before = stage.proxy.disturbed;
  stage.proxy.disturb(how);
  const result = await crowd(stage, 2);
  stage.proxy.disturb(null);
  await during(3_000);
  return `${stage.proxy.disturbed - before} events disturbed; of the rush ${summary(result)}`;
}

async function calm({ proxy }: Stage): Promise<void> {
  proxy.disturb(null);
}
