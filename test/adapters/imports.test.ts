import { writeFileSync } from 'node:fs';
import { ClientRequest } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { type LabFront, startLabFront } from '../lab/front.ts';

// Many at once by the command line: what is told once must not be given up while the daemon is still at it.
let lab: LabFront;
beforeEach(async () => {
  lab = await startLabFront();
});
afterEach(() => lab.stop());

const tenMinutes = 600_000;

test.each([
  ['user add --from', 'username,name,extension\nbert,Bert,next\n'],
  ['queue member import', 'queue,username\nevening,anna\n'],
  ['skill import', 'username,skill,level\nanna,es,3\n'],
])('given_%s_when_it_is_run_then_it_waits_as_long_as_for_what_is_known_to_be_slow', async (command, csv) => {
  await lab.ask('POST', '/v1/users', { username: 'anna', name: 'Anna', extension: '1001' });
  await lab.ask('POST', '/v1/queues', { name: 'evening' });
  const file = join(lab.home, 'many.csv');
  writeFileSync(file, csv);
  const patience = vi.spyOn(ClientRequest.prototype, 'setTimeout');
  const program = buildProgram({ CORDBOARD_HOME: lab.home }, () => {});
  await program.parseAsync(['node', 'cordboard', ...command.split(' '), file]);
  expect(patience.mock.calls.map(([ms]) => ms)).toEqual([tenMinutes]);
  patience.mockRestore();
});
