import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { trunkEndpoint } from '../translate.ts';
import { differing, listOf } from './difference.ts';
import type { Attributes } from './endpoint.ts';
import { isSameMatch } from './match-list.ts';
import type { ProvisionerOptions } from './provisioner.ts';
import { createPusher, type PushAnswer } from './pusher.ts';
import { type TrunkAccount, trunkMark, trunkObjects } from './trunk.ts';

/** Puts trunks into a running Asterisk over ARI, with no reload; each rejects with one line for people. */
export type TrunkProvisioner = {
  applyTrunk(id: string, trunk: TrunkAccount): Promise<void>;
  removeTrunk(id: string): Promise<void>;
  /** What Asterisk has otherwise, such as `endpoint.allow`, or `endpoint` where a whole object is missing or one too many. No values. */
  driftOfTrunk(id: string, trunk: TrunkAccount): Promise<readonly string[]>;
};

/** What is named must be there before what names it. */
const types = ['auth', 'aor', 'endpoint', 'identify', 'registration'] as const;

/** Makes it. An endpoint of the same name that is not ours is never touched. */
export function createTrunkProvisioner(options: ProvisionerOptions): TrunkProvisioner {
  const pusher = createPusher(options);

  async function claim(name: string): Promise<void> {
    const answer = await pusher.get('endpoint', name);
    if (answer.status === 404) return;
    if (answer.status !== 200) throw failure(`looking at endpoint "${name}"`, answer);
    const [attribute, value] = trunkMark;
    const isMarked =
      Array.isArray(answer.body) && answer.body.some((pair) => pair?.attribute === attribute && pair?.value === value);
    if (!isMarked) throw new Error(`endpoint "${name}" is in Asterisk already and was not made by Cordboard`);
  }

  async function drop(type: (typeof types)[number], name: string): Promise<void> {
    const answer = await pusher.delete(type, name);
    if (answer.status !== 204 && answer.status !== 404) throw failure(`removing ${type} "${name}"`, answer);
  }

  return {
    async applyTrunk(id, trunk) {
      const name = trunkEndpoint(id);
      await claim(name);
      const objects = trunkObjects(id, trunk);
      for (const type of types) {
        const attributes = objects[type];
        if (attributes === null) await drop(type, name);
        else {
          // A registration is not changed while it lives: it goes on with what it began with.
          if (type === 'registration') await drop(type, name);
          const answer = await pusher.put(type, name, attributes);
          if (answer.status === 200) continue;
          const failed = failure(`writing ${type} "${name}"`, answer);
          const why = type === 'identify' ? await unresolved(attributes, options.requestMs ?? 5_000) : null;
          throw why === null ? failed : new Error(`${why}: it is tried again; ${failed.message}`);
        }
      }
    },
    async driftOfTrunk(id, trunk) {
      const name = trunkEndpoint(id);
      const objects = trunkObjects(id, trunk);
      const found: string[] = [];
      for (const type of types) {
        const wanted = objects[type];
        const answer = await pusher.get(type, name);
        if (answer.status !== 200 && answer.status !== 404) throw failure(`looking at ${type} "${name}"`, answer);
        const isThere = answer.status === 200;
        if (isThere !== (wanted !== null)) found.push(type);
        else if (wanted !== null)
          found.push(...differing(wanted, answer.body, { match: isSameMatch }).map((one) => `${type}.${one}`));
      }
      return found;
    },
    async removeTrunk(id) {
      const name = trunkEndpoint(id);
      await claim(name);
      for (const type of types.toReversed()) await drop(type, name);
    },
  };
}

/** Asterisk refuses an identify object of which it finds no address, without saying so. Null when each name is found. */
async function unresolved(identify: Attributes, deadlineMs: number): Promise<string | null> {
  const match = identify.find(([name]) => name === 'match')?.[1] ?? '';
  for (const host of listOf(match)) {
    if (isIP(host.replace(/^\[|\]$|\/.*$/g, '')) !== 0) continue;
    const why = await lookUp(host, deadlineMs);
    if (why !== null) return `${host} does not resolve (${why})`;
  }
  return null;
}

/** Why the name has no address, such as ENOTFOUND; null when it has one. */
async function lookUp(host: string, deadlineMs: number): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer in ${deadlineMs} ms`), deadlineMs);
  });
  const asked = lookup(host).then(
    () => null,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
  const why = await Promise.race([asked, late]);
  clearTimeout(timer);
  return why;
}

function failure(what: string, answer: PushAnswer): Error {
  if (answer.status === 0) return new Error(`${what}: no answer (${answer.message})`);
  return new Error(`${what}: Asterisk answered ${answer.status} ${answer.message}`.trim());
}
