import { during, type Fault, unnoticed } from '../fault.ts';
import { crowd } from '../floor.ts';
import { summary } from './daemon.ts';

const family = 'phones';
/** The rush goes on until so many were seen. */
const enoughFlaps = 12;

/** Nothing of ours fails; the phones do. No repair may be needed. */
export const phoneFaults: readonly Fault[] = [
  {
    family,
    name: '30 % of them never answer',
    expect: unnoticed,
    strike: async (stage) => `of the rush ${summary(await crowd(stage, 4))}`,
  },
  {
    family,
    name: 'they lose their sockets and register anew, again and again',
    expect: { ...unnoticed, repairs: 'any' },
    async strike(stage, _floor, dice) {
      let over = false;
      let flaps = 0;
      const flapping = (async () => {
        while (!over) {
          const { phone } = dice.pick(stage.crowd.agents);
          const isBusy = phone.calls.some((call) => call.state === 'answered');
          if (!isBusy) {
            phone.cut();
            await during(dice.between(20, 300));
            await phone.register();
            flaps += 1;
          }
          await during(20);
        }
      })();
      const result = await crowd(stage, 20, () => flaps >= enoughFlaps).finally(() => {
        over = true;
      });
      await flapping;
      return `${flaps} times; of the rush ${summary(result)}`;
    },
  },
];
