import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createAriHttp } from '../../src/asterisk/ari/http.ts';
import { survey } from '../../src/asterisk/survey.ts';
import type { PbxEvent } from '../../src/core/events.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

const whole: Readonly<Record<string, string>> = {
  'asterisk/info?only=status': '{"status":{"startup_time":"2026-11-22T10:00:00.000+0000"}}',
  bridges: '[]',
  channels: '[]',
};

/** What a survey makes of a server that answers 200 with these bodies. */
async function surveyed(bodies: Readonly<Record<string, string>>): Promise<PbxEvent> {
  const server = createServer((request, response) => response.end(bodies[(request.url ?? '').replace('/ari/', '')]));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const link = createAriHttp({ host: '127.0.0.1', port, user: 'cordboard', secret: 'x' });
  cleanUp.push(() => link.close());
  return new Promise((resolve) => survey(link, 'cordboard', { full: true, askedAt: 7 }, resolve));
}

test('given_whole_answers_when_a_survey_is_made_then_it_says_what_is_there_and_since_when', async () => {
  expect(await surveyed(whole)).toMatchObject({
    type: 'surveyed',
    full: true,
    askedAt: 7,
    pbxStarted: '2026-11-22T10:00:00.000+0000',
    legs: [],
    rooms: [],
  });
});

test.each(Object.keys(whole))('given_a_body_of_%s_that_is_none_when_a_survey_is_made_then_it_failed', async (uri) => {
  for (const body of ['', '<html>busy</html>', '[{"id":', '{}', 'null', '"x"', '[1'])
    expect(await surveyed({ ...whole, [uri]: body }), body).toEqual({ type: 'survey-failed', askedAt: 7 });
});
