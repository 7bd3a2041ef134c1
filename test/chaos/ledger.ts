import type { Agent } from '../../src/core/state.ts';
import { waitUntil } from '../lab/deadline.ts';
import { readRows } from '../lab/live-rows.ts';
import type { Stage } from './stage.ts';

/** When everybody has gone: nothing is left anywhere. Rejects with what is. */
export async function expectEmpty({ lab }: Pick<Stage, 'lab'>): Promise<void> {
  const left = async (): Promise<string[]> => [
    ...(await lab.asterisk.channels()).map((name) => `channel ${name}`),
    ...(await lab.asterisk.bridges()).map((id) => `bridge ${id}`),
    ...readRows<{ id: string }>(
      lab.home,
      'SELECT body FROM calls UNION ALL SELECT body FROM legs UNION ALL SELECT body FROM offers',
    ).map((row) => `row ${JSON.stringify(row)}`),
    ...readRows<Agent>(lab.home, 'SELECT body FROM agents')
      .filter((agent) => agent.work.is !== 'idle' && agent.work.until === null)
      .map((agent) => `agent ${agent.id} who is ${agent.work.is} without an end`),
  ];
  await waitUntil(async () => (await left()).length === 0, 'nothing to be left', 40_000).catch(async (error: Error) => {
    throw new Error(`${error.message}; left are: ${(await left()).join('; ')}`);
  });
}
