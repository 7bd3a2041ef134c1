import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Behaviour } from '../../src/phones/index.ts';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';
import { waitUntil } from '../lab/deadline.ts';

let lab: LabCordboard;
beforeAll(async () => {
  lab = await startCordboard();
});
afterEach(() => lab.expectQuiet());
afterAll(() => lab?.stop());

const answers: Behaviour = { kind: 'answer', afterMs: 100 };
const plain = { strategy: 'linear', wrapUpMs: 0, ringMs: 60_000 };

/** Spoils a call's row while the daemon is dead, so that the core trips when it comes to that field. */
async function poison(call: string, field: 'legs' | 'offers', spoilt: string): Promise<void> {
  await lab.kill9();
  const db = new Database(join(lab.home, 'live.db'));
  db.prepare(`UPDATE calls SET body = json_set(body, '$.${field}', ${spoilt}) WHERE id = ?`).run(call);
  db.close();
}

/** Starts it, as systemd would; it may end before it is ready. */
function startAgain(): void {
  lab.serve().catch(() => undefined);
}

const bugs = (): number => readdirSync(lab.home).filter((name) => /^bug-\d+\.json$/.test(name)).length;

test('given_a_call_that_trips_the_core_in_each_survey_then_the_second_time_the_fallback_has_it_and_a_talk_goes_on', () =>
  twicePoisoned('legs'));

test('given_a_call_that_trips_the_core_when_an_agent_is_chosen_then_the_second_time_the_fallback_has_it_and_a_talk_goes_on', () =>
  twicePoisoned('offers'));

test('given_a_call_whose_row_cannot_be_read_when_the_daemon_starts_then_the_fallback_has_it_at_once_and_a_talk_goes_on', async () => {
  const others = await lab.team([answers], plain);
  const talk = await (await lab.stranger()).dial(others.extension);
  const innocent = await lab.fact('call-connected');
  const { extension } = await lab.team([{ kind: 'ignore' }], plain);
  const call = await (await lab.stranger()).dial(extension);
  const { call: id } = await lab.fact('offer-rang', {}, innocent.seq);
  const before = bugs();

  await poison(id, 'offers', 'NULL');
  await lab.serve();
  const ended = await lab.fact('call-ended', { call: id });
  expect([ended.ending, bugs() - before]).toEqual(['lost-bug', 0]);
  expect(lab.output()).toContain('rows that cannot be read');
  await lab.fact('pbx-ready', {}, ended.seq);
  expect([talk.state, innocent.user]).toEqual(['answered', others.agents[0]?.name]);
  call.hangUp();
  talk.hangUp();
  await lab.fact('call-ended', { call: innocent.call, ending: 'completed' });
});

async function twicePoisoned(field: 'legs' | 'offers'): Promise<void> {
  const others = await lab.team([answers], plain);
  const talk = await (await lab.stranger()).dial(others.extension);
  const innocent = await lab.fact('call-connected');
  const { extension, agents } = await lab.team([field === 'legs' ? { kind: 'ignore' } : answers, answers], plain);
  const [agent] = agents;
  const path = `/v1/agents/${agent?.name}`;
  const free = agents[1]?.name;
  await lab.api('POST', `/v1/agents/${free}/not-ready`, {});
  if (field === 'offers') await lab.api('POST', `${path}/not-ready`, {});
  await waitUntil(
    async () => (await lab.asterisk.rx(`database get cordboard/fallback ${extension}`)).includes('PJSIP/'),
    'the fallback list',
  );
  const call = await (await lab.stranger()).dial(extension);
  const queued = await lab.fact('call-queued', {}, innocent.seq);
  if (field === 'legs') await lab.fact('offer-rang', { call: queued.call });
  const before = bugs();

  // Of what is no list only the length is asked for, until something is put into it.
  await poison(queued.call, field, field === 'legs' ? 'NULL' : `json('{"length":-1}')`);
  for (let times = 0; times < 2; times += 1) {
    startAgain();
    await waitUntil(
      async () => {
        if (field === 'offers') await lab.api('POST', `${path}/ready`).catch(() => undefined);
        return !lab.running;
      },
      'it to trip over the call',
      30_000,
    );
  }
  await lab.serve();

  const ended = await lab.fact('call-ended', { call: queued.call });
  expect(ended.ending).toBe('lost-bug');
  expect(bugs() - before).toBe(2);
  expect(talk.state).toBe('answered');
  await waitUntil(() => call.state === 'answered', 'the fallback to ring who is free');
  expect(lab.facts().filter((fact) => fact.type === 'call-ended' && fact.call === innocent.call)).toEqual([]);
  await lab.fact('pbx-ready', {}, ended.seq);
  call.hangUp();
  talk.hangUp();
  await lab.fact('call-ended', { call: innocent.call, ending: 'completed' });
}
