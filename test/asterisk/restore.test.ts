import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';

const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const run = promisify(execFile);

let lab: LabCordboard;
beforeAll(async () => {
  lab = await startCordboard();
});
afterAll(() => lab?.stop());

// Colours come on by themselves where CI is set.
const cordboard = (...args: string[]) =>
  run(process.execPath, [cli, '--home', lab.home, ...args], { env: { ...process.env, NO_COLOR: '1' } });

test('given_a_backup_of_a_running_daemon_when_restored_then_calls_go_on_and_no_id_is_ever_used_again', async () => {
  const answers = { kind: 'answer', afterMs: 200 } as const;
  const { extension, agents } = await lab.team([answers], { strategy: 'linear', wrapUpMs: 0 });
  const [agent] = agents;
  const used: string[] = [];
  const callOnce = async () => {
    const from = lab.facts().at(-1)?.seq ?? 0;
    const call = await (await lab.stranger()).dial(extension);
    const connected = await lab.fact('call-connected', {}, from);
    call.hangUp();
    await lab.fact('call-ended', { call: connected.call }, from);
    await lab.fact('agent-work', { agent: agent?.name ?? '', work: 'idle' }, connected.seq);
    used.push(connected.call, connected.offer ?? '');
  };
  await callOnce();
  const backup = join(lab.home, 'backup');
  await cordboard('db', 'backup', backup);
  await callOnce();
  await expect(cordboard('db', 'restore', backup)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('a daemon runs in'),
  });
  expect(lab.running).toBe(true);

  await lab.terminate();
  const before = lab.facts().length;
  await cordboard('db', 'restore', backup);
  expect(lab.facts().length).toBeLessThan(before);
  await lab.serve();
  await callOnce();

  expect(used.every((id) => /^cb-[0-9a-f]{8}-[co]\d+$/.test(id))).toBe(true);
  expect(new Set(used).size).toBe(6);
  expect((await cordboard('db', 'check')).stdout).toMatch(/^ok .*live\.db.*\nok .*directory\.db.*\n$/);
  await lab.expectQuiet();
});
