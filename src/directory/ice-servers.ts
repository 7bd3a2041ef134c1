import { createHmac } from 'node:crypto';
import type { IceServerConfig } from '../config/config.ts';
import { readSecret } from '../config/paths.ts';
import type { PhoneId } from '../core/settings.ts';
import type { IceServer } from '../protocol/phones.ts';

/** Says which STUN and TURN servers a phone in a browser is given. */
export type IceServers = (phone: PhoneId) => readonly IceServer[];

/** As long as a shift with its overtime: a sign-in is asked for anew after that. */
const validS = 12 * 60 * 60;

/**
 * Reads the secrets, once; throws with the file's name when one is missing. A secret that is shared with the TURN server never leaves
 * the machine: each phone gets a user name that ends by itself, and its HMAC (coturn's `use-auth-secret`, after draft-uberti-behave-turn-rest).
 */
export function createIceServers(servers: readonly IceServerConfig[], now: () => number): IceServers {
  const read = servers.map(({ urls, access }) => ({
    urls,
    access,
    secret: access.by === 'nothing' ? '' : readSecret(access.secretFile),
  }));
  return (phone) =>
    read.map(({ urls, access, secret }) => {
      if (access.by === 'nothing') return { urls };
      if (access.by === 'user') return { urls, username: access.user, credential: secret };
      const username = `${Math.floor(now() / 1_000) + validS}:${phone}`;
      return { urls, username, credential: createHmac('sha1', secret).update(username).digest('base64') };
    });
}
