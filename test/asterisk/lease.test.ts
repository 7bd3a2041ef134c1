import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type LabAsterisk, startAsterisk } from '../lab/asterisk.ts';
import { waitUntil } from '../lab/deadline.ts';
import { expectNothingLeft } from '../lab/nothing-left.ts';
import { type PortBlock, takePorts } from '../lab/ports.ts';
import { type Sipp, type SippOptions, startSipp } from '../lab/sipp.ts';
import { connectStasisApp, type StasisApp } from '../lab/stasis-app.ts';
import { staticPhone } from '../lab/static-phone.ts';

// What the dialplan does with calls whose daemon died: the application here is only a hand that holds them and lets go.
let lab: LabAsterisk;
let block: PortBlock;
const sipps: Sipp[] = [];
const room = 'cb-test-room';
const agent = 'cb-test-agent';

beforeAll(async () => {
  block = await takePorts(1);
  lab = await startAsterisk({ extra: { 'pjsip.conf': staticPhone('2001', null) + staticPhone('1001', agentPort()) } });
  await lab.rx('database put cordboard/fallback 8001 PJSIP/1001');
}, 60_000);
afterAll(async () => {
  await lab?.stop();
  block?.release();
});
afterEach(async () => {
  for (const sipp of sipps.splice(0)) await sipp.stop();
  await lab.ari('DELETE', `bridges/${room}`);
  await expectNothingLeft(lab);
});

const agentPort = (): number => block.ports[0] ?? 0;

async function play(options: Omit<SippOptions, 'to'>): Promise<Sipp> {
  const sipp = await startSipp({ to: lab.ports.sip, ...options });
  sipps.push(sipp);
  return sipp;
}

/** ARI must say yes to what a test arranges. */
async function ask(method: 'POST' | 'DELETE', uri: string, body?: unknown): Promise<void> {
  const answer = await lab.ari(method, uri, body);
  expect(answer.status, `${method} ${uri} ${JSON.stringify(answer.body)}`).toBeLessThan(300);
}

/** A caller in Stasis, joined with an agent's leg in a mixing bridge: our legs, our ids, as the engine makes them. */
async function talk(
  agentScenario: string,
  callerScenario: string,
): Promise<{ phone: Sipp; caller: Sipp; callerId: string; app: StasisApp }> {
  const app = await connectStasisApp(lab);
  const phone = await play({ scenario: agentScenario, user: '1001', port: agentPort(), pauseMs: 4000 });
  const caller = await play({ scenario: callerScenario, user: '2001', dials: '8001', pauseMs: 4000 });
  const callerId = await app.entered('8001');
  await ask('POST', `bridges/${room}?type=mixing`);
  await ask(
    'POST',
    `channels/create?endpoint=PJSIP/1001&app=cordboard&channelId=${agent}&appArgs=${agent}&originator=${callerId}`,
  );
  await app.entered(agent);
  await ask('POST', `channels/${agent}/dial?caller=${callerId}&timeout=15`);
  await app.saw((event) => event.channel?.id === agent && event.channel.state === 'Up', 'the agent to answer');
  await ask('POST', `channels/${callerId}/answer`);
  await ask('POST', `bridges/${room}/addChannel?channel=${callerId},${agent}`);
  return { phone, caller, callerId, app };
}

/** Ends the lease of a leg in one second, with the peer that the dialplan shall join it to. */
const endLease = (leg: string, peer: string): Promise<void> =>
  ask('POST', `channels/${leg}/variables`, { variables: { PEER: peer, 'TIMEOUT(absolute)': '1' } });

/** Both are out of Stasis and in one ordinary bridge. */
async function joinedByDialplan(): Promise<void> {
  await waitUntil(async () => {
    const bridges = (await lab.bridges()).filter((id) => id !== room);
    return bridges.length === 1 && (await lab.rx(`bridge show ${bridges[0]}`)).match(/Channel: /g)?.length === 2;
  }, 'an ordinary bridge with the two of them');
}

test('given_a_talk_whose_daemon_died_when_the_caller_hangs_up_then_the_agent_is_hung_up', async () => {
  const { phone, caller, callerId, app } = await talk('phone-waits-for-bye', 'caller-hangs-up');
  await endLease(callerId, agent);
  await app.vanish();
  await joinedByDialplan();
  await caller.done();
  await phone.done();
}, 60_000);

test('given_a_talk_whose_daemon_died_when_the_agent_hangs_up_then_the_caller_is_hung_up', async () => {
  const { phone, caller, callerId, app } = await talk('phone-hangs-up', 'caller-waits-for-bye');
  await endLease(callerId, agent);
  await app.vanish();
  await joinedByDialplan();
  await phone.done();
  await caller.done();
}, 60_000);

test('given_a_talk_with_a_lease_on_each_leg_when_the_daemon_died_then_the_later_lease_does_not_cut_it', async () => {
  const { phone, caller, callerId, app } = await talk('phone-waits-for-bye', 'caller-hangs-up');
  await ask('POST', `channels/${agent}/variable?variable=TIMEOUT(absolute)&value=2`);
  await endLease(callerId, agent);
  await app.vanish();
  await joinedByDialplan();
  // Both scenarios say that the caller is the one who hangs up, 4 s after the answer.
  await caller.done();
  await phone.done();
}, 60_000);

test('given_a_dead_daemon_when_the_caller_hangs_up_before_the_lease_ends_then_the_dialplan_ends_the_agents_leg', async () => {
  const { phone, callerId, app } = await talk('phone-waits-for-bye', 'caller-waits-for-bye');
  await ask('POST', `channels/${agent}/variable?variable=TIMEOUT(absolute)&value=600`);
  await ask('POST', `channels/${callerId}/variables`, { variables: { PEER: agent, 'TIMEOUT(absolute)': '300' } });
  await app.vanish();
  await ask('DELETE', `channels/${callerId}`);
  await phone.done();
}, 60_000);

test('given_an_asterisk_that_stood_still_for_longer_than_the_callers_lease_when_it_goes_on_then_the_dialplan_joins_the_two', async () => {
  const { phone, caller, callerId, app } = await talk('phone-waits-for-bye', 'caller-hangs-up');
  await ask('POST', `channels/${agent}/variable?variable=TIMEOUT(absolute)&value=40`);
  await ask('POST', `channels/${callerId}/variables`, { variables: { PEER: agent, 'TIMEOUT(absolute)': '2' } });
  process.kill(lab.pid, 'SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  process.kill(lab.pid, 'SIGCONT');
  await joinedByDialplan();
  await caller.done();
  await phone.done();
  await app.vanish();
}, 60_000);

test('given_a_lease_in_asterisks_database_when_a_call_comes_then_its_first_lease_is_that_one_and_else_30_s', async () => {
  const app = await connectStasisApp(lab);
  const leaseOf = async (dials: string): Promise<number> => {
    const caller = await play({ scenario: 'caller-waits-for-bye', user: '2001', dials });
    const callerId = await app.entered(dials);
    const { body } = await lab.ari('GET', `channels/${callerId}/variable?variable=TIMEOUT(absolute)`);
    await ask('DELETE', `channels/${callerId}?reason_code=17`);
    await caller.stop();
    return Math.ceil(Number((body as { value: string }).value));
  };
  await lab.rx('database put cordboard lease 400');
  const told = await leaseOf('8001');
  await lab.rx('database del cordboard lease');
  const untold = await leaseOf('8002');
  expect([told > 300 && told <= 400, untold > 0 && untold <= 30]).toEqual([true, true]);
  await app.vanish();
}, 60_000);

test('given_a_waiting_caller_whose_daemon_died_when_the_lease_ends_then_the_fallback_rings', async () => {
  const app = await connectStasisApp(lab);
  const caller = await play({ scenario: 'caller-waits-for-bye', user: '2001', dials: '8001' });
  const callerId = await app.entered('8001');
  await ask('POST', `channels/${callerId}/answer`);
  await ask('POST', `channels/${callerId}/moh`);
  const phone = await play({ scenario: 'phone-hangs-up', user: '1001', port: agentPort(), pauseMs: 200 });
  await endLease(callerId, '');
  await app.vanish();
  await phone.done();
  await caller.done();
}, 60_000);

test('given_a_talk_whose_agent_hung_up_after_the_daemon_died_when_the_lease_ends_then_the_caller_is_hung_up', async () => {
  const app = await connectStasisApp(lab);
  const caller = await play({ scenario: 'caller-waits-for-bye', user: '2001', dials: '8010' });
  const callerId = await app.entered('8010');
  await ask('POST', `channels/${callerId}/answer`);
  await caller.saw(/SIP\/2\.0 200 OK/);
  await ask('POST', `channels/${callerId}/variable?variable=CB_TALKED&value=1`);
  await endLease(callerId, 'cb-test-gone');
  await app.vanish();
  await caller.done();
  expect(await lab.log()).not.toContain('fallback for 8010');
}, 60_000);

test('given_an_agent_who_hung_up_before_the_two_had_talked_and_a_dead_daemon_when_the_lease_ends_then_the_fallback_rings', async () => {
  const app = await connectStasisApp(lab);
  const caller = await play({ scenario: 'caller-waits-for-bye', user: '2001', dials: '8001' });
  const callerId = await app.entered('8001');
  await ask('POST', `channels/${callerId}/answer`);
  const phone = await play({ scenario: 'phone-hangs-up', user: '1001', port: agentPort(), pauseMs: 200 });
  await endLease(callerId, 'cb-test-gone');
  await app.vanish();
  await phone.done();
  await caller.done();
}, 60_000);

test('given_a_caller_in_the_fallback_when_its_lease_would_have_ended_then_the_talk_goes_on', async () => {
  const app = await connectStasisApp(lab);
  const caller = await play({ scenario: 'caller-waits-for-bye', user: '2001', dials: '8001' });
  const callerId = await app.entered('8001');
  const phone = await play({ scenario: 'phone-hangs-up', user: '1001', port: agentPort(), pauseMs: 2500 });
  // The lease has one second to go when the call is given back without a word; the talk lasts longer.
  await ask('POST', `channels/${callerId}/variable?variable=TIMEOUT(absolute)&value=1`);
  await ask('POST', `channels/${callerId}/continue`);
  await phone.done();
  await caller.done();
  await app.vanish();
}, 60_000);
