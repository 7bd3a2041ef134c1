import { createHash } from 'node:crypto';
import { realm } from '../../src/asterisk/provisioning/account.ts';
import { type Attributes, phoneObjects } from '../../src/asterisk/provisioning/endpoint.ts';
import { callerHost } from '../farm/client.ts';
import type { Account } from '../farm/protocol.ts';

/** Pieces of Asterisk's configuration by file name; each is appended to the file of that name that Cordboard ships. */
export type Fragments = Readonly<Record<string, string>>;

/** The codecs of the farm's phones: what its session descriptions name. */
export const phoneCodecs = ['alaw', 'ulaw'] as const;

/** What a caller dials for app_queue. Cordboard's number is an ordinary group's. */
export const queueExtension = '9000';

/** The callers: a trunk known by its address. Its context has the queue's number and everything that Cordboard serves. */
export function trunkFragments(): Fragments {
  return {
    'pjsip.conf': `
[bench-trunk]
type = endpoint
context = bench
disallow = all
allow = alaw,ulaw
direct_media = no

[bench-trunk-address]
type = identify
endpoint = bench-trunk
match = ${callerHost}
`,
    'extensions.conf': `
[bench]
include => from-sip
`,
  };
}

/**
 * app_queue as a shop that cares would set it up: nobody is rung while busy, several callers are served at once, a second
 * between two tries (0 is not possible: it is read as the default, 5), no rest after a call. No Answer() before it: that
 * waits up to half a second for media.
 */
export function queueFragments(accounts: readonly Account[]): Fragments {
  return {
    'modules.conf': 'load = app_queue.so\n',
    'queues.conf': `
[general]
persistentmembers = yes
autofill = yes

[bench]
strategy = fewestcalls
autofill = yes
ringinuse = no
timeout = 15
retry = 1
wrapuptime = 0
joinempty = yes
leavewhenempty = no
${accounts.map((account) => `member => PJSIP/${account.user}\n`).join('')}`,
    'extensions.conf': `
[bench](+)
exten => ${queueExtension},1,Queue(bench)
 same => n,Hangup()
`,
  };
}

/** The phones of an Asterisk without Cordboard: attribute by attribute what Cordboard would give them. */
export function phoneFragments(accounts: readonly Account[]): Fragments {
  const phones = accounts.map(({ user, password }) => {
    const { auth, aor, endpoint } = phoneObjects({
      id: user,
      extension: user,
      transport: 'udp',
      codecs: phoneCodecs,
      ha1: createHash('md5').update(`${user}:${realm}:${password}`).digest('hex'),
      callerName: `Agent ${user}`,
    });
    return section(user, 'auth', auth) + section(user, 'aor', aor) + section(user, 'endpoint', endpoint);
  });
  return { 'pjsip.conf': phones.join('') };
}

/** Joins fragments, those of the same file one after the other. */
export function joinFragments(...several: readonly Fragments[]): Fragments {
  const joined: Record<string, string> = {};
  for (const fragments of several) {
    for (const [file, text] of Object.entries(fragments)) joined[file] = (joined[file] ?? '') + text;
  }
  return joined;
}

function section(id: string, type: string, attributes: Attributes): string {
  return `[${id}]\ntype = ${type}\n${attributes.map(([name, value]) => `${name} = ${value}\n`).join('')}\n`;
}
