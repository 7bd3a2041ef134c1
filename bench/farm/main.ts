/** The farm's own process: its load and its event loop stay away from those of the bench and of whom it measures. */

import { whyOf } from '../../src/lib/why.ts';
import { type Farm, openFarm } from './farm.ts';
import type { FromFarm, ToFarm } from './protocol.ts';

let farm: Farm | undefined;

process.on('message', (message: ToFarm) => {
  obey(message).then(answer, (error: unknown) => {
    answer({ id: message.id, answer: 'failed', why: whyOf(error) });
  });
});
// The bench is gone: nobody would stop us.
process.on('disconnect', () => process.exit(0));

async function obey(message: ToFarm): Promise<FromFarm> {
  const { id } = message;
  if (message.ask === 'open') {
    farm?.close();
    farm = await openFarm(message.asterisk, message.phoneHost, message.callerHost);
    return { id, answer: 'opened', phonePort: farm.phonePort, callerPort: farm.callerPort };
  }
  if (farm === undefined) throw new Error(`the farm was asked to ${message.ask} before it was opened`);
  if (message.ask === 'register') {
    const startedAt = performance.now();
    await farm.register(message.accounts);
    return { id, answer: 'registered', tookMs: performance.now() - startedAt };
  }
  if (message.ask === 'run') return { id, answer: 'ran', journal: await farm.run(message.workload) };
  farm.close();
  farm = undefined;
  return { id, answer: 'closed' };
}

function answer(message: FromFarm): void {
  process.send?.(message);
}
