import pino from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGhosts } from '../../src/asterisk/ari/ghosts.ts';
import type { AriEvent, AriLink, AriResponse } from '../../src/asterisk/ari/port.ts';
import { type AriOptions, connectAri } from '../../src/asterisk/ari/socket.ts';
import { waitUntil } from '../lab/deadline.ts';
import { type FakeAri, respond, startFakeAri } from './fake-ari.ts';

// What a healthy Asterisk does not do on demand: here the far end is a WebSocket server that misbehaves.
let fake: FakeAri;
let link: AriLink | null = null;
let seen: string[] = [];
let events: AriEvent[] = [];
let logged: string[] = [];

beforeEach(async () => {
  fake = await startFakeAri();
  seen = [];
  events = [];
  logged = [];
});
afterEach(async () => {
  link?.close();
  link = null;
  await fake.close();
});

const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) });

function connect(options: Partial<AriOptions> = {}): AriLink {
  const access = { host: '127.0.0.1', port: fake.port, user: 'u', secret: 's', app: 'cordboard', log };
  // What a link of an earlier test still says goes to that test's list.
  const [mine, myEvents] = [seen, events];
  link = connectAri(
    { ...access, ...options },
    {
      onUp: () => mine.push('up'),
      onDown: () => mine.push('down'),
      onEvent: (event) => {
        myEvents.push(event);
        mine.push(event.type);
      },
      onReplaced: () => mine.push('replaced'),
    },
  );
  return link;
}

async function connectUp(options: Partial<AriOptions> = {}): Promise<AriLink> {
  const made = connect(options);
  await waitUntil(() => seen.includes('up'), 'the link to be up');
  return made;
}

/** Asks, and notes in `seen` what the answer was. */
function ask(uri: string): void {
  const mine = seen;
  link?.request({ method: 'GET', uri }, (response) => mine.push(`${uri}: ${response.status}`));
}

test('given_an_application_when_the_socket_opens_then_the_filter_comes_before_up', async () => {
  await connectUp();
  expect(fake.requests.map(({ method, uri }) => `${method} ${uri}`)).toEqual([
    'PUT applications/cordboard/eventFilter',
  ]);
  // Asterisk filters its answers too: without this one nothing is ever answered again.
  const { message_body } = fake.requests[0] as unknown as { message_body: string };
  expect(JSON.parse(message_body).allowed).toContainEqual({ type: 'RESTResponse' });
});

test('given_the_filter_is_refused_when_connecting_then_it_is_tried_again_and_no_up_is_told', async () => {
  fake.answer = ({ method }) => ({ status: method === 'PUT' ? 403 : 200 });
  connect();
  await waitUntil(() => fake.connections >= 3, 'three attempts');
  expect(seen).toEqual([]);
  fake.answer = () => ({ status: 200 });
  await waitUntil(() => seen.includes('up'), 'the link to be up');
});

test('given_a_caller_and_a_leg_of_ours_when_they_come_then_the_callers_channel_alone_is_subscribed_to', async () => {
  await connectUp();
  for (const id of ['170.1', 'cb-e-l1']) fake.say(JSON.stringify({ type: 'StasisStart', channel: { id } }));
  const asked = () => fake.requests.filter(({ uri }) => uri.includes('subscription')).map(({ uri }) => uri);
  await waitUntil(() => asked().length > 0, 'the subscription');
  expect(asked()).toEqual(['applications/cordboard/subscription?eventSource=channel%3A170.1']);
  expect(events.map(({ type }) => type)).toEqual(['StasisStart', 'StasisStart']);
});

test('given_a_caller_who_left_before_the_subscription_then_its_refusal_is_told_as_their_end', async () => {
  await connectUp();
  fake.answer = () => ({ status: 422 });
  fake.say(JSON.stringify({ type: 'StasisStart', channel: { id: '170.1' } }));
  await waitUntil(() => events.length === 2, 'the end');
  expect(events[1]).toMatchObject({ type: 'ChannelDestroyed', channel: { id: '170.1' } });
});

test('given_a_peer_that_never_answers_when_connecting_then_it_is_given_up_and_tried_again', async () => {
  fake.answer = () => null;
  connect({ handshakeMs: 50 });
  await waitUntil(() => fake.connections >= 2, 'a second attempt');
  expect(seen).toEqual([]);
});

test('given_events_while_subscribing_when_up_then_they_come_after_it_in_order', async () => {
  fake.answer = ({ method }) => {
    if (method === 'PUT') for (const id of ['1', '2']) fake.say(JSON.stringify({ type: 'StasisStart', id }));
    return { status: 200 };
  };
  connect();
  await waitUntil(() => events.length === 2, 'both events');
  expect(seen).toEqual(['up', 'StasisStart', 'StasisStart']);
  expect(events.map((event) => event.id)).toEqual(['1', '2']);
});

test('given_requests_in_flight_when_the_connection_is_cut_then_down_comes_first_and_each_is_answered_0_once', async () => {
  await connectUp();
  fake.answer = () => null;
  ask('a');
  ask('b');
  await waitUntil(() => fake.requests.length === 3, 'the requests to arrive');
  fake.answer = () => ({ status: 200 });
  fake.cut();
  await waitUntil(() => seen.filter((one) => one === 'up').length === 2, 'the link to be up again');
  expect(seen).toEqual(['up', 'down', 'a: 0', 'b: 0', 'up']);
});

test('given_no_connection_when_asking_then_0_comes_later_and_never_inside_the_request', async () => {
  fake.answer = () => null;
  connect();
  ask('early');
  expect(seen).toEqual([]);
  await waitUntil(() => seen.length === 1, 'the answer');
  expect(seen).toEqual(['early: 0']);
});

test('given_a_slow_peer_when_the_deadline_passes_then_0_comes_once_and_the_late_answer_is_dropped', async () => {
  await connectUp({ requestMs: 40 });
  fake.answer = () => null;
  ask('slow');
  await waitUntil(() => seen.includes('slow: 0'), 'the time-out');
  const late = fake.requests.at(-1)?.request_id ?? '';
  fake.answer = () => ({ status: 204 });
  fake.say(respond(late, 200));
  ask('next');
  await waitUntil(() => seen.includes('next: 204'), 'the next answer');
  expect(seen).toEqual(['up', 'slow: 0', 'next: 204']);
});

test('given_a_stalled_loop_when_the_answer_lay_in_the_socket_then_it_counts_though_its_time_is_over', async () => {
  await connectUp({ requestMs: 60 });
  // From here the loop comes to its timers before it polls.
  await new Promise((resolve) => setImmediate(resolve));
  const done = new Promise<AriResponse>((resolve) => link?.request({ method: 'GET', uri: 'x' }, resolve));
  const id = String(Number(fake.requests.at(-1)?.request_id) + 1);
  fake.answer = () => null;
  // The answer is in the kernel before the loop stalls, and when it goes on the timer is due before the socket is read.
  fake.say(respond(id, 200));
  const end = performance.now() + 120;
  while (performance.now() < end);
  expect((await done).status).toBe(200);
});

test('given_too_many_in_flight_when_asking_then_the_next_is_answered_0_at_once_and_not_sent', async () => {
  await connectUp({ maxInFlight: 3 });
  fake.answer = () => null;
  for (const uri of ['a', 'b', 'c', 'd']) ask(uri);
  await waitUntil(() => seen.length === 2 && fake.requests.length === 4, 'the refusal');
  expect(seen).toEqual(['up', 'd: 0']);
});

test('given_garbage_when_it_comes_then_it_is_logged_once_and_what_follows_is_read', async () => {
  await connectUp();
  for (const text of ['{"type":', '[]', '"x"', 'null', '{"no":"type"}', '{"type":"RESTResponse","request_id":"x"}']) {
    fake.say(text);
  }
  fake.say(JSON.stringify({ type: 'StasisEnd' }));
  await waitUntil(() => events.length > 0, 'the event after the garbage');
  expect(seen).toEqual(['up', 'StasisEnd']);
  expect(logged.filter((line) => line.includes('no message'))).toHaveLength(1);
});

test('given_either_shape_of_error_when_refused_then_the_body_has_a_message', async () => {
  await connectUp();
  const bodies: Record<string, string> = { m: '{"message":"no"}', e: '{"error":"no"}', t: 'no', none: '' };
  fake.answer = ({ uri }) => ({ status: 409, body: bodies[uri] ?? '' });
  const answers: AriResponse[] = [];
  for (const uri of Object.keys(bodies)) link?.request({ method: 'GET', uri }, (response) => answers.push(response));
  await waitUntil(() => answers.length === 4, 'four answers');
  expect(answers.map(({ body }) => body)).toEqual([
    { message: 'no' },
    { message: 'no' },
    { message: 'no' },
    { message: '' },
  ]);
});

test('given_a_peer_that_answers_no_ping_when_time_passes_then_the_connection_is_dropped_and_made_anew', async () => {
  await connectUp({ pingMs: 30 });
  fake.freeze();
  await waitUntil(() => seen.length === 3, 'the link to be up again');
  expect(seen).toEqual(['up', 'down', 'up']);
  expect(logged.join()).toContain('nothing heard after a PING');
});

test('given_another_takes_the_application_when_told_then_the_link_is_fenced_for_ever', async () => {
  await connectUp();
  fake.say(JSON.stringify({ type: 'ApplicationReplaced' }));
  await waitUntil(() => seen.includes('replaced'), 'the replacement');
  const requests = fake.requests.length;
  ask('after');
  await waitUntil(() => seen.includes('after: 0'), 'the refusal');
  expect(fake.requests).toHaveLength(requests);
  const fenced = [link, seen] as const;
  // Another link that is cut three times and comes back is the clock: the fenced one would have come back too.
  seen = [];
  await connectUp();
  for (const ups of [2, 3, 4]) {
    fake.cut();
    await waitUntil(() => seen.filter((one) => one === 'up').length === ups, 'the other link to be up again');
  }
  expect(fake.connections).toBe(5);
  expect(fenced[1]).toEqual(['up', 'replaced', 'after: 0']);
  fenced[0]?.close();
});

test('given_close_with_requests_in_flight_when_closed_then_they_are_answered_0_and_nothing_else_is_told', async () => {
  await connectUp();
  fake.answer = () => null;
  ask('a');
  link?.close();
  expect(seen).toEqual(['up']);
  await waitUntil(() => seen.includes('a: 0'), 'the answer');
  expect(seen).toEqual(['up', 'a: 0']);
});

test('given_a_wrong_secret_when_connecting_then_the_log_says_what_the_server_answered', async () => {
  await fake.close();
  const { createServer } = await import('node:http');
  const server = createServer((_, response) => response.writeHead(401).end()).on('upgrade', (_, socket) => {
    socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(fake.port, '127.0.0.1', resolve));
  connect();
  await waitUntil(() => logged.some((line) => line.includes('401')), 'the log to say 401');
  expect(seen).toEqual([]);
  await new Promise((resolve) => server.close(resolve));
  fake = await startFakeAri();
});

test('given_connections_of_our_own_that_were_given_up_when_asterisk_takes_them_late_then_we_come_back_and_only_another_daemon_stops_us', async () => {
  fake.ignoreNext(2);
  await connectUp({ handshakeMs: 100 });
  const replaced = JSON.stringify({ type: 'ApplicationReplaced', application: 'cordboard' });
  for (const ups of [2, 3]) {
    fake.say(replaced);
    await waitUntil(() => seen.filter((one) => one === 'up').length === ups, 'the link to be up again');
  }
  expect(seen).toEqual(['up', 'down', 'up', 'down', 'up']);
  fake.say(replaced);
  await waitUntil(() => seen.includes('replaced'), 'the link to be fenced');
  expect(seen.slice(5)).toEqual(['replaced']);
});

test('given_a_connection_that_was_given_up_when_asterisk_was_there_for_long_then_a_replacement_is_another_daemons', () => {
  const ghosts = createGhosts();
  ghosts.add();
  ghosts.areToldBy(1_000);
  expect(ghosts.take(1_001)).toBe(false);
  ghosts.add();
  expect([ghosts.take(1_002), ghosts.take(1_002)]).toEqual([true, false]);
});

test('given_requests_are_answered_but_no_event_comes_when_pings_pass_then_it_is_lost_and_tried_again', async () => {
  fake.isDeaf = true;
  await connectUp({ pingMs: 30 });
  await waitUntil(() => seen.includes('down'), 'the link to be lost');
  fake.isDeaf = false;
  await waitUntil(() => seen.filter((one) => one === 'up').length >= 2, 'the link to be up again');
  expect(logged.join('')).toContain('events do not come through any more');
  expect(seen).not.toContain('ChannelUserevent');
});

test('given_requests_in_the_very_turn_in_which_we_close_then_they_reach_asterisk', async () => {
  const made = await connectUp();
  made.request({ method: 'DELETE', uri: 'channels/last-1' }, () => undefined);
  made.request({ method: 'DELETE', uri: 'channels/last-2' }, () => undefined);
  made.close();
  const arrived = () => fake.requests.filter(({ uri }) => uri.startsWith('channels/last')).length;
  await waitUntil(() => arrived() === 2, 'both requests to be there');
});
