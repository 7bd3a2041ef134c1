import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { phoneObjects } from '../asterisk/provisioning/endpoint.ts';
import type { Config } from '../config/config.ts';
import { pathsOf } from '../config/paths.ts';
import { fallbackEntries } from '../directory/fallback-keeper.ts';
import { specOf } from '../directory/phone-spec.ts';
import { openDirectoryToRead } from '../storage/directory/database.ts';
import { createStore } from '../storage/directory/store.ts';

/** What an Asterisk that is there already would be given: nothing is written by looking. */
export type Rendering = {
  /** What holds for others on that Asterisk too: to be known before anything is done. */
  readonly global: readonly { readonly file: string; readonly setting: string; readonly effect: string }[];
  /** The files, as they stand for a reader: which to include, to merge, or to leave alone. */
  readonly files: readonly {
    readonly file: string;
    readonly how: 'include' | 'merge' | 'compare' | 'leave';
    readonly text: string;
  }[];
  /** What the daemon writes by itself while it runs: a phone's objects over ARI, without their secret. */
  readonly phones: readonly { readonly id: string; readonly text: string }[];
  /** And over AMI, into AstDB: whom each number rings without the daemon. */
  readonly fallbacks: Readonly<Record<string, string>>;
};

/** Everything of ours that reaches beyond our own objects and contexts. */
export const globalSettings: Rendering['global'] = [
  {
    file: 'features.conf',
    setting: 'pickupexten =',
    effect: "Asterisk's own pickup by *8 is off for everybody; a dialplan of yours that relied on it uses Pickup()",
  },
  {
    file: 'sorcery.conf',
    setting: '[res_pjsip]',
    effect: 'where all PJSIP objects are looked for: pjsip.conf first, as before, then AstDB; needs one restart',
  },
  {
    file: 'pjsip.conf',
    setting: 'endpoint_identifier_order',
    effect: 'who an unknown request is from, for trunks and phones of yours too',
  },
  {
    file: 'pjsip.conf',
    setting: 'default_realm = asterisk',
    effect: 'the realm of all challenges: digests of another realm that you keep no longer fit',
  },
  {
    file: 'pjsip.conf',
    setting: 'disable_multi_domain = yes',
    effect: 'endpoints named name@domain are found no more',
  },
  {
    file: 'http.conf',
    setting: '[/ari]',
    effect: 'ARI answers this machine only, other applications of yours included',
  },
  { file: 'http.conf', setting: 'sessionlimit', effect: 'one limit for all HTTP and WebSocket connections' },
  { file: 'ari.conf', setting: 'websocket_write_timeout', effect: 'one patience with all ARI applications' },
];

const includes = ['extensions_cordboard.conf', 'extensions_emergency.conf'];
const merges = ['pjsip.conf', 'sorcery.conf', 'http.conf', 'ari.conf', 'manager.conf', 'features.conf'];

/** Reads the files that come with the package, and the directory of this home where there is one. */
export function render(config: Config): Rendering {
  const folder = fileURLToPath(new URL('../../asterisk-conf', import.meta.url));
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.conf'))
    .sort()
    .map((file) => ({ file, how: howTo(file), text: asItStands(readFileSync(join(folder, file), 'utf8')) }));
  return { global: globalSettings, files, ...written(config) };
}

function howTo(file: string): Rendering['files'][number]['how'] {
  if (includes.includes(file)) return 'include';
  if (merges.includes(file)) return 'merge';
  return file === 'modules.conf' ? 'compare' : 'leave';
}

/** What stands behind `;=` is for scripts/asterisk. */
function asItStands(text: string): string {
  return text.replace(/ *;= .*$/gm, '');
}

function written(config: Config): Pick<Rendering, 'phones' | 'fallbacks'> {
  const file = pathsOf(config.home).directoryDb;
  if (!existsSync(file)) return { phones: [], fallbacks: {} };
  const db = openDirectoryToRead(file);
  try {
    const store = createStore(db);
    const phones = store.phones.all().map((phone) => {
      const objects = Object.entries(phoneObjects({ ...specOf(phone), userName: phone.id }));
      return {
        id: phone.id,
        text: objects.map(([type, attributes]) => section(phone.id, type, attributes)).join('\n'),
      };
    });
    return { phones, fallbacks: Object.fromEntries(fallbackEntries(store)) };
  } finally {
    db.close();
  }
}

function section(id: string, type: string, attributes: readonly (readonly [string, string])[]): string {
  const shown = attributes.map(([name, value]) =>
    `${name} = ${name === 'password_digest' ? 'MD5:...' : value}`.trimEnd(),
  );
  return [`[${id}]`, `type = ${type}`, ...shown, ''].join('\n');
}
