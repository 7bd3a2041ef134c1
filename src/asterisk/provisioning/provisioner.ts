import type { PhoneId } from '../../core/settings.ts';
import { accountProblems, type PhoneAccount } from './account.ts';
import { differing } from './difference.ts';
import { mark, phoneObjects } from './endpoint.ts';
import { createPusher, type PushAnswer } from './pusher.ts';

/** What a push is refused with. The message is one line for people that names what was wrong and, if known, what to do. */
export type ProvisioningError = Error & {
  readonly code: 'wrong-account' | 'not-ours' | 'refused' | 'unreachable';
  /** The field of a wrong account; null for every other code. */
  readonly field: keyof PhoneAccount | null;
};

/** Each rejects with a `ProvisioningError`. */
export interface Provisioner {
  /** Makes the phone's objects, or brings them up to date. Doing it again does no harm. */
  apply(account: PhoneAccount): Promise<void>;
  /** Takes the phone out of Asterisk; one that is not there is as good as removed. */
  remove(id: PhoneId): Promise<void>;
  /** The ids of all phones of ours in Asterisk, sorted. Those in `known` are not looked at one by one, which is cheap. */
  list(known?: ReadonlySet<PhoneId>): Promise<readonly PhoneId[]>;
  /** The names of all endpoints, whoever made them. */
  names(): Promise<readonly string[]>;
  /** Whether an endpoint of this name is there and has our mark. */
  isOurs(id: PhoneId): Promise<boolean>;
  /** Which attributes Asterisk has otherwise, such as `endpoint.allow`, or `endpoint` where the whole object is missing. */
  drift(account: PhoneAccount): Promise<readonly string[]>;
}

/** Where Asterisk's HTTP server is and who we are there. */
export type ProvisionerOptions = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly secret: string;
  /** How long one request may take, in ms (default 5,000). */
  readonly requestMs?: number;
};

/**
 * Puts phones into a running Asterisk over ARI's dynamic configuration (Asterisk documentation, "ARI Push
 * Configuration"), with no reload. It never touches an endpoint that exists without our mark, and one from a file refuses
 * the push by itself.
 */
export function createProvisioner(options: ProvisionerOptions): Provisioner {
  const pusher = createPusher(options);

  /** Rejects when the id is somebody else's. */
  async function claim(id: PhoneId): Promise<void> {
    const answer = await pusher.get('endpoint', id);
    if (answer.status === 404) return;
    if (answer.status !== 200) throw failure(`looking at endpoint "${id}"`, answer);
    if (!isMarked(answer.body)) {
      const why = `endpoint "${id}" is in Asterisk already and was not made by Cordboard; rename it there or take another`;
      throw provisioningError('not-ours', why, 'id');
    }
  }

  return {
    async apply(account) {
      const [problem] = accountProblems(account);
      if (problem !== undefined) {
        const { field, expected, got } = problem;
        throw provisioningError('wrong-account', `${field}: expected ${expected}, got ${got}`, field);
      }
      await claim(account.id);
      const objects = phoneObjects(account);
      // What is named must be there before what names it.
      for (const type of objectTypes) {
        const answer = await pusher.put(type, account.id, objects[type]);
        if (answer.status !== 200) throw failure(`writing ${type} "${account.id}"`, answer);
      }
    },
    async remove(id) {
      await claim(id);
      // An endpoint that is gone may have left its other two behind: they are removed all the same.
      for (const type of ['endpoint', 'aor', 'auth'] as const) {
        const answer = await pusher.delete(type, id);
        if (answer.status !== 204 && answer.status !== 404) throw failure(`removing ${type} "${id}"`, answer);
      }
    },
    async list(known = new Set()) {
      const all = await names();
      const ours = await Promise.all(all.map((name) => known.has(name) || isOurs(name)));
      return all.filter((_, index) => ours[index]).sort();
    },
    names,
    isOurs,
    async drift(account) {
      const wanted = phoneObjects(account);
      const found = await Promise.all(
        objectTypes.map(async (type) => {
          const answer = await pusher.get(type, account.id);
          if (answer.status === 404) return [type];
          if (answer.status !== 200) throw failure(`looking at ${type} "${account.id}"`, answer);
          return differing(wanted[type], answer.body).map((name) => `${type}.${name}`);
        }),
      );
      return found.flat();
    },
  };

  async function names(): Promise<readonly string[]> {
    const all = await pusher.endpoints();
    // Asterisk answers so while there is no endpoint at all.
    if (all.status === 404 && /No Endpoints found/.test(all.message)) return [];
    if (all.status !== 200 || !Array.isArray(all.body)) throw failure('listing endpoints', all);
    return all.body.map((endpoint) => String(endpoint?.resource));
  }

  async function isOurs(id: PhoneId): Promise<boolean> {
    const answer = await pusher.get('endpoint', id);
    // Gone since it was listed.
    if (answer.status === 404) return false;
    if (answer.status !== 200) throw failure(`looking at endpoint "${id}"`, answer);
    return isMarked(answer.body);
  }
}

const objectTypes = ['auth', 'aor', 'endpoint'] as const;

function provisioningError(
  code: ProvisioningError['code'],
  message: string,
  field: ProvisioningError['field'] = null,
): ProvisioningError {
  return Object.assign(new Error(message), { code, field });
}

function failure(what: string, answer: PushAnswer): ProvisioningError {
  if (answer.status === 0) return provisioningError('unreachable', `${what}: no answer (${answer.message})`);
  return provisioningError('refused', `${what}: Asterisk answered ${answer.status} ${answer.message}`.trim());
}

function isMarked(body: unknown): boolean {
  const [name, value] = mark;
  return Array.isArray(body) && body.some((pair) => pair?.attribute === name && pair?.value === value);
}
