import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';
import { waitUntil } from '../lab/deadline.ts';
import { type PortBlock, takePorts } from '../lab/ports.ts';
import { expectBothHear, expectHears, openPeople, type People, type Person } from '../lab/voice/people.ts';
import { promptOf, type Sound } from '../lab/voice/sounds.ts';

// The daemon is killed (kill -9) while somebody at a number outside is asked to press 1, or while the queue is whispered to an agent.
const mobile = { kind: 'number', number: '+33612345678' };

let lab: LabCordboard;
let ports: PortBlock;
let people: People;
let question: Sound;

beforeAll(async () => {
  ports = await takePorts(1);
  lab = await startCordboard('numbering: { country: FR }\nlimits: { confirm-station: 4s }');
  people = openPeople(lab, ports.ports[0] ?? 0);
  question = await promptOf(lab.asterisk, 'followme/options');
}, 60_000);
afterEach(async () => {
  if (!lab.running) await lab.serve();
  await people.goHome();
  await lab.expectQuiet();
});
afterAll(async () => {
  await lab?.stop();
  ports?.release();
});

type Scene = { readonly caller: Person; readonly ana: Person; readonly ben: Person; readonly far: Person };

/** A caller waits, the mobile of Ana has answered and is asked, and the daemon is dead. Ben is the next in line. */
async function killedWhileAsked(): Promise<Scene> {
  const [caller, ana, ben] = [await people.inHouse('cyd'), await people.inHouse('ana'), await people.inHouse('ben')];
  const far = await people.beyond('red', 'udp', mobile.number);
  await people.allow('ana', { classes: ['mobile'] });
  await caller.phone.dial(await people.team([ana, ben], {}, mobile));
  await far.phone.rings();
  await far.phone.answer();
  await lab.fact('offer-confirming', { agent: 'ana' });
  // Some of it was said.
  await waitUntil(() => far.ear.heardOf(question) > 0, 'the mobile to be asked');
  await lab.kill9();
  return { caller, ana, ben, far };
}

type Seen = { readonly id: string; readonly name: string };

/** The channel of somebody's phone. */
async function channelOf({ phone }: Person): Promise<string> {
  const { body } = await lab.asterisk.ari('GET', 'channels');
  const found = (body as Seen[]).find(({ name }) => name.startsWith(`PJSIP/${phone.user}-`));
  if (found === undefined) throw new Error(`${phone.user} has no channel`);
  return found.id;
}

/** How long Asterisk leaves a channel to us yet, in s. */
async function leaseOf(channel: string): Promise<number> {
  const { body } = await lab.asterisk.ari('GET', `channels/${channel}/variable?variable=TIMEOUT(absolute)`);
  return Number((body as { value: string }).value);
}

/** The daemon stays dead until the caller's lease is over: sooner than it would be. */
async function endLease(person: Person): Promise<void> {
  const uri = `channels/${await channelOf(person)}/variable?variable=TIMEOUT(absolute)&value=1`;
  expect((await lab.asterisk.ari('POST', uri)).status).toBeLessThan(300);
}

const types = () => lab.facts().map(({ type }) => type);

test('given_1_is_awaited_when_the_daemon_is_killed_and_1_is_pressed_while_it_is_dead_then_they_are_asked_anew_and_1_has_the_caller', async () => {
  const { caller, far } = await killedWhileAsked();
  far.phone.press('1');
  const last = lab.facts().at(-1)?.seq;
  const served = lab.serve();
  // They have their time from here on, whether the front is up or not.
  await lab.fact('pbx-ready', {}, last);
  await expectHears(far, question);
  expect(types()).not.toContain('offer-answered');
  far.phone.press('1');
  await lab.fact('call-connected', { user: 'ana' });
  await served;
  await expectBothHear(caller, far);
  expect(types().filter((type) => type === 'offer-made')).toHaveLength(1);
  await caller.phone.hangUp();
  await far.phone.stops();
  await lab.fact('call-ended', { ending: 'completed' });
});

test('given_a_voicemail_that_never_presses_1_when_the_daemon_is_killed_and_comes_back_then_the_next_agent_has_the_caller', async () => {
  const { caller, ben, far } = await killedWhileAsked();
  await lab.serve();
  await ben.phone.rings();
  await far.phone.stops();
  expect(await lab.fact('offer-ended', { agent: 'ana' })).toMatchObject({ outcome: 'no-answer' });
  await ben.phone.answer();
  await lab.fact('call-connected', { user: 'ben' });
  await expectBothHear(caller, ben);
  expect(caller.ear.shareOf(far.hz)).toBeLessThan(0.1);
  await caller.phone.hangUp();
  await ben.phone.stops();
});

test('given_1_is_awaited_when_the_daemon_stays_dead_then_the_caller_falls_back_to_the_team_and_the_mobile_is_hung_up', async () => {
  const { caller, ana, far } = await killedWhileAsked();
  await endLease(caller);
  await ana.phone.rings();
  await ana.phone.answer();
  await expectBothHear(caller, ana);
  await far.phone.stops();
  await lab.serve();
  await lab.fact('call-ended', { ending: 'released' });
  // What talks in the dialplan is not touched by the daemon that is back.
  await expectBothHear(caller, ana);
  expect(types()).not.toContain('offer-answered');
  await caller.phone.hangUp();
  await ana.phone.stops();
});

/** The queue is whispered to an agent, the daemon is dead, and the caller's lease is over. */
async function killedWhileWhispered(): Promise<Pick<Scene, 'caller' | 'ana'>> {
  const [caller, ana] = [await people.inHouse('cyd'), await people.inHouse('ana')];
  const sound = await promptOf(lab.asterisk, 'tt-weasels');
  const whisper = { announce: 'whisper', announceSound: 'tt-weasels', ringMs: 30_000 };
  await caller.phone.dial(await people.team([ana], whisper));
  await ana.phone.rings();
  await ana.phone.answer();
  await lab.fact('offer-announced', {});
  await waitUntil(() => ana.ear.heardOf(sound) > 0, 'the queue to be whispered');
  await lab.kill9();
  // The one that the leg had while it rang, since it may ring for longer than the caller has, would have cut it off.
  expect(await leaseOf(await channelOf(ana))).toBeGreaterThan(await leaseOf(await channelOf(caller)));
  await endLease(caller);
  await expectBothHear(caller, ana);
  return { caller, ana };
}

test('given_a_whisper_when_the_daemon_is_killed_and_stays_dead_then_the_two_talk_all_the_same', async () => {
  const { caller, ana } = await killedWhileWhispered();
  await caller.phone.hangUp();
  await ana.phone.stops();
});

test('given_a_whisper_when_the_daemon_comes_back_after_the_lease_then_the_two_talk_on_and_the_agent_is_free_afterwards', async () => {
  const { caller, ana } = await killedWhileWhispered();
  await lab.serve();
  const { call } = await lab.fact('call-connected', { user: 'ana' });
  await lab.fact('call-ended', { call, ending: 'released' });
  const last = lab.facts().at(-1)?.seq;
  await expectBothHear(caller, ana);
  await caller.phone.hangUp();
  await ana.phone.stops();
  await lab.fact('agent-work', { agent: 'ana', work: 'idle' }, last);
});
