import type { LabAsterisk } from './asterisk.ts';
import { waitUntil } from './deadline.ts';

/** After every test: Asterisk has no channel and no bridge left. Rejects with their names and the end of Asterisk's log. */
export async function expectNothingLeft(lab: LabAsterisk): Promise<void> {
  const left = async (): Promise<string[]> => [...(await lab.channels()), ...(await lab.bridges())];
  await waitUntil(async () => (await left()).length === 0, 'Asterisk to be empty').catch(async (error: Error) => {
    throw new Error(`${error.message}; left are ${(await left()).join(', ')}\n${await lab.log()}`);
  });
}
