import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { makeScratch, removeScratch } from '../lab/scratch.ts';

const repo = fileURLToPath(new URL('../..', import.meta.url));
const units = readdirSync(join(repo, 'systemd')).filter((name) => name.endsWith('.service'));

test.each(units)('%s_when_systemd_reads_it_then_it_finds_nothing_wrong', (name) => {
  const folder = makeScratch('unit');
  // Where the unit expects things is not where they are here.
  const text = readFileSync(join(repo, 'systemd', name), 'utf8');
  const here = text.replaceAll('/opt/cordboard/', repo).replaceAll('/usr/bin/node', process.execPath);
  const file = join(folder, basename(name));
  writeFileSync(file, here);
  const said = execFileSync('bash', ['-c', 'systemd-analyze verify "$1" 2>&1; echo "ended with $?"', 'verify', file], {
    encoding: 'utf8',
  });
  removeScratch(folder);
  expect(said.trim()).toBe('ended with 0');
});
