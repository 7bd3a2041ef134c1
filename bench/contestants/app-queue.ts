import type { LabAsterisk } from '../../test/lab/asterisk.ts';
import { becomesReady, type Contestant, type QueueName } from './contestant.ts';
import { queueExtension } from './fragments.ts';

/** Asterisk's own queue. It is ready when it takes all members to be free. */
export async function startAppQueue(name: QueueName, asterisk: LabAsterisk, members: number): Promise<Contestant> {
  await becomesReady(name, 30_000, async () => {
    const shown = await asterisk.rx('queue show bench');
    const free = shown.split('(Not in use)').length - 1;
    return free === members ? null : `${free} of ${members} members are free`;
  });
  return { name, extension: queueExtension, pids: [], stop: async () => {} };
}
