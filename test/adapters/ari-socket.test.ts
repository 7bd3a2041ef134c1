import pino from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { AriEvent, AriLink, AriRequest, AriResponse } from '../../src/asterisk/ari/port.ts';
import { connectAri } from '../../src/asterisk/ari/socket.ts';
import { isAnsweredElsewhere, type Phone } from '../../src/phones/index.ts';
import { type LabAsterisk, startAsterisk } from '../lab/asterisk.ts';
import { waitUntil } from '../lab/deadline.ts';
import { expectNothingLeft } from '../lab/nothing-left.ts';
import { openPhoneBox, waitFor } from '../lab/phones.ts';
import { type PortBlock, takePorts } from '../lab/ports.ts';
import { startSipp } from '../lab/sipp.ts';
import { staticPhone } from '../lab/static-phone.ts';
import { account, phoneOf, provisionerOf } from './accounts.ts';

// The link against the real Asterisk, and what the core relies on in it.
let lab: LabAsterisk;
let block: PortBlock;
const box = openPhoneBox();
const links: AriLink[] = [];

beforeAll(async () => {
  block = await takePorts(1);
  lab = await startAsterisk({ extra: { 'pjsip.conf': staticPhone('2001', slowPort()) } });
  await applyPhones();
});
afterAll(async () => {
  await lab?.stop();
  block?.release();
});
afterEach(async () => {
  await box.closeAll();
  for (const link of links.splice(0)) link.close();
  await expectNothingLeft(lab);
});

/** Where a phone that takes its time listens. */
const slowPort = (): number => block.ports[0] ?? 0;

async function applyPhones(): Promise<void> {
  await provisionerOf(lab).apply(account('1001', { callerName: 'Agent One' }));
  await provisionerOf(lab).apply(account('1009', { callerName: 'Carl Caller' }));
}

type Watched = { link: AriLink; seen: string[]; events: AriEvent[] };

/** A link that is up, with everything it was told. */
async function up(): Promise<Watched> {
  const seen: string[] = [];
  const events: AriEvent[] = [];
  const link = connectAri(
    {
      ...{ host: '127.0.0.1', port: lab.ports.http, user: 'cordboard', secret: lab.ariSecret, app: 'cordboard' },
      log: pino({ level: 'silent' }),
    },
    {
      onUp: () => seen.push('up'),
      onDown: () => seen.push('down'),
      onEvent: (event) => events.push(event),
      onReplaced: () => seen.push('replaced'),
    },
  );
  links.push(link);
  await waitUntil(() => seen.includes('up'), 'the link to be up');
  return { link, seen, events };
}

function ask(link: AriLink, method: AriRequest['method'], uri: string, body?: unknown): Promise<AriResponse> {
  return new Promise((resolve) => link.request({ method, uri, ...(body === undefined ? {} : { body }) }, resolve));
}

/** The channel (or the peer, of a Dial) of an event. */
function channelOf(event: AriEvent): { id: string; state: string; caller: unknown } | undefined {
  return (event.channel ?? event.peer) as { id: string; state: string; caller: unknown } | undefined;
}

function sawEvent(watched: Watched, type: string, id: string): Promise<AriEvent> {
  const matches = (event: AriEvent): boolean => event.type === type && channelOf(event)?.id === id;
  return waitUntil(() => watched.events.find(matches), `${type} of ${id}`);
}

function sawDial(watched: Watched, id: string, dialstatus: string): Promise<AriEvent> {
  const matches = (event: AriEvent): boolean => event.type === 'Dial' && event.dialstatus === dialstatus;
  return waitUntil(
    () => watched.events.find((event) => matches(event) && channelOf(event)?.id === id),
    `${dialstatus} of ${id}`,
  );
}

/** A caller in Stasis and an agent's phone that does nothing by itself. */
async function callerWaits(watched: Watched): Promise<{ agent: Phone; caller: Phone; callerId: string }> {
  const agent = await box.register({ ...phoneOf(lab, '1001'), behaviour: { kind: 'ignore' } });
  const caller = box.make(phoneOf(lab, '1009'));
  await caller.dial('8001');
  const start = await waitUntil(
    () => watched.events.find((event) => event.type === 'StasisStart'),
    'the StasisStart of the caller',
  );
  return { agent, caller, callerId: channelOf(start)?.id ?? '' };
}

/** A leg to the agent, made and dialled as the engine does it. */
async function ringAgent(watched: Watched, leg: string, callerId: string, phone = '1001'): Promise<void> {
  const create = `channels/create?endpoint=PJSIP%2F${phone}&app=cordboard&channelId=${leg}&originator=${callerId}`;
  expect((await ask(watched.link, 'POST', create)).status).toBe(200);
  await sawEvent(watched, 'StasisStart', leg);
  expect((await ask(watched.link, 'POST', `channels/${leg}/dial?caller=${callerId}&timeout=20`)).status).toBe(204);
}

test('given_requests_that_need_each_other_when_pipelined_then_they_are_done_and_answered_in_order', async () => {
  const { link } = await up();
  const statuses = await Promise.all(
    Array.from({ length: 100 }, (_, index) => [
      ask(link, 'POST', `bridges?type=mixing&bridgeId=cb-order-${index}`),
      ask(link, 'DELETE', `bridges/cb-order-${index}`),
    ]).flat(),
  );
  expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set([200, 204]));
});

test('given_a_refused_request_when_answered_then_status_and_message_are_asterisks', async () => {
  const { link } = await up();
  expect(await ask(link, 'GET', 'channels/not%2Bthere')).toEqual({
    status: 404,
    body: { message: 'Channel not found' },
  });
  const noContact = await ask(link, 'POST', 'channels/create?endpoint=PJSIP%2F1001&app=cordboard&channelId=cb-x');
  expect(noContact).toEqual({ status: 500, body: { message: 'Allocation failed' } });
});

test('given_a_caller_when_a_leg_is_dialled_with_caller_then_the_phone_shows_their_name_and_number', async () => {
  const watched = await up();
  const { agent, callerId } = await callerWaits(watched);
  await ringAgent(watched, 'cb-leg-1', callerId);
  const incoming = await waitFor(agent, 'incoming');
  expect(incoming.from).toEqual({ number: '1009', name: 'Carl Caller' });
});

test('given_a_ringing_leg_when_deleted_as_answered_elsewhere_then_the_phone_is_told_and_the_leg_ends_26', async () => {
  const watched = await up();
  const { agent, callerId } = await callerWaits(watched);
  await ringAgent(watched, 'cb-leg-2', callerId);
  // That the phone has sent its 180 is not enough: Asterisk gives a reason only to a phone that it has heard.
  await sawDial(watched, 'cb-leg-2', 'RINGING');
  await ask(watched.link, 'DELETE', 'channels/cb-leg-2?reason_code=26');
  expect(isAnsweredElsewhere((await waitFor(agent, 'cancelled')).reasons)).toBe(true);
  expect((await sawEvent(watched, 'ChannelDestroyed', 'cb-leg-2')).cause).toBe(26);
});

test('given_a_phone_that_said_nothing_yet_when_deleted_as_answered_elsewhere_then_its_cancel_has_no_reason', async () => {
  const watched = await up();
  const { callerId } = await callerWaits(watched);
  const slow = await startSipp({
    scenario: 'phone-is-slow',
    user: '2001',
    to: lab.ports.sip,
    port: slowPort(),
    pauseMs: 500,
  });
  try {
    await ringAgent(watched, 'cb-leg-6', callerId, '2001');
    await slow.saw(/^INVITE /m);
    await ask(watched.link, 'DELETE', 'channels/cb-leg-6?reason_code=26');
    expect((await sawEvent(watched, 'ChannelDestroyed', 'cb-leg-6')).cause).toBe(26);
    await slow.done();
    expect(await slow.messages()).toMatch(/^CANCEL /m);
    expect(await slow.messages()).not.toMatch(/^Reason:/m);
  } finally {
    await slow.stop();
  }
});

test('given_a_leg_that_was_never_dialled_when_deleted_then_it_ends_with_a_603_that_nobody_sent', async () => {
  const watched = await up();
  const { callerId } = await callerWaits(watched);
  const create = `channels/create?endpoint=PJSIP%2F1001&app=cordboard&channelId=cb-leg-3&originator=${callerId}`;
  await ask(watched.link, 'POST', create);
  await sawEvent(watched, 'StasisStart', 'cb-leg-3');
  await ask(watched.link, 'DELETE', 'channels/cb-leg-3?reason_code=26');
  const destroyed = await sawEvent(watched, 'ChannelDestroyed', 'cb-leg-3');
  expect(destroyed).toMatchObject({ cause: 26, tech_cause: 603 });
});

test('given_a_leg_in_two_subscriptions_when_it_rings_and_ends_then_each_event_is_told_once', async () => {
  const watched = await up();
  const { agent, caller, callerId } = await callerWaits(watched);
  await ringAgent(watched, 'cb-leg-4', callerId);
  await waitFor(agent, 'rang');
  await ask(watched.link, 'DELETE', 'channels/cb-leg-4');
  await sawEvent(watched, 'ChannelDestroyed', 'cb-leg-4');
  await caller.close();
  await sawEvent(watched, 'ChannelDestroyed', callerId);
  const texts = watched.events.map((event) => JSON.stringify(event));
  expect(new Set(texts).size).toBe(texts.length);
  const types = watched.events.filter((event) => channelOf(event)?.id === 'cb-leg-4').map(({ type }) => type);
  expect(types.filter((type) => type === 'ChannelDestroyed')).toHaveLength(1);
});

test('given_a_caller_not_answered_when_music_begins_then_they_get_183_and_no_answer', async () => {
  const watched = await up();
  const { caller, callerId } = await callerWaits(watched);
  expect((await ask(watched.link, 'POST', `channels/${callerId}/moh`)).status).toBe(204);
  expect((await waitFor(caller, 'heard-ringing')).sip).toBe(183);
  expect(caller.calls[0]?.state).toBe('ringing');
});

test('given_variables_and_functions_when_set_in_one_request_then_both_hold_and_can_be_cleared', async () => {
  const { link, ...watched } = await up();
  const { callerId } = await callerWaits({ link, ...watched });
  const set = (peer: string, seconds: string): Promise<AriResponse> =>
    ask(link, 'POST', `channels/${callerId}/variables`, { variables: { PEER: peer, 'TIMEOUT(absolute)': seconds } });
  const get = async (name: string): Promise<string> => {
    const { body } = await ask(link, 'GET', `channels/${callerId}/variable?variable=${encodeURIComponent(name)}`);
    return (body as { value: string }).value;
  };
  expect((await set('cb-peer', '30')).status).toBe(204);
  expect(await get('PEER')).toBe('cb-peer');
  expect(Number(await get('TIMEOUT(absolute)'))).toBeGreaterThan(0);
  await set('', '0');
  expect([await get('PEER'), await get('TIMEOUT(absolute)')]).toEqual(['', '0']);
});

test('given_two_daemons_when_the_second_connects_then_the_first_is_replaced_and_stays_away', async () => {
  const first = await up();
  const second = await up();
  await waitUntil(() => first.seen.includes('replaced'), 'the first to be replaced');
  expect((await ask(first.link, 'GET', 'asterisk/info')).status).toBe(0);
  expect((await ask(second.link, 'GET', 'asterisk/info')).status).toBe(200);
  expect(first.seen).toEqual(['up', 'replaced']);
  expect(second.seen).toEqual(['up']);
});

test('given_asterisk_dies_when_it_is_back_then_the_link_is_up_again_and_events_come', async () => {
  const watched = await up();
  await lab.kill9();
  await waitUntil(() => watched.seen.includes('down'), 'the loss to be noticed');
  await lab.startAgain();
  await waitUntil(() => watched.seen.filter((one) => one === 'up').length === 2, 'the link to be up again');
  expect(watched.seen).toEqual(['up', 'down', 'up']);
  // What Asterisk has not committed of its database dies with it: a daemon looks for that and pushes it again.
  await applyPhones();
  const { callerId } = await callerWaits(watched);
  expect(callerId).not.toBe('');
});

test('given_an_asterisk_without_any_phone_when_connecting_then_it_is_up_and_the_first_phone_is_followed', async () => {
  for (const id of ['1001', '1009']) await provisionerOf(lab).remove(id);
  const watched = await up();
  await applyPhones();
  const { caller, callerId } = await callerWaits(watched);
  await caller.close();
  await sawEvent(watched, 'ChannelDestroyed', callerId);
});
