import type { PhoneId } from '../../core/settings.ts';
import type { PhoneAccount } from './account.ts';
import { type Attributes, phoneObjects } from './endpoint.ts';
import { createProvisioner, type ProvisionerOptions } from './provisioner.ts';
import { createPusher } from './pusher.ts';

/** Where Asterisk's phones of ours are not what they should be. */
export type Drift = {
  readonly missing: readonly PhoneId[];
  /** Which attributes differ, such as `endpoint.allow`; their values may be secrets and are not told. */
  readonly different: readonly { readonly id: PhoneId; readonly attributes: readonly string[] }[];
  /** Phones with our mark that none of the accounts is about. */
  readonly strangers: readonly PhoneId[];
};

const types = ['auth', 'aor', 'endpoint'] as const;

/** Compares the phones in Asterisk, attribute by attribute, with these accounts. Rejects when Asterisk cannot be asked. */
export async function findDrift(options: ProvisionerOptions, accounts: readonly PhoneAccount[]): Promise<Drift> {
  const pusher = createPusher(options);
  const there = new Set(await listed(options));
  const looked = await Promise.all(
    accounts.map(async (account) => {
      const wanted = phoneObjects(account);
      const wrong = await Promise.all(
        types.map(async (type) => {
          const answer = await pusher.get(type, account.id);
          if (answer.status !== 200 && answer.status !== 404) throw new Error(`ARI answered ${answer.status}`);
          return answer.status === 404 ? [type] : differing(wanted[type], answer.body).map((name) => `${type}.${name}`);
        }),
      );
      return { id: account.id, attributes: wrong.flat() };
    }),
  );
  const known = new Set(accounts.map((account) => account.id));
  return {
    missing: looked.filter(({ id }) => !there.has(id)).map(({ id }) => id),
    different: looked.filter(({ id, attributes }) => there.has(id) && attributes.length > 0),
    strangers: [...there].filter((id) => !known.has(id)).sort(),
  };
}

async function listed(options: ProvisionerOptions): Promise<readonly PhoneId[]> {
  try {
    return await createProvisioner(options).list();
  } catch (error) {
    // Asterisk says so while there is no endpoint at all.
    if (error instanceof Error && /No Endpoints found/.test(error.message)) return [];
    throw error;
  }
}

function differing(wanted: Attributes, body: unknown): readonly string[] {
  const pairs = Array.isArray(body) ? (body as readonly { attribute?: unknown; value?: unknown }[]) : [];
  const got = new Map(pairs.map(({ attribute, value }) => [String(attribute), String(value)]));
  return wanted.filter(([name, value]) => plain(value) !== plain(got.get(name) ?? '')).map(([name]) => name);
}

/** One spelling for what Asterisk spells in several: `yes` and `true`, `3.0` and `3.000000`, `!all,opus` and `(opus)`. */
function plain(value: string): string {
  const text = value.toLowerCase();
  if (text === 'yes' || text === 'true') return 'yes';
  if (text === 'no' || text === 'false') return 'no';
  if (/^\d+\.\d+$/.test(text)) return String(Number(text));
  const list = /^\((.*)\)$/.exec(value)?.[1];
  return list === undefined ? value.replace(/^!all,/, '') : list.replaceAll('|', ',');
}
