import { request } from 'node:http';
import { join } from 'node:path';
import { readConfig } from '../../src/config/load.ts';
import { pathsOf } from '../../src/config/paths.ts';
import type { SettingsEvent } from '../../src/core/events.ts';
import type { Fact, NumberedFact } from '../../src/core/facts.ts';
import type { RowKind } from '../../src/core/world.ts';
import type { PhoneSpec, Provisioner } from '../../src/directory/phone-spec.ts';
import { startFront } from '../../src/front.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { EngineStatus, ToEngine, ToFront } from '../../src/protocol/seam.ts';
import type { TrunkBody } from '../../src/protocol/trunks.ts';
import type { PastAnswer, PastAsk, PastWatch, WhyAnswer, WhyAsk } from '../../src/protocol/why.ts';
import { askPast } from '../../src/reports/past.ts';
import { openLiveStore } from '../../src/storage/live/store.ts';
import { takePorts } from './ports.ts';
import { makeScratch, removeScratch } from './scratch.ts';

export type LabFront = Awaited<ReturnType<typeof startLabFront>>;

/** A real front on a real socket and real files; the engine and Asterisk are stubs that can be told what to do. */
export async function startLabFront() {
  const home = makeScratch('front');
  const block = await takePorts(1);
  const port = block.ports[0] ?? 0;
  const config = readConfig(`http: {port: ${port}}\nlimits: {intent: 300ms}\n`, join(home, 'cordboard.yaml'), home);
  const paths = pathsOf(home);
  const live = openLiveStore(paths.liveDb, paths.backups);
  live.own('abcd', process.pid);
  const engine = createEngineStub();
  const asterisk = createAsteriskStub();
  const past = {
    /** Answers about the past; a test may put another in its place. */
    ask: async (ask: PastAsk, watch: PastWatch): Promise<PastAnswer> =>
      askPast(paths.liveDb, paths.checkpoints, ask, watch.tell),
  };
  const outside = {
    log: silentLog(),
    provisioner: asterisk.provisioner,
    hasContext: asterisk.hasContext,
    registeredBy: asterisk.registeredBy,
    trunks: asterisk.trunks,
    fallback: asterisk.fallback,
    lamps: asterisk.lamps,
    mailboxes: asterisk.mailboxes,
    askPast: (ask: PastAsk, watch: PastWatch) => past.ask(ask, watch),
    readPbx: async () => ({ host: '127.0.0.1', version: '22.10.1', warnings: [], failure: null }),
  };
  const start = () => startFront(engine.port, config, paths, outside);
  const front = await start();
  engine.say({ kind: 'hello', revision: 0, users: [], queues: [] });
  let seq = 0;
  return {
    home,
    config,
    engine,
    asterisk,
    past,
    port,
    socket: config.socket,
    /** One more front in the same home. */
    startAnother: start,
    /** Commits facts as the engine does, and tells the front of them. */
    happen(...facts: Fact[]): readonly NumberedFact[] {
      const numbered = facts.map((fact): NumberedFact => ({ ...fact, seq: ++seq, at: 1_700_000_000_000 + seq * 10 }));
      live.commit({
        rows: [],
        steps: [{ at: Date.now(), event: { type: 'tick' }, commands: [], facts: numbered }],
        callers: [],
      });
      engine.say({ kind: 'facts', facts: numbered });
      return numbered;
    },
    /** Writes a row as the engine does. */
    row(kind: RowKind, id: string, body: unknown): void {
      live.commit({ rows: [{ kind, id, body }], steps: [], callers: [] });
    },
    caller(call: string, number: string, name: string): void {
      live.commit({ rows: [], steps: [], callers: [{ call, number, name }] });
    },
    ask: (method: string, path: string, body?: unknown) => ask({ socketPath: config.socket }, method, path, body),
    health: (path: string) => ask({ host: '127.0.0.1', port }, 'GET', path),
    async stop(): Promise<void> {
      await front.close();
      live.close();
      block.release();
      removeScratch(home);
    },
  };
}

function createEngineStub() {
  let listener: (message: ToFront) => void = () => {};
  const status: EngineStatus = {
    epoch: 'abcd',
    startedAt: Date.now(),
    pbx: 'ready',
    ami: 'ready',
    waiting: 0,
    talking: 0,
    loopLagMs: { p99: 1, max: 2 },
    batches: 1,
    repairs: 0,
    turnedAway: 0,
    heldMs: null,
    draining: false,
    lastFact: 0,
  };
  const stub = {
    sent: [] as ToEngine[],
    /** `null`: done; an error: refused with it; `silent`: no answer at all. */
    answer: null as { code: string; message: string } | null | 'silent',
    status: status as EngineStatus | 'silent',
    /** What the engine says to a question why. */
    why: (_: WhyAsk): WhyAnswer | 'silent' => ({ call: null, agent: null, towards: null }),
    settings: (): readonly SettingsEvent[] =>
      stub.sent.flatMap((message) => (message.kind === 'settings' ? [message.event] : [])),
    say: (message: ToFront): void => listener(message),
    port: {
      post(message: ToEngine): void {
        stub.sent.push(message);
        if (message.kind === 'intent' && stub.answer !== 'silent') {
          const reply: ToFront = { kind: 'reply', intent: message.intent, error: stub.answer };
          setImmediate(() => listener(reply));
        }
        if (message.kind === 'ask-why') {
          const answer = stub.why(message.ask);
          if (answer !== 'silent') setImmediate(() => listener({ kind: 'why', id: message.id, answer }));
        }
        if (message.kind === 'ask-status' && stub.status !== 'silent') {
          const reply: ToFront = { kind: 'status', id: message.id, status: stub.status };
          setImmediate(() => listener(reply));
        }
      },
      onMessage(take: (message: ToFront) => void): void {
        listener = take;
      },
    },
  };
  return stub;
}

/** Remembers what it was given; `failure` makes every request fail. */
export function createAsteriskStub() {
  const fail = (): void => {
    if (stub.failure !== null) throw new Error(stub.failure);
  };
  const provisioner: Provisioner = {
    async apply(phone) {
      stub.log.push(`apply ${phone.id}`);
      const work = stub.whileGiven;
      stub.whileGiven = null;
      await work?.();
      fail();
      stub.phones.set(phone.id, phone);
    },
    async remove(id) {
      stub.log.push(`remove ${id}`);
      fail();
      stub.phones.delete(id);
    },
    async list() {
      fail();
      return [...stub.phones.keys()];
    },
    async names() {
      const work = stub.meanwhile;
      stub.meanwhile = null;
      await work?.();
      fail();
      return [...stub.phones.keys(), ...stub.theirs];
    },
    async isOurs(id) {
      fail();
      return stub.phones.has(id);
    },
    async drift(phone) {
      fail();
      const there = stub.phones.get(phone.id);
      if (there === undefined) return ['endpoint'];
      const keys = Object.keys(phone) as (keyof PhoneSpec)[];
      return keys
        .filter((key) => JSON.stringify(there[key]) !== JSON.stringify(phone[key]))
        .map((key) => `endpoint.${key}`);
    },
  };
  const stub = {
    phones: new Map<string, PhoneSpec>(),
    /** Endpoints that somebody else made. */
    theirs: new Set<string>(),
    contexts: new Set(['from-sip', 'from-home']),
    lampStates: new Map<string, string>(),
    lamps: {
      readLamps: async () => new Map(stub.lampStates),
      setLamp: async (extension: string, state: string | null) => {
        if (state === null) stub.lampStates.delete(extension);
        else stub.lampStates.set(extension, state);
      },
    },
    /** `new/old` by extension. */
    messages: new Map<string, string>(),
    mailboxes: {
      async setMessages(extension: string, newMessages: number, oldMessages: number): Promise<void> {
        if (stub.failure !== null) throw new Error(stub.failure);
        stub.messages.set(extension, `${newMessages}/${oldMessages}`);
      },
    },
    fallbacks: new Map<string, string>(),
    leaseS: 0,
    failure: null as string | null,
    /** What happens, once, while it is asked which endpoints it has. */
    meanwhile: null as (() => Promise<unknown>) | null,
    /** What happens, once, while it is given a phone. */
    whileGiven: null as (() => Promise<unknown>) | null,
    /** Every push in order: `apply 1001`, `remove 1001`. */
    log: [] as string[],
    provisioner,
    /** By which transport phones are registered. */
    via: new Map<string, string>(),
    async registeredBy(): Promise<ReadonlyMap<string, string>> {
      fail();
      return stub.via;
    },
    async hasContext(name: string): Promise<boolean> {
      fail();
      return stub.contexts.has(name);
    },
    /** By name, with what it was given. */
    trunkBodies: new Map<string, TrunkBody>(),
    trunks: {
      async applyTrunk(id: string, body: TrunkBody): Promise<void> {
        if (stub.failure !== null) throw new Error(stub.failure);
        stub.trunkBodies.set(id, body);
        stub.trunks.changed.delete(id);
      },
      /** What somebody changed by hand, by trunk, until it is given again. */
      changed: new Map<string, readonly string[]>(),
      async driftOfTrunk(id: string): Promise<readonly string[]> {
        if (stub.failure !== null) throw new Error(stub.failure);
        return stub.trunks.changed.get(id) ?? [];
      },
      async removeTrunk(id: string): Promise<void> {
        if (stub.failure !== null) throw new Error(stub.failure);
        stub.trunkBodies.delete(id);
      },
    },
    fallback: {
      async readFallbacks(): Promise<ReadonlyMap<string, string>> {
        fail();
        return new Map(stub.fallbacks);
      },
      async setFallback(extension: string, dial: string | null): Promise<void> {
        if (stub.failure !== null) throw new Error(stub.failure);
        if (dial === null) stub.fallbacks.delete(extension);
        else stub.fallbacks.set(extension, dial);
      },
      async setLease(seconds: number): Promise<void> {
        if (stub.failure !== null) throw new Error(stub.failure);
        stub.leaseS = seconds;
      },
    },
  };
  return stub;
}

type Answer = { readonly status: number; readonly body: unknown };

function ask(
  to: { socketPath: string } | { host: string; port: number },
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = text === undefined ? {} : { 'content-type': 'application/json' };
    const asked = request({ ...to, method, path, headers, agent: false }, (response) => {
      let said = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        said += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(said) }));
    });
    asked.once('error', reject);
    asked.end(text);
  });
}
