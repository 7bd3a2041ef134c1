import { parentPort, workerData } from 'node:worker_threads';
import { createFallbackWriter, fallbackFamily } from './asterisk/ami/fallback.ts';
import { type Inquiry, openInquiry } from './asterisk/ami/inquiry.ts';
import { createAriHttp } from './asterisk/ari/http.ts';
import { createPbxReader } from './asterisk/control.ts';
import { createLamps } from './asterisk/lamps.ts';
import { createMailboxes } from './asterisk/mailboxes.ts';
import { createProvisioner } from './asterisk/provisioning/provisioner.ts';
import { createTrunkProvisioner } from './asterisk/provisioning/trunk-provisioner.ts';
import type { Config } from './config/config.ts';
import { loadConfig } from './config/load.ts';
import { pathsOf, readSecret } from './config/paths.ts';
import type { Provisioner } from './directory/phone-spec.ts';
import { type Front, type Outside, startFront } from './front.ts';
import type { FrontSays } from './front-supervisor.ts';
import type { EnginePort } from './http/engine-client.ts';
import { createLog } from './lib/log.ts';
import { whyOf } from './lib/why.ts';
import { createPast } from './past.ts';
import type { ToFront } from './protocol/seam.ts';

/** The thread's entry: `workerData` is `{ file, home }`, the seam is the parent port, and `stop` ends it in good order. */
const main = parentPort;
if (main === null) {
  throw new Error('front-thread is the entry of a worker thread');
}

/** People wait for the answer. */
const INQUIRY_MS = 3_000;

/** Messages that come before the front listens are kept: `hello` is the first of them. */
const early: ToFront[] = [];
let listener: (message: ToFront) => void = (message) => void early.push(message);
let front: Promise<Front> | null = null;

const say = (message: FrontSays): void => main.postMessage(message);
const port: EnginePort = {
  post: say,
  onMessage(take) {
    listener = take;
    for (const message of early.splice(0)) take(message);
  },
};

main.on('message', (message: ToFront | { kind: 'stop' }) => {
  if (message.kind !== 'stop') {
    listener(message);
    return;
  }
  void (front ?? Promise.resolve(null))
    .then((started) => started?.close())
    .catch(() => undefined)
    .finally(() => process.exit(0));
});

const { file, home } = workerData as { file: string; home: string };
front = start(loadConfig(file, home));
front.then(
  () => say({ kind: 'ready' }),
  (error: unknown) => {
    say({ kind: 'failed', message: whyOf(error) });
    process.exit(1);
  },
);

async function start(config: Config): Promise<Front> {
  const log = createLog({ level: config.log.level, name: 'front' });
  const { host, httpPort, ari, ami } = config.asterisk;
  const secrets = { ari: readSecret(ari.secretFile), ami: readSecret(ami.secretFile) };
  const manager = { host, port: ami.port, user: ami.user, secret: secrets.ami };
  const fallback = createFallbackWriter(manager);
  const access = { host, port: httpPort, user: ari.user, secret: secrets.ari };
  const http = createAriHttp(access);
  /** Asked seldom, so each question has a connection of its own. */
  const inquire = async <T>(ask: (inquiry: Inquiry) => Promise<T>): Promise<T> => {
    const inquiry = await openInquiry({ ...manager, handshakeMs: INQUIRY_MS, actionMs: INQUIRY_MS });
    try {
      return await ask(inquiry);
    } finally {
      inquiry.close();
    }
  };
  const outside: Outside = {
    ...{ log, provisioner: phones(access), readPbx: createPbxReader(access).readPbx },
    fallback: { ...fallback, readFallbacks: () => inquire((inquiry) => inquiry.family(fallbackFamily)) },
    trunks: createTrunkProvisioner(access),
    lamps: createLamps(http),
    mailboxes: createMailboxes(http),
    askPast: createPast(pathsOf(home)),
    hasContext: (name) => inquire((inquiry) => inquiry.hasContext(name)),
    registeredBy: () => inquire((inquiry) => inquiry.registeredBy()),
  };
  const started = await startFront(port, config, pathsOf(home), outside);
  return {
    async close() {
      await started.close();
      fallback.close();
      http.close();
    },
  };
}

type Access = { readonly host: string; readonly port: number; readonly user: string; readonly secret: string };

/** The digest's user is the phone's own id. An endpoint that turns out to be somebody else's is not ours to remove. */
function phones(access: Access): Provisioner {
  const provisioner = createProvisioner(access);
  return {
    ...provisioner,
    apply: (phone) => provisioner.apply({ ...phone, userName: phone.id }),
    async remove(id) {
      try {
        await provisioner.remove(id);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'not-ours')) throw error;
      }
    },
  };
}
