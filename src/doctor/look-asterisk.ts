import { type Inquiry, openInquiry } from '../asterisk/ami/inquiry.ts';
import { createPbxReader } from '../asterisk/control.ts';
import { messagesContext } from '../asterisk/mailboxes.ts';
import type { Config } from '../config/config.ts';
import { readSecret } from '../config/paths.ts';
import type { AsteriskSettings, EmergencyDialplan, Evidence } from './evidence.ts';
import { type Seen, seeing } from './finding.ts';

/** What the dialplan plays without the daemon. */
const prompts = ['vm-nobodyavail'] as const;
const patienceMs = 5_000;

type Part = Pick<
  Evidence,
  | 'pbx'
  | 'modules'
  | 'clockOffMs'
  | 'promptsMissing'
  | 'settings'
  | 'fallbackLists'
  | 'contextsMissing'
  | 'registeredBy'
  | 'trunkStates'
  | 'emergencyDialplan'
>;

/** What the dialplan of ours is made of, whatever phones are there. */
const ownContexts = ['cordboard-entry', 'cordboard-fallback', 'cordboard-emergency', messagesContext] as const;

/** Asks Asterisk over ARI and AMI, a few questions one after the other. Never rejects. */
export async function lookAtAsterisk(
  config: Config,
  phoneContexts: readonly string[],
  trunks: readonly string[],
): Promise<Part> {
  const { host, httpPort, ari, ami } = config.asterisk;
  const secret = await seeing(() => readSecret(ari.secretFile));
  if ('unseen' in secret) return nothing(host, secret.unseen);
  const access = { host, port: httpPort, user: ari.user, secret: secret.seen };
  const pbx = await createPbxReader(access).readPbx();
  const amiSecret = await seeing(() => readSecret(ami.secretFile));
  const inquiry = await seeing(() => {
    if ('unseen' in amiSecret) throw new Error(amiSecret.unseen);
    return openInquiry({ host, port: ami.port, user: ami.user, secret: amiSecret.seen, handshakeMs: patienceMs });
  });
  const ask = <T>(question: (ami: Inquiry) => Promise<T>): Promise<Seen<T>> =>
    'seen' in inquiry ? seeing(() => question(inquiry.seen)) : Promise.resolve(inquiry);
  const get = createGet(config, secret.seen);
  const part: Part = {
    pbx,
    modules: await seeing(async () => runningIn((await get('asterisk/modules')).body)),
    clockOffMs: await seeing(async () => {
      const { date } = await get('asterisk/ping');
      // It tells whole seconds: in the mean it was half of one more.
      return Date.parse(date) + 500 - Date.now();
    }),
    promptsMissing: await seeing(async () => {
      const answers = await Promise.all(prompts.map((prompt) => get(`sounds/${prompt}`)));
      return prompts.filter((_, place) => answers[place]?.status === 404);
    }),
    settings: await ask(settingsOf),
    fallbackLists: await ask((ami) => ami.family('cordboard/fallback')),
    contextsMissing: await ask(async (ami) => {
      const missing: string[] = [];
      const named = new Set([config.sip.context, ...phoneContexts, ...ownContexts]);
      for (const name of named) if (!(await ami.hasContext(name))) missing.push(name);
      return missing;
    }),
    registeredBy: await ask((ami) => ami.registeredBy()),
    trunkStates: await ask((ami) => ami.trunks(trunks)),
    emergencyDialplan: await ask(emergencyOf),
  };
  if ('seen' in inquiry) inquiry.seen.close();
  return part;
}

async function settingsOf(ami: Inquiry): Promise<AsteriskSettings> {
  return {
    http: await ami.category('http.conf', 'general'),
    ari: await ami.category('ari.conf', 'general'),
    features: await ami.category('features.conf', 'general'),
    sorcery: await ami.category('sorcery.conf', 'res_pjsip'),
  };
}

async function emergencyOf(ami: Inquiry): Promise<EmergencyDialplan> {
  const numbers = await ami.steps('cordboard-emergency');
  const call = await ami.steps('cordboard-emergency-call');
  const targets = ['CB_FIRST', 'CB_SECOND'].flatMap((name) => {
    const [, target] = call.map(({ data }) => new RegExp(`^${name}=(.+)$`).exec(data)).find((found) => found) ?? [];
    return target === undefined ? [] : [target];
  });
  return { numbers: [...new Set(numbers.map(({ exten }) => exten))], targets };
}

type Answer = { readonly status: number; readonly body: unknown; readonly date: string };

function createGet(config: Config, secret: string): (path: string) => Promise<Answer> {
  const { host, httpPort, ari } = config.asterisk;
  const authority = host.includes(':') ? `[${host}]` : host;
  const authorization = `Basic ${Buffer.from(`${ari.user}:${secret}`).toString('base64')}`;
  return async (path) => {
    const response = await fetch(`http://${authority}:${httpPort}/ari/${path}`, {
      headers: { authorization },
      signal: AbortSignal.timeout(patienceMs),
      redirect: 'error',
    });
    const text = await response.text();
    if (!response.ok && response.status !== 404) throw new Error(`ARI answered ${response.status}`);
    return {
      status: response.status,
      body: response.ok ? JSON.parse(text) : null,
      date: response.headers.get('date') ?? '',
    };
  };
}

function runningIn(body: unknown): ReadonlySet<string> {
  const modules = Array.isArray(body) ? (body as readonly { name?: unknown; status?: unknown }[]) : [];
  return new Set(modules.filter(({ status }) => status === 'Running').map(({ name }) => String(name)));
}

function nothing(host: string, unseen: string): Part {
  const pbx = { host, version: null, modulesMissing: [], soundLanguages: [], warnings: [], failure: unseen };
  const none = { unseen };
  const asked = { settings: none, fallbackLists: none, contextsMissing: none, registeredBy: none };
  const outside = { trunkStates: none, emergencyDialplan: none };
  return { pbx, modules: none, clockOffMs: none, promptsMissing: none, ...asked, ...outside };
}
