import type { PhoneId } from '../../core/settings.ts';
import { accountProblems, type PhoneAccount } from './account.ts';
import { mark, phoneObjects } from './endpoint.ts';
import { createPusher, type PushAnswer } from './pusher.ts';

/** What came of a push. `message` is one line that names what was wrong; `field` is set for a wrong account. */
export type Provisioned =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: 'wrong-account' | 'not-ours' | 'refused' | 'unreachable';
      readonly field: keyof PhoneAccount | null;
      readonly message: string;
    };

export interface Provisioner {
  /** Makes the phone's objects, or brings them up to date. Doing it again does no harm. */
  apply(account: PhoneAccount): Promise<Provisioned>;
  /** Takes the phone out of Asterisk; one that is not there is as good as removed. */
  remove(id: PhoneId): Promise<Provisioned>;
  /** The ids of all phones of ours in Asterisk, sorted; null when Asterisk does not answer. */
  list(): Promise<readonly PhoneId[] | null>;
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

  async function owner(id: PhoneId): Promise<'ours' | 'theirs' | 'nobody' | Failure> {
    const answer = await pusher.get('endpoint', id);
    if (answer.status === 404) return 'nobody';
    if (answer.status !== 200) return failure(`looking at endpoint "${id}"`, answer);
    return isMarked(answer.body) ? 'ours' : 'theirs';
  }

  return {
    async apply(account) {
      const [problem] = accountProblems(account);
      if (problem !== undefined) {
        const { field, expected, got } = problem;
        return { ok: false, code: 'wrong-account', field, message: `${field}: expected ${expected}, got ${got}` };
      }
      const has = await owner(account.id);
      if (typeof has === 'object') return has;
      if (has === 'theirs') return notOurs(account.id);
      const objects = phoneObjects(account);
      // What is named must be there before what names it.
      for (const type of ['auth', 'aor', 'endpoint'] as const) {
        const answer = await pusher.put(type, account.id, objects[type]);
        if (answer.status !== 200) return failure(`writing ${type} "${account.id}"`, answer);
      }
      return { ok: true };
    },
    async remove(id) {
      const has = await owner(id);
      if (typeof has === 'object') return has;
      if (has === 'theirs') return notOurs(id);
      // An endpoint that is gone may have left its other two behind: they are removed all the same.
      for (const type of ['endpoint', 'aor', 'auth'] as const) {
        const answer = await pusher.delete(type, id);
        if (answer.status !== 204 && answer.status !== 404) return failure(`removing ${type} "${id}"`, answer);
      }
      return { ok: true };
    },
    async list() {
      const names = await pusher.endpoints();
      if (names === null) return null;
      const answers = await Promise.all(names.map(async (id) => ({ id, answer: await pusher.get('endpoint', id) })));
      if (answers.some(({ answer }) => answer.status !== 200 && answer.status !== 404)) return null;
      return answers
        .filter(({ answer }) => isMarked(answer.body))
        .map(({ id }) => id)
        .sort();
    },
  };
}

type Failure = Extract<Provisioned, { ok: false }>;

function failure(what: string, answer: PushAnswer): Failure {
  const code = answer.status === 0 ? 'unreachable' : 'refused';
  return { ok: false, code, field: null, message: `${what}: ${answer.status || 'no answer'} ${answer.message}`.trim() };
}

function notOurs(id: PhoneId): Failure {
  const message = `endpoint "${id}" is in Asterisk already and was not made by Cordboard; rename it there or take another id`;
  return { ok: false, code: 'not-ours', field: 'id', message };
}

function isMarked(body: unknown): boolean {
  const [name, value] = mark;
  return Array.isArray(body) && body.some((pair) => pair?.attribute === name && pair?.value === value);
}
