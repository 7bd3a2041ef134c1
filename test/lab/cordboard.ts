import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NumberedFact } from '../../src/core/facts.ts';
import type { Behaviour, Phone } from '../../src/phones/index.ts';
import { type LabAsterisk, type LabOptions, startAsterisk } from './asterisk.ts';
import { waitUntil } from './deadline.ts';
import { followFacts, readRows } from './live-rows.ts';
import { expectNothingLeft } from './nothing-left.ts';
import { openPhoneBox } from './phones.ts';
import { takePorts } from './ports.ts';
import { makeScratch, removeScratch } from './scratch.ts';
import { createVoicedMedia } from './voiced-media.ts';
import type { Voices } from './voices.ts';
import { expectWholeLedger } from './whole-ledger.ts';

/** A real daemon beside a real Asterisk, with real phones: what a test of the whole needs. */
export type LabCordboard = {
  readonly asterisk: LabAsterisk;
  readonly home: string;
  /** One request to the daemon's REST interface; rejects with the daemon's own words when it is refused. */
  api<T = unknown>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T>;
  /** Every fact of this test so far, in order; also those of earlier lives of the daemon. */
  facts(): NumberedFact[];
  /** The first fact of this type and these values since the test began, past or coming. */
  fact<T extends NumberedFact['type']>(type: T, where?: Partial<FactOf<T>>, after?: number): Promise<FactOf<T>>;
  /** Makes a group with one agent for each behaviour: user, phone registered, signed in, ready and reachable. */
  team(behaviours: readonly Behaviour[], settings?: Readonly<Record<string, unknown>>): Promise<Team>;
  /** A phone of nobody, to call from. */
  stranger(): Promise<Phone>;
  /** Starts the daemon, with more in its environment where asked for; resolves when it is ready. */
  serve(environment?: Readonly<Record<string, string>>): Promise<void>;
  /** The daemon's pid; 0 when none was started. */
  readonly pid: number;
  kill9(): Promise<void>;
  /** Ends it as systemd does, and waits until it is gone. */
  terminate(): Promise<number | null>;
  readonly running: boolean;
  /** What the daemon printed, for the message of a test that failed. */
  output(): string;
  /**
   * To be called after each test: phones closed, nothing left in Asterisk, no open call in the database, one recorded end for
   * each call, no gap in what is recorded, and nothing that the periodic survey had to repair.
   */
  expectQuiet(): Promise<void>;
  stop(): Promise<void>;
};

export type FactOf<T extends NumberedFact['type']> = Extract<NumberedFact, { type: T }>;
export type Team = { readonly group: string; readonly extension: string; readonly agents: readonly Member[] };
export type Member = { readonly name: string; readonly extension: string; readonly phone: Phone };

const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Puts something between Asterisk's HTTP port and the daemon: takes the port, gives the one to use instead. */
export type Between = (httpPort: number) => Promise<number>;

export type CordboardOptions = LabOptions & {
  readonly between?: Between;
  /** Users' phones that speak and listen; default: silent ones. */
  readonly voices?: Voices;
};

/** Starts all of it; `settings` are lines of cordboard.yaml beside the ports. */
export async function startCordboard(settings = '', options: CordboardOptions = {}): Promise<LabCordboard> {
  const home = makeScratch('home');
  const asterisk = await startAsterisk({ ...options, home });
  const {
    ports: [health = 0],
    release,
  } = await takePorts(1);
  const http = (await options.between?.(asterisk.ports.http)) ?? asterisk.ports.http;
  await writeFile(join(home, 'cordboard.yaml'), configOf(asterisk, http, health, settings));
  const box = openPhoneBox();
  let numbers = 0;
  let mark = 0;
  let child: ChildProcess | null = null;
  let printed = '';
  const allFacts = followFacts(home);

  const lab: LabCordboard = {
    asterisk,
    home,
    api: (method, path, body) => ask(join(home, 'cordboard.sock'), method, path, body),
    facts: () => allFacts().filter(({ seq }) => seq > mark),
    async fact(type, where = {}, after = mark) {
      const isIt = (fact: NumberedFact) =>
        fact.type === type &&
        fact.seq > after &&
        Object.entries(where).every(([key, value]) => (fact as Record<string, unknown>)[key] === value);
      const what = `the fact ${type} ${JSON.stringify(where)}`;
      return (await waitUntil(() => lab.facts().find(isIt), what, 30_000).catch((error: Error) => {
        throw new Error(
          `${error.message}\n${lab
            .facts()
            .slice(-40)
            .map((f) => JSON.stringify(f))
            .join('\n')}\n${printed.slice(-3000)}`,
        );
      })) as FactOf<typeof type>;
    },
    async team(behaviours, settings = {}) {
      numbers += 1;
      const group = `team${numbers}`;
      const extension = String(8000 + numbers);
      const agents: Member[] = [];
      for (const [place, behaviour] of behaviours.entries()) {
        const member = { name: `${group}-${'abcdefghij'[place]}`, extension: String(1000 + numbers * 10 + place) };
        await lab.api('POST', '/v1/users', { username: member.name, name: member.name, extension: member.extension });
        agents.push({ ...member, phone: await registeredPhone(lab, member.name, behaviour) });
      }
      await lab.api('POST', '/v1/groups', { name: group, extension, ...settings });
      const users = agents.map((agent) => agent.name);
      await lab.api('POST', `/v1/groups/${group}/members`, { users });
      for (const user of users) await lab.api('POST', `/v1/agents/${user}/sign-in`, {});
      for (const user of users) await lab.fact('agent-reachable', { agent: user, reachable: true });
      return { group, extension, agents };
    },
    async stranger() {
      const { id, secret, wsUrl } = await lab.api<{ id: string; secret: string; wsUrl: string }>(
        'POST',
        '/v1/trial-phones',
      );
      return box.make({ wsUrl, user: id, password: secret });
    },
    async serve(environment = {}) {
      const env = { ...process.env, ...environment };
      child = spawn(process.execPath, [cli, 'serve', '--home', home], { stdio: ['ignore', 'pipe', 'pipe'], env });
      const take = (chunk: Buffer) => {
        printed = (printed + chunk.toString()).slice(-20_000);
      };
      child.stdout?.on('data', take);
      child.stderr?.on('data', take);
      await waitUntil(() => isReady(health), `the daemon to be ready`, 30_000).catch((error: Error) => {
        throw new Error(`${error.message}\n${printed}`);
      });
    },
    get pid() {
      return child?.pid ?? 0;
    },
    kill9: () => end('SIGKILL').then(() => undefined),
    terminate: () => end('SIGTERM'),
    get running() {
      return child !== null && child.exitCode === null && child.signalCode === null;
    },
    output: () => printed,
    async expectQuiet() {
      await box.closeAll();
      if (!lab.running) await lab.serve();
      await expectNothingLeft(asterisk);
      const open = () => ['calls', 'legs', 'offers'].flatMap((table) => readRows(home, `SELECT body FROM ${table}`));
      await waitUntil(() => open().length === 0, 'the database to have no open call').catch((error: Error) => {
        throw new Error(`${error.message}: ${JSON.stringify(open())}`);
      });
      expectWholeLedger(home);
      const repairs = lab.facts().filter((fact) => fact.type === 'repaired');
      if (repairs.length > 0) throw new Error(`a healthy run repairs nothing: ${JSON.stringify(repairs)}`);
      const users = await lab.api<{ users: { username: string }[] }>('GET', '/v1/users');
      const groups = await lab.api<{ groups: { name: string }[] }>('GET', '/v1/groups');
      // The later ones may overflow to the earlier ones.
      for (const { name } of groups.groups.reverse()) await lab.api('DELETE', `/v1/groups/${name}`);
      for (const { username } of users.users) await lab.api('DELETE', `/v1/users/${username}`);
      mark = lab.facts().at(-1)?.seq ?? mark;
    },
    async stop() {
      await box.closeAll();
      if (lab.running) await end('SIGTERM');
      await asterisk.stop();
      release();
      removeScratch(home);
    },
  };

  async function registeredPhone(of: LabCordboard, user: string, behaviour: Behaviour): Promise<Phone> {
    const access = await of.api<{ extension: string; ha1: string; wsUrl: string }>(
      'POST',
      `/v1/users/${user}/phone-access`,
    );
    const { voices } = options;
    const media = voices && { media: 'rtp' as const, makeMedia: () => createVoicedMedia(voices, access.extension) };
    return box.register({ wsUrl: access.wsUrl, user: access.extension, ha1: access.ha1, behaviour, ...media });
  }

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const process = child;
    if (!process || process.exitCode !== null || process.signalCode !== null) return null;
    const gone = new Promise<number | null>((resolve) => process.once('exit', resolve));
    process.kill(signal);
    return gone;
  }

  // A daemon that does not come up takes its Asterisk with it: nobody else could stop them.
  await lab.serve().catch(async (error: unknown) => {
    await lab.stop();
    throw error;
  });
  return lab;
}

function configOf({ ports }: LabAsterisk, http: number, health: number, settings: string): string {
  return `asterisk:
  http-port: ${http}
  https-port: ${ports.https}
  sip-port: ${ports.sip}
  tls-port: ${ports.tls}
  ami: { port: ${ports.ami} }
http: { port: ${health} }
${settings}
`;
}

async function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

function ask<T>(socketPath: string, method: string, path: string, body?: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = text === undefined ? {} : { 'content-type': 'application/json' };
    const sent = request({ socketPath, method, path, headers }, (response) => {
      let answer = '';
      response.on('data', (chunk) => {
        answer += chunk;
      });
      response.on('end', () => {
        const json = answer === '' ? null : JSON.parse(answer);
        if ((response.statusCode ?? 500) < 300) resolve(json as T);
        else reject(new Error(`${method} ${path}: ${response.statusCode} ${answer}`));
      });
    });
    sent.on('error', reject);
    sent.end(text);
  });
}
