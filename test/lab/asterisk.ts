import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { waitUntil } from './deadline.ts';
import { takePorts } from './ports.ts';
import { makeScratch, removeScratch } from './scratch.ts';

/** A real Asterisk of one's own, as `scripts/asterisk` makes it, with what a test needs to talk to it. */
export type LabAsterisk = {
  /** The home it was rendered into: `secrets/`, `certs/`, `asterisk/etc`, `asterisk/log`. */
  readonly home: string;
  readonly ports: LabPorts;
  readonly ariSecret: string;
  readonly amiSecret: string;
  /** The pid now; it changes with `startAgain`. */
  readonly pid: number;
  /** One command on Asterisk's command line; what it prints. */
  rx(command: string): Promise<string>;
  /** The names of all channels. */
  channels(): Promise<string[]>;
  /** The ids of all bridges. */
  bridges(): Promise<string[]>;
  /** One ARI request over HTTP, for arranging and looking; rejects when none answers. `body` is parsed JSON or null. */
  ari(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    uri: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }>;
  /** The last lines of its log, for the message of a test that failed. */
  log(): Promise<string>;
  /** Ends it as a crash does. The home stays. */
  kill9(): Promise<void>;
  /** Starts it again on the same home and ports, after `kill9` or to restart it. */
  startAgain(): Promise<void>;
  /** Ends it and removes the home (unless the home was given). May be called twice. */
  stop(): Promise<void>;
};

/** UDP and TCP ports on 127.0.0.1. The RTP range is shared by all labs: Asterisk passes over a port that is in use. */
export type LabPorts = {
  readonly sip: number;
  readonly tls: number;
  readonly http: number;
  readonly https: number;
  readonly ami: number;
  readonly rtpStart: number;
  readonly rtpEnd: number;
};

export type LabOptions = {
  /** A home that outlives the lab. Default: a temporary one, removed at `stop`. */
  readonly home?: string;
  /** Fragments by file name, such as `{ 'pjsip.conf': '[1001]\n…' }`; each is appended to the rendered file. */
  readonly extra?: Readonly<Record<string, string>>;
  /** Changes the rendered configuration in its folder, before the first start. */
  readonly configure?: (folder: string) => Promise<void>;
  /** More options of `scripts/asterisk render`, such as `['--emergency-dial', 'PJSIP/${EXTEN}@trunk']`. */
  readonly render?: readonly string[];
};

/** Starts an Asterisk with a home, ports and secrets of its own; rejects with its log's last lines when it does not come up. */
export async function startAsterisk(options: LabOptions = {}): Promise<LabAsterisk> {
  const home = options.home ?? makeScratch('lab');
  const block = await takePorts(5);
  const [sip = 0, tls = 0, http = 0, https = 0, ami = 0] = block.ports;
  const ports: LabPorts = { sip, tls, http, https, ami, rtpStart: 12000, rtpEnd: 19999 };
  const guard = guardAgainstOurDeath(home, options.home === undefined);
  const secrets = { ari: '', ami: '' };
  let pid = 0;
  let stopped = false;

  const lab: LabAsterisk = {
    home,
    ports,
    get ariSecret() {
      return secrets.ari;
    },
    get amiSecret() {
      return secrets.ami;
    },
    get pid() {
      return pid;
    },
    rx: (command) => script('rx', '--home', home, command),
    channels: async () => (await list<{ name: string }>(lab, 'channels')).map(({ name }) => name),
    bridges: async () => (await list<{ id: string }>(lab, 'bridges')).map(({ id }) => id),
    ari: (method, uri, body) => ari(lab, method, uri, body),
    log: () =>
      readFile(join(home, 'asterisk/log/messages'), 'utf8').then((text) => text.split('\n').slice(-40).join('\n')),
    kill9: async () => {
      process.kill(pid, 'SIGKILL');
      await waitUntil(() => !isAlive(pid), 'Asterisk to be dead');
    },
    startAgain: async () => {
      await script('stop', '--home', home);
      await script('start', '--home', home);
      pid = Number(await readFile(join(home, 'asterisk/asterisk.pid'), 'utf8'));
    },
    stop: async () => {
      if (stopped) return;
      stopped = true;
      // Without a configuration it never started: `render` failed.
      if (await exists(join(home, 'asterisk/etc'))) await script('stop', '--home', home);
      guard.kill();
      if (options.home === undefined) removeScratch(home);
      block.release();
    },
  };

  try {
    await script('install');
    await render(home, ports, options);
    await options.configure?.(join(home, 'asterisk/etc'));
    secrets.ari = (await readFile(join(home, 'secrets/ari'), 'utf8')).trim();
    secrets.ami = (await readFile(join(home, 'secrets/ami'), 'utf8')).trim();
    await lab.startAgain();
    return lab;
  } catch (error) {
    await lab.stop().catch(() => undefined);
    throw error;
  }
}

const run = promisify(execFile);
const asteriskScript = fileURLToPath(new URL('../../scripts/asterisk', import.meta.url));

/** Runs `scripts/asterisk`; what it says on standard error is the message of the rejection. */
async function script(...args: string[]): Promise<string> {
  try {
    return (await run(asteriskScript, args, { maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new Error(`scripts/asterisk ${args[0]}: ${said}`);
  }
}

async function render(home: string, ports: LabPorts, options: LabOptions): Promise<void> {
  const extra = join(home, 'extra');
  await mkdir(extra, { recursive: true });
  for (const [name, text] of Object.entries(options.extra ?? {})) await writeFile(join(extra, basename(name)), text);
  await script(
    'render',
    ...['--home', home, '--extra', extra, '--bind', '127.0.0.1'],
    ...['--sip-port', String(ports.sip), '--tls-port', String(ports.tls), '--http-port', String(ports.http)],
    ...[
      '--https-port',
      String(ports.https),
      '--ami-port',
      String(ports.ami),
      '--rtp',
      `${ports.rtpStart}-${ports.rtpEnd}`,
    ],
    ...(options.render ?? []),
  );
}

async function ari(
  lab: LabAsterisk,
  method: string,
  uri: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`http://127.0.0.1:${lab.ports.http}/ari/${uri}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`cordboard:${lab.ariSecret}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
}

async function list<T>(lab: LabAsterisk, what: 'channels' | 'bridges'): Promise<T[]> {
  const { status, body } = await ari(lab, 'GET', what);
  if (status !== 200) throw new Error(`GET ${what}: ${status}`);
  return body as T[];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * A test process that is killed cannot stop its Asterisk. This shell can: it looks once a second whether we are still
 * there, and cleans up when we are not.
 */
function guardAgainstOurDeath(home: string, temporary: boolean): ChildProcess {
  const watch = 'while kill -0 "$1" 2>/dev/null; do sleep 1; done; "$2" stop --home "$3"; [ -z "$4" ] || rm -rf "$4"';
  const args = [String(process.pid), asteriskScript, home, temporary ? home : ''];
  const guard = spawn('bash', ['-c', watch, 'guard', ...args], { detached: true, stdio: 'ignore' });
  guard.unref();
  return guard;
}
