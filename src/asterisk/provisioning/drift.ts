import type { PhoneId } from '../../core/settings.ts';
import type { PhoneAccount } from './account.ts';
import { createProvisioner, type ProvisionerOptions } from './provisioner.ts';

/** Where Asterisk's phones of ours are not what they should be. */
export type Drift = {
  readonly missing: readonly PhoneId[];
  /** Which attributes differ, such as `endpoint.allow`; their values may be secrets and are not told. */
  readonly different: readonly { readonly id: PhoneId; readonly attributes: readonly string[] }[];
  /** Phones with our mark that none of the accounts is about. */
  readonly strangers: readonly PhoneId[];
};

/** Compares the phones in Asterisk, attribute by attribute, with these accounts. Rejects when Asterisk cannot be asked. */
export async function findDrift(options: ProvisionerOptions, accounts: readonly PhoneAccount[]): Promise<Drift> {
  const provisioner = createProvisioner(options);
  const there = new Set(await provisioner.list());
  const looked = await Promise.all(
    accounts.map(async (account) => ({ id: account.id, attributes: await provisioner.drift(account) })),
  );
  const known = new Set(accounts.map((account) => account.id));
  return {
    missing: looked.filter(({ id }) => !there.has(id)).map(({ id }) => id),
    different: looked.filter(({ id, attributes }) => there.has(id) && attributes.length > 0),
    strangers: [...there].filter((id) => !known.has(id)).sort(),
  };
}
