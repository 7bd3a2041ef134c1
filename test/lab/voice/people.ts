import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrunkView } from '../../../src/protocol/trunks.ts';
import type { UserSaved } from '../../../src/protocol/users.ts';
import type { LabCordboard } from '../cordboard.ts';
import { waitUntil } from '../deadline.ts';
import { createVoicePhone, type VoicePhone } from './phone.ts';
import { createEar, type Ear, type Sound } from './sounds.ts';

/** All of a sound, but for a packet that a busy machine was too late for. */
export const whole = 0.95;

/** Somebody with a phone and an ear, who speaks one tone. */
export type Person = { readonly phone: VoicePhone; readonly ear: Ear; readonly hz: number; readonly user: string };

/** People with real phones beside a lab: in the house, and beyond a trunk. */
export type People = {
  /** A user with a μ-law desk phone, registered. */
  inHouse(username: string): Promise<Person>;
  /** Whoever has this number outside, behind a trunk of this name. The trunk stands until `goHome`. */
  beyond(trunk: string, transport: 'udp' | 'tls', number: string): Promise<Person>;
  /** Says what a user may dial outside; resolves when the engine knows. */
  allow(user: string, rights: Readonly<Record<string, unknown>>): Promise<void>;
  /** A linear group of these agents, signed in; the first one at this station. Its extension. */
  team(
    agents: readonly Person[],
    settings: Readonly<Record<string, unknown>>,
    station?: Readonly<Record<string, unknown>>,
  ): Promise<string>;
  /** To be called after each test: all phones closed, no trunk and no way in left. */
  goHome(): Promise<void>;
};

/** The carrier has an address of its own, since a trunk is known by it, and this port there. */
export function openPeople(lab: LabCordboard, port: number): People {
  const carrier = '127.0.0.2';
  const phones: VoicePhone[] = [];
  let users = 0;

  function add(user: string, hz: number, options: Omit<Parameters<typeof createVoicePhone>[0], 'voice'>): Person {
    const ear = createEar(hz);
    const phone = createVoicePhone({ ...options, voice: ear });
    phones.push(phone);
    return { phone, ear, hz, user };
  }

  return {
    async inHouse(username) {
      users += 1;
      const body = { username, name: username, extension: String(1100 + users), transport: 'udp', codecs: ['ulaw'] };
      const { sip } = await lab.api<UserSaved>('POST', '/v1/users', body);
      if (sip === null) throw new Error('there are no credentials');
      const { host, port: to, user, password } = sip;
      // No two of one test are alike, and none is another's overtone.
      const person = add(username, 400 + 170 * (users % 5), { transport: 'udp', host, port: to, user, password });
      await person.phone.register();
      return person;
    },
    async beyond(name, transport, number) {
      const read = (file: string): Promise<Buffer> => readFile(join(lab.home, 'certs', file));
      const secured = transport === 'tls' ? { certificate: await read('cert.pem'), key: await read('key.pem') } : {};
      const to = { host: '127.0.0.1', port: lab.asterisk.ports.sip, user: number, password: '' };
      const person = add(name, 1_330, { transport, ...to, from: carrier, at: { port, ...secured } });
      await person.phone.listen();
      const settings = { host: `${carrier}:${port}`, transport, qualifyS: 1, codecs: ['ulaw'] };
      await lab.api('POST', '/v1/trunks', { name, ...settings });
      await waitUntil(async () => {
        const { trunk } = await lab.api<{ trunk: TrunkView }>('GET', `/v1/trunks/${name}`);
        return trunk.reachable === true;
      }, `the trunk ${name} to be reachable`);
      return person;
    },
    async allow(user, rights) {
      const before = lab.facts().at(-1)?.seq ?? 0;
      await lab.api('PATCH', `/v1/outbound/user:${user}`, { outbound: true, ...rights });
      await lab.fact('settings-applied', {}, before);
    },
    async team(agents, settings, station = { kind: 'any' }) {
      const extension = String(8100 + users);
      await lab.api('POST', '/v1/groups', { name: 'team', extension, strategy: 'linear', wrapUpMs: 0, ...settings });
      await lab.api('POST', '/v1/groups/team/members', { users: agents.map(({ user }) => user) });
      for (const { user } of agents) {
        const at = user === agents[0]?.user ? { station } : {};
        await lab.api('POST', `/v1/agents/${user}/sign-in`, at);
        await lab.fact('agent-reachable', { agent: user, reachable: true });
      }
      // The dialplan looks at it when a call comes in.
      const key = `database get cordboard/fallback ${extension}`;
      await waitUntil(async () => (await lab.asterisk.rx(key)).includes('PJSIP/'), `the fallback of ${extension}`);
      return extension;
    },
    async goHome() {
      for (const phone of phones.splice(0)) await phone.close();
      const { numbers } = await lab.api<{ numbers: { name: string }[] }>('GET', '/v1/numbers');
      for (const { name } of numbers) await lab.api('DELETE', `/v1/numbers/${name}`);
      const { trunks } = await lab.api<{ trunks: { name: string }[] }>('GET', '/v1/trunks');
      for (const { name } of trunks) await lab.api('DELETE', `/v1/trunks/${name}`);
    },
  };
}

/** Each hears the other's tone, and for a second nothing else. */
export async function expectBothHear(one: Person, other: Person): Promise<void> {
  const hears = (who: Person, whom: Person) =>
    waitUntil(() => who.ear.shareOf(whom.hz) > 0.9, `${who.user} to hear ${whom.user}`);
  await Promise.all([hears(one, other), hears(other, one)]);
}

/** Resolves when they have heard all of it. */
export async function expectHears({ ear, user }: Person, sound: Sound): Promise<void> {
  await waitUntil(() => ear.heardOf(sound) >= whole, `${user} to hear ${sound.name}`).catch((error: Error) => {
    throw new Error(`${error.message}; it heard ${ear.heardOf(sound)} of it`);
  });
}
