import { create as createDomain } from 'node:domain';
import type { Client } from 'ari-client';
import { whyOf } from '../lib/why.ts';
import { judgeVersion, neededVersions, soundVersion } from './version.ts';

/** What Asterisk says of itself, for `status` and the checks at start. */
export type PbxReport = {
  readonly host: string;
  /** As Asterisk writes it, such as `22.10.1`; null when it could not be asked. */
  readonly version: string | null;
  /** Modules that Cordboard needs and that are not running. */
  readonly modulesMissing: readonly string[];
  /** The languages that there are sounds for, sorted. */
  readonly soundLanguages: readonly string[];
  /** One line each: what is missing or should be put right. */
  readonly warnings: readonly string[];
  /** Why Asterisk could not be asked; null when it could. */
  readonly failure: string | null;
};

/** Where Asterisk's HTTP server is and who we are there. */
export type PbxReaderOptions = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly secret: string;
  /** How long one reading may take altogether, in ms (default 5,000). */
  readonly deadlineMs?: number;
};

/** Without one of these something that Cordboard does fails, and often without a word. */
const neededModules = [
  'app_dial.so',
  'app_stasis.so',
  'bridge_simple.so',
  'bridge_softmix.so',
  'chan_pjsip.so',
  'func_db.so',
  'func_timeout.so',
  'pbx_config.so',
  'res_ari.so',
  'res_ari_applications.so',
  'res_ari_asterisk.so',
  'res_ari_bridges.so',
  'res_ari_channels.so',
  'res_ari_endpoints.so',
  'res_ari_events.so',
  'res_http_websocket.so',
  'res_musiconhold.so',
  'res_pjsip.so',
  'res_pjsip_authenticator_digest.so',
  'res_pjsip_endpoint_identifier_user.so',
  'res_pjsip_registrar.so',
  'res_pjsip_sdp_rtp.so',
  'res_pjsip_transport_websocket.so',
  'res_rtp_asterisk.so',
  'res_sorcery_astdb.so',
  'res_sorcery_memory_cache.so',
  'res_srtp.so',
  'res_stasis.so',
  'res_stasis_answer.so',
];

/**
 * Makes a reader that asks Asterisk through ari-client, for low-rate control only. That client never settles a request on a
 * dead socket, throws past its promises when an answer is not what it expects, and opens a connection for each request: so
 * a request of our own looks first, one reading runs at a time and asks one thing after the other, and each has a deadline.
 * `readPbx` never rejects.
 */
export function createPbxReader(options: PbxReaderOptions): { readPbx(): Promise<PbxReport> } {
  const deadlineMs = options.deadlineMs ?? 5_000;
  const authority = options.host.includes(':') ? `[${options.host}]` : options.host;
  const url = `http://${authority}:${options.port}`;
  let client: Promise<Client> | null = null;
  let running: Promise<PbxReport> | null = null;

  async function read(): Promise<PbxReport> {
    await look(url, options, deadlineMs);
    client ??= connectQuietly(url, options);
    const ari = await client;
    const version = versionOf(await ari.asterisk.getInfo());
    const modules = runningModules(await ari.asterisk.listModules());
    const soundLanguages = languagesOf(await ari.sounds.list({}));
    const modulesMissing = neededModules.filter((name) => !modules.has(name));
    const warnings = [
      ...versionWarnings(version),
      ...modulesMissing.map((name) => `module ${name} is not running: load it in modules.conf and restart Asterisk`),
      ...(modules.has('app_queue.so') ? ['module app_queue.so is loaded: with large queues it slows every call'] : []),
      ...(soundLanguages.length === 0 ? ['there are no sounds: install asterisk-core-sounds-en or the like'] : []),
    ];
    return { host: options.host, version, modulesMissing, soundLanguages, warnings, failure: null };
  }

  async function readInTime(): Promise<PbxReport> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
    });
    // What it throws outside its promises would end the thread. Nothing but a domain catches that, old as they are.
    const domain = createDomain();
    const thrown = new Promise<never>((_, reject) => domain.on('error', reject));
    try {
      return await Promise.race([domain.run(read), late, thrown]);
    } catch (error) {
      // What hangs is left to itself; the next reading begins with a new client.
      client = null;
      return failed(options.host, error);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    readPbx() {
      running ??= readInTime().finally(() => {
        running = null;
      });
      return running;
    },
  };
}

/** Rejects, with a reason for people, where ari-client would hang or throw: nobody there, a wrong secret, not ARI. */
async function look(url: string, options: PbxReaderOptions, deadlineMs: number): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${options.user}:${options.secret}`).toString('base64')}`;
  const answer = await fetch(`${url}/ari/api-docs/resources.json`, {
    headers: { authorization },
    signal: AbortSignal.timeout(deadlineMs),
  });
  if (answer.status === 401) throw new Error(`ARI refused the user "${options.user}" or the secret`);
  if (answer.status === 403) throw new Error('ARI is not open to this address (http.conf, [/ari])');
  if (!answer.ok) throw new Error(`ARI answered ${answer.status}; is it enabled in ari.conf and http.conf?`);
  const docs: unknown = await answer.json();
  if (!Array.isArray(property(docs, 'apis'))) throw new Error('what answers there is not ARI');
}

/** It prints on the console that Asterisk's API description is of an old kind; our log is on that same console. */
async function connectQuietly(url: string, options: PbxReaderOptions): Promise<Client> {
  // Loading it takes as long as everything else of this thread: a start is not to wait for it.
  const { connect } = await import('ari-client');
  const print = console.log;
  console.log = (...said: unknown[]) => {
    if (!String(said[0]).includes('deprecated version of Swagger')) print(...said);
  };
  try {
    return await connect(url, options.user, options.secret);
  } finally {
    console.log = print;
  }
}

function failed(host: string, error: unknown): PbxReport {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const failure = whyOf(cause);
  return { host, version: null, modulesMissing: [], soundLanguages: [], warnings: [], failure };
}

function versionOf(info: unknown): string {
  return String(property(property(info, 'system'), 'version') ?? 'unknown');
}

function versionWarnings(version: string): readonly string[] {
  switch (judgeVersion(version)) {
    case 'too-old':
      return [`Asterisk ${version} has no REST over ARI's WebSocket: Cordboard needs ${neededVersions}`];
    case 'has-holes':
      return [`Asterisk ${version} has holes in ARI that ${soundVersion} closes: update it`];
    default:
      return [];
  }
}

function runningModules(list: unknown): ReadonlySet<string> {
  const modules = Array.isArray(list) ? list : [];
  return new Set(
    modules.filter((one) => property(one, 'status') === 'Running').map((one) => String(property(one, 'name'))),
  );
}

function languagesOf(list: unknown): readonly string[] {
  const formats = (Array.isArray(list) ? list : []).flatMap((sound) => property(sound, 'formats') ?? []);
  return [...new Set(formats.map((format) => String(property(format, 'language'))))].sort();
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
