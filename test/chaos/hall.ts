import { phoneAccounts } from '../../bench/contestants/contestant.ts';
import { phoneCodecs, trunkFragments } from '../../bench/contestants/fragments.ts';
import { createCallers } from '../../bench/farm/callers.ts';
import { callerHost, phoneHost } from '../../bench/farm/client.ts';
import { methodOf } from '../../bench/farm/message.ts';
import { createPhones, type PhoneHabits } from '../../bench/farm/phones.ts';
import type { FarmEvent } from '../../bench/farm/protocol.ts';
import { createRegistrations } from '../../bench/farm/registration.ts';
import { openWire } from '../../bench/farm/wire.ts';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';
import { waitUntil } from '../lab/deadline.ts';
import { audioPort, voicedSdp } from '../lab/voiced-media.ts';
import { openVoices, type Voices } from '../lab/voices.ts';

/** Hundreds of UDP phones and callers on one real exchange with one group. */
export type Hall = {
  readonly lab: LabCordboard;
  /** The voice of each phone (by its user) and of each caller (by number) that has one. */
  readonly voices: Voices;
  /** Everything that phones and callers did, in order. */
  readonly events: readonly FarmEvent[];
  /** Callers dial the group, evenly spaced, each with a number of its own. */
  dial(numbers: readonly string[], perSecond: number): Promise<void>;
  hangUpPhone(user: string): void;
  hangUpCallers(): void;
  stop(): Promise<void>;
};

/** `voiced` tells which callers and phones speak and listen; the others ask for no media and get none. */
export type HallOptions = { readonly agents: number; readonly voiced: (user: string) => boolean };

/** Every phone answers at once and never hangs up by itself. */
const patient: PhoneHabits = { answerAfterMs: () => 0, talkMs: () => null };
const extension = '8001';
/** So many packets a second are enough to know that they come through. */
const packetsPerSecond = 2;

/** Starts all of it, with every agent signed in, ready and reachable. */
export async function openHall(options: HallOptions): Promise<Hall> {
  const lab = await startCordboard('', { extra: trunkFragments() });
  const voices = await openVoices(packetsPerSecond);
  const phoneWire = await openWire(phoneHost);
  const callerWire = await openWire(callerHost);
  const stop = async (): Promise<void> => {
    phoneWire.close();
    callerWire.close();
    voices.close();
    await lab.stop();
  };
  const events: FarmEvent[] = [];
  const log = (event: FarmEvent) => void events.push(event);
  const media = mediaOf(voices, options.voiced);
  const registrations = createRegistrations(phoneWire);
  const phones = createPhones(phoneWire, patient, log, media);
  const callers = createCallers(callerWire, log, media);
  const asterisk = { host: '127.0.0.1', port: lab.asterisk.ports.sip };
  callerWire.listen(callers.receive);
  phoneWire.listen((message, from, atMs) => {
    if (message.start.kind === 'response' && methodOf(message) === 'REGISTER') {
      registrations.responded(message, message.start.status);
    } else phones.receive(message, from, atMs);
  });
  try {
    await provision(lab, options.agents);
    await registrations.register(phoneAccounts(options.agents), asterisk);
    await waitUntil(() => areReachable(lab, options.agents), 'every agent to be reachable', 60_000);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    lab,
    voices,
    events,
    async dial(numbers, perSecond) {
      const began = performance.now();
      for (const [nth, number] of numbers.entries()) {
        const waitMs = began + (nth * 1_000) / perSecond - performance.now();
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
        callers.dial(number, extension, asterisk);
      }
    },
    hangUpPhone: (user) => phones.hangUp(user),
    hangUpCallers: () => callers.hangUpAll(),
    stop,
  };
}

function mediaOf(voices: Voices, voiced: (user: string) => boolean) {
  return {
    describe: (user: string) =>
      voiced(user) ? voicedSdp(voices.port) : voicedSdp(discard).replace('a=sendrecv', 'a=inactive'),
    learnt(user: string, description: string) {
      if (voiced(user)) voices.join(user).speakTo(audioPort(description));
    },
    over: (user: string) => voices.of(user)?.close(),
  };
}

const discard = 9;

async function provision(lab: LabCordboard, agents: number): Promise<void> {
  const users = phoneAccounts(agents).map(({ user, password }) => ({
    username: `agent-${user}`,
    name: `Agent ${user}`,
    extension: user,
    codecs: phoneCodecs,
    sipPassword: password,
  }));
  await lab.api('POST', '/v1/users/import', { users });
  const group = { name: 'hall', extension, strategy: 'fewest-calls', wrapUpMs: 0, backOffMs: 0, maxWaitMs: 600_000 };
  await lab.api('POST', '/v1/groups', group);
  const usernames = users.map(({ username }) => username);
  await lab.api('POST', '/v1/groups/hall/members', { users: usernames });
  for (const username of usernames) await lab.api('POST', `/v1/agents/${username}/sign-in`, { ready: true });
}

async function areReachable(lab: LabCordboard, agents: number): Promise<boolean> {
  const { agents: views } = await lab.api<{ agents: { reachable: { is: boolean } }[] }>('GET', '/v1/agents');
  return views.length === agents && views.every(({ reachable }) => reachable.is);
}
