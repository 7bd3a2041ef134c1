import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '../../lab/deadline.ts';
import { takePorts } from '../../lab/ports.ts';
import { removeScratch } from '../../lab/scratch.ts';
import { type Fault, fellBack, unnoticed } from '../fault.ts';
import type { Stage } from '../stage.ts';

const family = 'two daemons';
const cli = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

/** Two want the same thing: one acts, and the other one knows. */
export const twoDaemonFaults: readonly Fault[] = [
  {
    family,
    name: 'a second one is started on the same home',
    expect: unnoticed,
    async strike({ lab }) {
      const before = lab.facts().at(-1)?.seq ?? 0;
      const old = lab.pid;
      await lab.serve();
      await waitUntil(() => !isAlive(old), 'the old one to be gone', 20_000);
      await lab.fact('pbx-ready', {}, before);
      return 'the newcomer took over, the old one ended';
    },
  },
  {
    family,
    name: 'one from another home takes the same Asterisk, and goes again',
    long: true,
    // Two homes are two exchanges: what the other one does not know it takes for left over, and ends it.
    expect: { ...fellBack, talks: 'kept' },
    async strike(stage) {
      const { lab } = stage;
      const home = join(lab.home, 'other-home');
      const {
        ports: [health = 0],
        release,
      } = await takePorts(1);
      await otherHome(stage, home, health);
      const other = spawn(process.execPath, [cli, 'serve', '--home', home], { stdio: 'ignore' });
      try {
        await waitUntil(() => !lab.running, 'the first one to have stopped', 20_000);
      } finally {
        await end(other);
        release();
        removeScratch(home);
      }
      await lab.serve();
      return 'ApplicationReplaced: the first one stopped by itself';
    },
  },
];

/** A home with the same configuration and secrets, and nothing else. */
async function otherHome({ lab }: Stage, home: string, health: number): Promise<void> {
  await mkdir(home, { recursive: true });
  await cp(join(lab.home, 'secrets'), join(home, 'secrets'), { recursive: true });
  const config = await readFile(join(lab.home, 'cordboard.yaml'), 'utf8');
  await writeFile(join(home, 'cordboard.yaml'), config.replace(/^http: .*$/m, `http: { port: ${health} }`));
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
