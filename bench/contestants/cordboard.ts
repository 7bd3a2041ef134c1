import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type ApiClient, createClient } from '../../src/cli/client.ts';
import type { AgentView } from '../../src/protocol/agents.ts';
import type { StatusView } from '../../src/protocol/status.ts';
import type { LabAsterisk } from '../../test/lab/asterisk.ts';
import { takePorts } from '../../test/lab/ports.ts';
import type { Account } from '../farm/protocol.ts';
import { becomesReady, type Contestant } from './contestant.ts';
import { phoneCodecs } from './fragments.ts';

/** A daemon beside an Asterisk, with its own home in that of the Asterisk. */
export type CordboardDaemon = {
  /** Makes a user and a phone for each account, one group of all, and signs everybody in. */
  provision(accounts: readonly Account[]): Promise<void>;
  /** Waits until every agent is idle, ready and reachable. */
  ready(agents: number): Promise<Contestant>;
  stop(): Promise<void>;
};

/** The group's number. */
const groupExtension = '8001';
const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Starts the built daemon as a user would, and waits until it takes calls. */
export async function startCordboard(asterisk: LabAsterisk): Promise<CordboardDaemon> {
  if (!existsSync(cli)) throw new Error('Cordboard is not built: npm run build');
  const { home, ports } = asterisk;
  const health = await takePorts(1);
  const portFlags = Object.entries({ ...ports, health: health.ports[0] })
    .filter(([name]) => !name.startsWith('rtp'))
    .flatMap(([name, port]) => [`--${name}-port`, String(port)]);
  await promisify(execFile)(process.execPath, [cli, '--home', home, 'init', ...portFlags]);

  const logFile = join(home, 'daemon.log');
  const log = await open(logFile, 'w');
  const child = spawn(process.execPath, [...inspectFlags(), cli, '--home', home, 'serve'], {
    stdio: ['ignore', log.fd, log.fd],
  });
  await log.close();
  const abandon = (): boolean => child.kill('SIGKILL');
  process.once('exit', abandon);
  const api = createClient(join(home, 'cordboard.sock'));
  const stop = async (): Promise<void> => {
    await end(child);
    process.removeListener('exit', abandon);
    health.release();
  };
  try {
    await becomesReady('cordboard', 30_000, async () => {
      if (child.exitCode !== null) throw new Error(`the daemon ended: ${await lastLines(logFile)}`);
      const status = await api.get<StatusView>('/v1/status').catch(() => null);
      if (status?.engine?.pbx === 'ready' && status.engine.ami === 'ready') return null;
      return `engine ${JSON.stringify(status?.engine ?? null)}; ${await lastLines(logFile)}`;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    provision: (accounts) => provision(api, accounts),
    ready: async (agents) => {
      await becomesReady('cordboard', 60_000, () => missingAgents(api, agents));
      return { name: 'cordboard', extension: groupExtension, pids: child.pid === undefined ? [] : [child.pid], stop };
    },
    stop,
  };
}

async function provision(api: ApiClient, accounts: readonly Account[]): Promise<void> {
  const users = accounts.map(({ user, password }) => ({
    username: `agent-${user}`,
    name: `Agent ${user}`,
    extension: user,
    codecs: phoneCodecs,
    sipPassword: password,
  }));
  await api.post('/v1/users/import', { users });
  const group = { name: 'bench', extension: groupExtension, strategy: 'fewest-calls', wrapUpMs: 0, backOffMs: 0 };
  await api.post('/v1/groups', { ...group, maxWaitMs: 600_000 });
  const usernames = users.map((user) => user.username);
  await api.post('/v1/groups/bench/members', { users: usernames });
  for (const username of usernames) await api.post(`/v1/agents/${username}/sign-in`, { ready: true });
}

/** What keeps the agents from taking calls; null when nothing does. */
async function missingAgents(api: ApiClient, agents: number): Promise<string | null> {
  const { agents: views } = await api.get<{ readonly agents: readonly AgentView[] }>('/v1/agents');
  const free = views.filter((one) => one.signedIn && one.ready.is && one.reachable.is && one.work.is === 'idle');
  return free.length === agents ? null : `${free.length} of ${agents} agents are free`;
}

/** `BENCH_NODE_FLAGS` are given to the daemon's Node, such as `--cpu-prof --cpu-prof-dir=DIR`. */
function inspectFlags(): string[] {
  return (process.env.BENCH_NODE_FLAGS ?? '').split(' ').filter((flag) => flag !== '');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(patience);
}

async function lastLines(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).trimEnd().split('\n').slice(-5).join('\n');
}
