import { randomBytes } from 'node:crypto';
import type { Config } from '../config/config.ts';
import { whyOf } from '../lib/why.ts';
import type { TrialPhone } from '../protocol/phones.ts';
import { REALM } from '../protocol/phones.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';
import { ha1Of, makePassword } from './password.ts';
import type { PhoneKeeper } from './phone-keeper.ts';
import type { Provisioner } from './phone-spec.ts';
import { Refusal } from './refusal.ts';
import { wsUrl } from './sip-access.ts';

/** Throw-away endpoints for simulated callers; they belong to no user. */
export type TrialPhones = {
  make(): Promise<TrialPhone>;
  remove(id: string): Promise<void>;
  /** Marks those of an earlier run for removal. */
  clear(): void;
};

/** What a trial phone shows as its number: nobody can have it, since extensions have at least two digits. */
const TRIAL_NUMBER = '0';

export function createTrialPhones(
  store: DirectoryStore,
  provisioner: Provisioner,
  keeper: PhoneKeeper,
  config: Config,
): TrialPhones {
  return {
    async make() {
      const id = `trial-${randomBytes(6).toString('hex')}`;
      const secret = makePassword();
      store.phones.addTrial(id, Date.now());
      const codecs = config.sip.codecs;
      try {
        await provisioner.apply({
          id,
          extension: TRIAL_NUMBER,
          callerName: 'Trial',
          transport: 'ws',
          codecs,
          ha1: ha1Of(id, secret),
        });
      } catch (error) {
        store.phones.dropTrial(id);
        store.phones.leave(id);
        const why = whyOf(error);
        throw new Refusal('pbx-failed', `Asterisk did not take the trial phone (${why}): see cordboard status`);
      }
      return { id, secret, realm: REALM, wsUrl: wsUrl(config) };
    },
    async remove(id) {
      if (!store.phones.dropTrial(id)) {
        throw new Refusal('unknown-phone', `There is no trial phone ${id}`, 'id');
      }
      store.phones.leave(id);
      await keeper.push([id], 3_000);
    },
    clear() {
      for (const id of store.phones.trials()) {
        store.phones.dropTrial(id);
        store.phones.leave(id);
      }
    },
  };
}
