import { existsSync, statSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fact, NumberedFact } from '../../src/core/facts.ts';
import { listenOnSocket } from '../../src/http/unix-socket.ts';
import type { AuditView } from '../../src/protocol/audit.ts';
import { waitUntil } from '../lab/deadline.ts';
import { type LabFront, startLabFront } from '../lab/front.ts';

let lab: LabFront;
beforeEach(async () => {
  lab = await startLabFront();
});
afterEach(() => lab.stop());

const anna = { username: 'anna', name: 'Anna', extension: '1001', transport: 'wss' };
const signedIn = (agent: string): Fact => ({ type: 'agent-signed-in', session: null, agent });

describe('the socket', () => {
  test('given_a_running_front_then_only_its_owner_can_open_the_socket_and_a_second_front_is_refused', async () => {
    expect(statSync(lab.socket).mode & 0o777).toBe(0o600);
    await expect(lab.startAnother()).rejects.toThrow(`Another daemon answers on ${lab.socket}`);
    expect((await lab.ask('GET', '/v1/users')).status).toBe(200);
  });

  test('given_a_socket_file_that_nobody_answers_on_then_it_is_replaced', async () => {
    const stale = `${lab.home}/stale.sock`;
    writeFileSync(stale, '');
    const app = (await import('fastify')).default();
    const made = await listenOnSocket(app, stale);
    expect(statSync(stale).isSocket()).toBe(true);
    await app.close();
    made.remove();
    expect(existsSync(stale)).toBe(false);
  });

  test('given_a_path_that_is_too_long_for_a_socket_then_the_error_says_so', async () => {
    const app = (await import('fastify')).default();
    await expect(listenOnSocket(app, `${lab.home}/${'x'.repeat(100)}`)).rejects.toThrow(/too long for the system/);
  });
});

describe('health', () => {
  test.each([
    ['ready', 200, null],
    ['connected', 503, 'Asterisk is connected; its calls are being compared with ours'],
    ['down', 503, 'Asterisk cannot be reached over ARI'],
  ] as const)('given_a_pbx_that_is_%s_then_readyz_says_%s', async (pbx, status, reason) => {
    if (lab.engine.status !== 'silent') lab.engine.status = { ...lab.engine.status, pbx };
    expect(await lab.health('/readyz')).toMatchObject({ status, body: { ready: status === 200, reason } });
  });

  test('given_an_engine_that_is_silent_then_it_lives_and_is_not_ready', async () => {
    lab.engine.status = 'silent';
    expect((await lab.health('/healthz')).status).toBe(200);
    expect(await lab.health('/readyz')).toMatchObject({
      status: 503,
      body: { reason: 'the engine did not answer within 1000 ms' },
    });
    expect((await lab.health('/v1/users')).status).toBe(404);
  });

  test('given_a_health_port_that_is_taken_then_the_front_does_not_start_and_says_which_key_to_change', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { listenForHealth } = await import('../../src/http/health.ts');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(listenForHealth({ host: '127.0.0.1', port }, {} as never)).rejects.toThrow(
      /http\.port in cordboard\.yaml.*another program has it/,
    );
    other.close();
  });
});

describe('users over REST', () => {
  test('given_a_new_user_then_asterisk_and_the_engine_have_them_before_the_answer_and_the_password_comes_once', async () => {
    const answer = await lab.ask('POST', '/v1/users', anna);
    expect(answer).toMatchObject({
      status: 201,
      body: {
        user: { username: 'anna', phones: [{ id: '1001', provisioned: true, failure: null, registered: null }] },
        sip: { user: '1001', realm: 'asterisk', port: 8089, wsUrl: 'wss://127.0.0.1:8089/ws' },
      },
    });
    expect(lab.asterisk.phones.get('1001')).toMatchObject({ transport: 'wss', callerName: 'Anna' });
    expect(lab.engine.settings().at(-1)?.users).toEqual([
      {
        ...{ id: 'anna', name: 'Anna', extension: '1001', phones: ['1001'], transports: { 1001: 'wss' } },
        browserPhones: ['1001'],
        ...{ callGroups: [], pickupGroups: [], skills: {} },
      },
    ]);
    expect(JSON.stringify(lab.engine.sent)).not.toMatch(/ha1|password/);
    const again = await lab.ask('GET', '/v1/users/anna');
    expect(JSON.stringify(again.body)).not.toMatch(/password|ha1/);
  });

  test('given_an_asterisk_that_is_down_then_the_user_is_added_and_their_phone_is_marked_unprovisioned', async () => {
    lab.asterisk.failure = 'no answer';
    expect(await lab.ask('POST', '/v1/users', anna)).toMatchObject({
      status: 201,
      body: { user: { phones: [{ provisioned: false, failure: 'no answer' }] } },
    });
    expect((await lab.ask('GET', '/v1/status')).body).toMatchObject({
      counts: { users: 1, phones: { unprovisioned: 1 } },
    });
    lab.asterisk.failure = null;
    lab.happen({ type: 'pbx-connected' });
    await waitUntil(() => lab.asterisk.phones.has('1001'), 'the phone to be given to Asterisk that came back');
  });

  test.each([
    [{ ...anna, username: 'A' }, 400, 'invalid', 'username'],
    [{ ...anna, extension: '9999' }, 400, 'out-of-range', 'extension'],
    [{ ...anna, extension: '10a' }, 400, 'invalid', 'extension'],
    [{ ...anna, transport: 'sctp' }, 400, 'invalid', 'transport'],
    [{ ...anna, codecs: ['mp3'] }, 400, 'invalid', 'codecs.0'],
    [{ ...anna, codecs: ['ulaw', 'ulaw'] }, 400, 'invalid', 'codecs'],
    [{ ...anna, sipPassword: 'short' }, 400, 'invalid', 'sipPassword'],
    [{ ...anna, name: 'a "quoted" name' }, 400, 'invalid', 'name'],
    [{ ...anna, colour: 'red' }, 400, 'invalid', 'colour'],
    [{ username: 'anna' }, 400, 'invalid', 'name'],
  ])('given_%j_then_it_is_refused_and_the_field_is_named', async (body, status, code, field) => {
    const answer = await lab.ask('POST', '/v1/users', body);
    expect(answer).toMatchObject({
      status,
      body: { error: { code, field, message: expect.stringContaining('expected') } },
    });
    expect(JSON.stringify(answer.body)).not.toContain('short');
    expect((await lab.ask('GET', '/v1/users')).body).toEqual({ users: [] });
  });

  test('given_a_taken_name_and_an_unknown_one_then_409_and_404', async () => {
    await lab.ask('POST', '/v1/users', anna);
    expect(await lab.ask('POST', '/v1/users', anna)).toMatchObject({
      status: 409,
      body: { error: { code: 'taken', field: 'username' } },
    });
    expect((await lab.ask('GET', '/v1/users/none')).status).toBe(404);
    expect((await lab.ask('DELETE', '/v1/users/none')).status).toBe(404);
    expect(await lab.ask('GET', '/v1/nothing')).toMatchObject({ status: 404, body: { error: { code: 'not-found' } } });
  });

  test('given_a_body_that_is_no_json_then_400', async () => {
    const status = await new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const asked = request({ socketPath: lab.socket, method: 'POST', path: '/v1/users', headers }, (r) =>
        resolve(r.resume().statusCode),
      );
      asked.once('error', reject);
      asked.end('{');
    });
    expect(status).toBe(400);
  });

  test('given_a_registered_phone_then_the_list_shows_it', async () => {
    await lab.ask('POST', '/v1/users', anna);
    lab.row('phones', '1001', { id: '1001', user: 'anna', registered: true, suspectUntil: null });
    expect((await lab.ask('GET', '/v1/users')).body).toMatchObject({ users: [{ phones: [{ registered: true }] }] });
  });
});

describe('groups, agents, mailboxes and the audit over REST', () => {
  test('given_members_then_the_fallback_and_the_engine_hear_of_them', async () => {
    await lab.ask('POST', '/v1/users', anna);
    expect(
      (await lab.ask('POST', '/v1/groups', { name: 'support', extension: '8001', overflow: 'hang-up:busy' })).status,
    ).toBe(201);
    expect(await lab.ask('POST', '/v1/groups/support/members', { users: ['anna'] })).toMatchObject({
      status: 200,
      body: { queue: { members: [{ username: 'anna' }], overflow: 'hang-up:busy' }, changed: ['anna'], unchanged: [] },
    });
    expect(lab.engine.settings().at(-1)?.queues).toMatchObject([
      { id: 'support', members: [{ user: 'anna' }], overflow: { to: 'hang-up', cause: 'busy' } },
    ]);
    await waitUntil(() => lab.asterisk.fallbacks.get('8001') === 'PJSIP/1001', 'the fallback of 8001');
    expect(await lab.ask('PATCH', '/v1/groups/support', { ringMs: 1 })).toMatchObject({
      status: 400,
      body: { error: { field: 'ringMs' } },
    });
    expect(await lab.ask('PATCH', '/v1/groups/support', { strategy: 'linear' })).toMatchObject({
      body: { group: { strategy: 'linear', members: [{ username: 'anna' }] } },
    });
    const told = lab.engine.settings().length;
    const tried = await lab.ask('PATCH', '/v1/groups/support?dryRun=true', { strategy: 'random', ringMs: 7_000 });
    expect(tried).toMatchObject({
      status: 200,
      body: { dryRun: true, before: { strategy: 'linear' }, group: { strategy: 'random', ringMs: 7_000 } },
    });
    expect((await lab.ask('GET', '/v1/groups/support')).body).toMatchObject({ group: { strategy: 'linear' } });
    expect(lab.engine.settings().length, 'the engine hears nothing of it').toBe(told);
    expect(await lab.ask('DELETE', '/v1/groups/support')).toMatchObject({
      body: { removed: 'support', membersFreed: 1, waiting: 0 },
    });
  });

  test('given_counts_of_messages_then_asterisk_is_told_and_what_is_no_count_or_nobodys_extension_is_refused_by_name', async () => {
    await lab.ask('POST', '/v1/users', anna);
    const put = (extension: string, body: object) => lab.ask('PUT', `/v1/mailboxes/${extension}`, body);
    expect(await put('1001', { newMessages: 2 })).toMatchObject({
      status: 200,
      body: { mailbox: { extension: '1001', kind: 'user', owner: 'anna', newMessages: 2, oldMessages: 0 } },
    });
    await waitUntil(() => lab.asterisk.messages.get('1001') === '2/0', 'Asterisk to be told');
    for (const [body, field] of [
      [{ newMessages: -1 }, 'newMessages'],
      [{ newMessages: 1, oldMessages: 10_000 }, 'oldMessages'],
      [{}, 'newMessages'],
    ] as const) {
      expect(await put('1001', body)).toMatchObject({ status: 400, body: { error: { code: 'invalid', field } } });
    }
    expect(await put('1999', { newMessages: 1 })).toMatchObject({
      status: 404,
      body: { error: { code: 'unknown-extension', field: 'extension' } },
    });
    expect((await lab.ask('GET', '/v1/mailboxes')).body).toMatchObject({ mailboxes: [{ extension: '1001' }] });
  });

  test('given_changes_when_the_audit_is_asked_by_object_who_action_and_time_then_it_has_those_newest_first_with_what_changed_and_no_secret', async () => {
    await lab.ask('POST', '/v1/users', anna);
    const before = Date.now();
    await lab.ask('PATCH', '/v1/phones/1001', { nat: 'no', codecs: ['ulaw'], sipPassword: 'a-new-secret-of-hers' });
    await lab.ask('DELETE', '/v1/users/anna');
    const list = async (query: string): Promise<AuditView[]> =>
      ((await lab.ask('GET', `/v1/audit${query}`)).body as { entries: AuditView[] }).entries;
    expect(await list('')).toMatchObject([
      { action: 'user.remove', subject: 'anna', who: 'unknown', fields: [] },
      { action: 'phone.set', subject: '1001', fields: ['codecs', 'nat', 'newPassword'] },
      { action: 'user.add', subject: 'anna', fields: [] },
    ]);
    const actions = async (query: string) => (await list(query)).map(({ action }) => action);
    expect(await actions('?subject=anna')).toEqual(['user.remove', 'user.add']);
    expect(await actions('?action=phone')).toEqual(['phone.set']);
    expect(await actions('?action=user.add')).toEqual(['user.add']);
    expect(await actions('?action=use')).toEqual([]);
    expect(await actions('?who=unkn&limit=1')).toEqual(['user.remove']);
    expect(await actions('?who=somebody')).toEqual([]);
    expect(await actions(`?until=${before - 1_000_000}`)).toEqual([]);
    expect(await actions(`?since=${before - 1_000_000}`)).toHaveLength(3);
    const [, set] = await list('');
    const shown = await lab.ask('GET', `/v1/audit/${set?.id}`);
    expect(shown.body).toMatchObject({ entry: { before: { nat: 'yes' }, after: { nat: 'no', codecs: ['ulaw'] } } });
    expect(JSON.stringify(shown.body)).not.toMatch(/a-new-secret|ha1/);
    for (const id of ['999999', 'x', '1;']) {
      expect(await lab.ask('GET', `/v1/audit/${encodeURIComponent(id)}`)).toMatchObject({
        status: 404,
        body: { error: { code: 'unknown-entry' } },
      });
    }
    expect(await lab.ask('GET', '/v1/audit?since=yesterday')).toMatchObject({
      status: 400,
      body: { error: { field: 'since' } },
    });
  });

  test('given_intents_then_the_engines_word_is_the_answer', async () => {
    await lab.ask('POST', '/v1/users', anna);
    expect((await lab.ask('POST', '/v1/agents/anna/sign-in', {})).status).toBe(200);
    expect((await lab.ask('POST', '/v1/agents/anna/not-ready', { reason: 'lunch' })).status).toBe(200);
    const intents = lab.engine.sent.flatMap((message) => (message.kind === 'intent' ? [message.ask] : []));
    expect(intents).toEqual([
      { do: 'sign-in', user: 'anna', session: null, ready: true },
      { do: 'not-ready', user: 'anna', session: null, reason: 'lunch' },
    ]);
    lab.engine.answer = { code: 'not-signed-in', message: 'anna is not signed in' };
    expect(await lab.ask('POST', '/v1/agents/anna/ready', {})).toMatchObject({
      status: 409,
      body: { error: lab.engine.answer },
    });
    lab.engine.answer = 'silent';
    expect(await lab.ask('POST', '/v1/agents/anna/ready', {})).toMatchObject({
      status: 504,
      body: { error: { code: 'engine-silent' } },
    });
    expect((await lab.ask('POST', '/v1/agents/none/ready', {})).status).toBe(404);
  });
});

describe('calls and events', () => {
  const call = 'cb-x-c1';
  const life: readonly Fact[] = [
    { type: 'call-arrived', call, kind: 'queued', dialled: '8001', phone: null, user: null, trunk: null, route: null },
    { type: 'call-queued', call, queue: 'support', due: 1, priority: 5, needs: '', waiting: 1 },
    { type: 'call-connected', call, user: 'anna', offer: 'cb-x-o1', waitedMs: 20 },
    { type: 'call-ended', call, ending: 'completed', by: 'caller', waitedMs: 20, talkedMs: 10 },
  ];

  test('given_a_call_that_ended_then_its_life_is_told_from_its_facts', async () => {
    lab.happen(signedIn('anna'), ...life, signedIn('bert'));
    lab.caller(call, '+33123', 'Caller');
    expect((await lab.ask('GET', '/v1/calls')).body).toEqual({ calls: [] });
    expect((await lab.ask('GET', '/v1/calls?all=true')).body).toMatchObject({
      calls: [
        { id: call, phase: 'ended', ending: 'completed', partner: 'anna', queue: 'support', callerNumber: '+33123' },
      ],
    });
    const shown = (await lab.ask('GET', `/v1/calls/${call}`)).body as { facts: NumberedFact[] };
    expect(shown.facts.map((fact) => [fact.seq, fact.type])).toEqual([
      [2, 'call-arrived'],
      [3, 'call-queued'],
      [4, 'call-connected'],
      [5, 'call-ended'],
    ]);
    expect((await lab.ask('GET', '/v1/calls/none')).status).toBe(404);
    expect((await lab.ask('POST', '/v1/calls/none/hang-up', {})).status).toBe(404);
    for (const [action, body] of [
      ['hang-up', {}],
      ['move', { to: 'hang-up' }],
    ] as const)
      expect(await lab.ask('POST', `/v1/calls/${call}/${action}`, body)).toMatchObject({
        status: 409,
        body: {
          error: {
            code: 'call-ended',
            message: expect.stringMatching(
              new RegExp(`^Call ${call} has ended \\(\\w+\\), at 2023-11-14T22:13:20\\.\\d+Z: `),
            ),
          },
        },
      });
  });

  test('given_followers_that_come_at_any_time_then_each_sees_every_fact_once_and_in_order', async () => {
    lab.happen(signedIn('a'), signedIn('b'), signedIn('c'));
    const first = follow('/v1/events?follow=true&after=0');
    await waitUntil(() => first.seen.length === 3, 'the facts of the past');
    const second = follow('/v1/events?follow=true&limit=1');
    for (let i = 0; i < 50; i++) lab.happen(signedIn(`u${i}`), signedIn(`v${i}`));
    await waitUntil(() => first.seen.length === 103 && second.seen.at(-1) === 103, 'all facts');
    expect(first.seen).toEqual(Array.from({ length: 103 }, (_, i) => i + 1));
    expect(second.seen).toEqual(Array.from({ length: second.seen.length }, (_, i) => 104 - second.seen.length + i));
    first.end();
    second.end();
    expect((await lab.ask('GET', '/v1/events?after=100&limit=2')).body).toMatchObject({
      facts: [{ seq: 101 }, { seq: 102 }],
    });
  });

  test('given_facts_that_the_follower_was_not_told_of_then_they_are_read_from_the_database', async () => {
    const follower = follow('/v1/events?follow=true&after=0');
    lab.happen(signedIn('a'));
    await waitUntil(() => follower.seen.length === 1, 'the first fact');
    const say = lab.engine.say;
    lab.engine.say = () => {};
    lab.happen(signedIn('b'), signedIn('c'));
    lab.engine.say = say;
    lab.happen(signedIn('d'));
    await waitUntil(() => follower.seen.length === 4, 'the lost ones too');
    expect(follower.seen).toEqual([1, 2, 3, 4]);
    follower.end();
  });

  /** Of 250 bytes each. */
  const manyFacts = (count: number): Fact[] =>
    Array.from({ length: count }, (_, i) => ({ type: 'agent-signed-in', session: 'x'.repeat(160), agent: `u${i}` }));
  const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

  test('given_a_past_of_more_than_may_wait_for_a_follower_when_they_read_it_late_then_they_have_all_of_it_and_what_came_meanwhile', async () => {
    for (let i = 0; i < 30; i++) lab.happen(...manyFacts(1_000));
    const follower = follow('/v1/events?follow=true&after=0');
    follower.pause();
    await waitUntil(follower.isAnswered, 'the stream');
    for (let i = 0; i < 30; i++) {
      lab.happen(...manyFacts(1_000));
      await aTurn();
    }
    expect([follower.seen, follower.isCutOff()]).toEqual([[], false]);
    follower.read();
    await waitUntil(() => follower.seen.at(-1) === 60_000 || follower.isCutOff(), 'all facts');
    lab.happen(signedIn('live'));
    await waitUntil(() => follower.seen.at(-1) === 60_001 || follower.isCutOff(), 'the live one');
    expect(follower.seen).toEqual(upTo(60_001));
    follower.end();
  });

  test('given_a_follower_who_has_caught_up_when_they_read_no_more_and_4_mib_come_then_they_are_cut_off', async () => {
    lab.happen(signedIn('a'));
    const follower = follow('/v1/events?follow=true&after=0');
    await waitUntil(() => follower.seen.length === 1, 'the first fact');
    follower.pause();
    for (let i = 0; i < 30; i++) {
      lab.happen(...manyFacts(1_000));
      await aTurn();
    }
    follower.read();
    await waitUntil(follower.isCutOff, 'the end of the stream');
    expect(follower.seen.length).toBeLessThan(30_000);
    expect(follower.seen).toEqual(upTo(follower.seen.length));
  });

  /** Answered on the same thread: by then the streams have done what they do by themselves. */
  const aTurn = () => lab.ask('GET', '/v1/events?limit=1');

  function follow(path: string) {
    const seen: number[] = [];
    let response: IncomingMessage | null = null;
    let isPaused = false;
    let isClosed = false;
    const asked = request({ socketPath: lab.socket, path, agent: false }, (answer) => {
      response = answer;
      let rest = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line !== '') seen.push((JSON.parse(line) as NumberedFact).seq);
      });
      answer.on('error', () => {});
      answer.on('close', () => {
        isClosed = true;
      });
      if (isPaused) answer.pause();
    });
    asked.on('error', () => {});
    asked.end();
    return {
      seen,
      end: () => asked.destroy(),
      isAnswered: () => response !== null,
      isCutOff: () => isClosed,
      pause(): void {
        isPaused = true;
        response?.pause();
      },
      read: () => response?.resume(),
    };
  }
});
