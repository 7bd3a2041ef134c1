import { afterEach, describe, expect, it } from 'vitest';
import { answerChallenge, parseChallenge } from '../../bench/farm/digest.ts';
import { type Farm, openFarm } from '../../bench/farm/farm.ts';
import { formatResponse, header, methodOf, parseMessage, tagOf, uriOf, userOf } from '../../bench/farm/message.ts';
import type { FarmEvent, Workload } from '../../bench/farm/protocol.ts';

const invite = [
  'INVITE sip:2001@127.0.0.1:26001 SIP/2.0',
  'v: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1',
  'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK0',
  'f: "A <b>;tag=no" <sip:7700000001@127.0.0.1>;tag=from-tag',
  't: <sip:2001@127.0.0.1>',
  'i: call-1',
  'CSeq: 7 INVITE',
  'Subject: folded',
  ' over two lines',
  'Content-Length: 3',
  '',
  'v=0',
].join('\r\n');

describe('the parser of the farm', () => {
  it('given_compact_and_folded_headers_when_parsed_then_they_have_their_long_names', () => {
    const message = parseMessage(invite);
    if (message === null) throw new Error('not parsed');
    expect(message.start).toEqual({ kind: 'request', method: 'INVITE', uri: 'sip:2001@127.0.0.1:26001' });
    expect(message.headers.get('via')).toHaveLength(2);
    expect(header(message, 'subject')).toBe('folded over two lines');
    expect(userOf(header(message, 'from'))).toBe('7700000001');
    expect(tagOf(header(message, 'from'))).toBe('from-tag');
    expect(message.body).toBe('v=0');
  });

  it('given_a_request_when_answered_then_the_response_carries_its_vias_and_our_tag', () => {
    const message = parseMessage(invite);
    if (message === null) throw new Error('not parsed');
    const response = parseMessage(formatResponse(message, 180, 'Ringing', 'our-tag'));
    if (response === null) throw new Error('not parsed');
    expect(response.start).toEqual({ kind: 'response', status: 180 });
    expect(response.headers.get('via')).toEqual(message.headers.get('via'));
    expect(tagOf(header(response, 'to'))).toBe('our-tag');
    expect(methodOf(response)).toBe('INVITE');
  });

  it.each(['', '\r\n\r\n', 'hello', 'SIP/2.0 2000 OK\r\n\r\n', 'INVITE sip:x\r\n\r\n'])(
    'given_no_sip_%j_when_parsed_then_null',
    (text) => expect(parseMessage(text)).toBeNull(),
  );

  it('given_name_addr_and_addr_spec_when_read_then_parameters_stay_outside', () => {
    expect(uriOf('<sip:a@h:1;transport=udp>;expires=3')).toBe('sip:a@h:1;transport=udp');
    expect(uriOf('sip:a@h:1;expires=3')).toBe('sip:a@h:1');
    expect(userOf('sip:127.0.0.1:5060')).toBe('');
    expect(tagOf('<sip:a@h;tag=inside>')).toBe('');
  });

  it('given_the_example_of_rfc_2617_when_answered_without_qop_then_the_response_is_the_known_one', () => {
    // RFC 2069's example, with the response corrected by its erratum 749.
    const challenge = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc"';
    const asked = { method: 'GET', uri: '/dir/index.html', user: 'Mufasa', password: 'CircleOfLife' };
    const answer = parseChallenge(answerChallenge(challenge, asked));
    expect(answer.response).toBe('1949323746fe6a43ef61f9606e7febea');
    expect(answer.opaque).toBe('5ccc');
    expect(() => answerChallenge('Digest realm="r", nonce="n", algorithm=SHA-256', asked)).toThrow('SHA-256');
  });
});

describe('a dialogue of the farm', () => {
  let farm: Farm | undefined;
  afterEach(() => farm?.close());

  const workload: Workload = {
    extension: '2001',
    calls: 3,
    callsPerS: 50,
    answerAfterMs: 5,
    talkMs: [1, 10],
    holdUntilAllSent: false,
    drainMs: 3000,
    seed: 1,
  };

  it('given_a_caller_and_a_phone_when_it_answers_and_hangs_up_then_both_see_the_same_call', async () => {
    // No Asterisk between them: the callers of one farm dial straight into the phones of another.
    const phones = await openFarm({ host: '127.0.0.1', port: 9 }, '127.0.0.1', '127.0.0.2');
    farm = await openFarm({ host: '127.0.0.1', port: phones.phonePort }, '127.0.0.1', '127.0.0.2');
    // A run of no calls gives the phones their habits; its journal goes on until the next run.
    const [heard, said] = await Promise.all([phones.run({ ...workload, calls: 0 }), farm.run(workload)]).finally(() =>
      phones.close(),
    );
    expect(said.resent).toBe(0);
    for (const caller of ['7700000000', '7700000001', '7700000002']) {
      expect(stepsOf(caller, said.events)).toEqual(['caller-invited', 'caller-answered', 'caller-ended']);
      expect(stepsOf(caller, heard.events)).toEqual(['phone-invited', 'phone-answered', 'phone-hung-up']);
    }
    expect(heard.events.every((event) => event.phone === '2001')).toBe(true);
  });

  it('given_a_phone_that_rings_for_ever_when_the_load_is_drained_then_the_caller_cancels', async () => {
    const phones = await openFarm({ host: '127.0.0.1', port: 9 }, '127.0.0.1', '127.0.0.2');
    farm = await openFarm({ host: '127.0.0.1', port: phones.phonePort }, '127.0.0.1', '127.0.0.2');
    const ringing = { ...workload, answerAfterMs: 60_000 };
    const [heard, said] = await Promise.all([
      phones.run({ ...ringing, calls: 0 }),
      farm.run({ ...ringing, calls: 1, drainMs: 300 }),
    ]).finally(() => phones.close());
    expect(stepsOf('7700000000', heard.events)).toEqual(['phone-invited', 'phone-was-cancelled']);
    expect(said.events.find((event) => event.what === 'caller-ended')?.status).toBe(487);
  });
});

function stepsOf(caller: string, events: readonly FarmEvent[]): string[] {
  return events.filter((event) => event.caller === caller).map((event) => event.what);
}
