import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyWords, reasonWords } from '../../src/cli/why-words.ts';
import { explain } from '../../src/core/explain.ts';
import { explainAgent } from '../../src/core/explain-agent.ts';
import { explainCall } from '../../src/core/explain-call.ts';
import { parseNeeds } from '../../src/core/needs.ts';
import type { QueueGiven, StrategyName } from '../../src/core/queue-settings.ts';
import type { Eligibility } from '../../src/core/routing/eligibility.ts';
import type { Call } from '../../src/core/state.ts';
import { anyPhone } from '../../src/core/station.ts';
import { defaultLimits } from '../../src/core/world.ts';
import { type Driver, drive, group, running, user } from './driver.ts';

const names = ['ann', 'ben', 'cleo', 'dan', 'eve'];

/** What an agent can be when a call comes. */
const habits = ['ready', 'ready', 'ready', 'not-ready', 'signed-out', 'no-phone'] as const;

const company = fc.record({
  strategy: fc.constantFrom<StrategyName>('linear', 'longest-idle', 'round-robin', 'fewest-calls', 'most-skilled'),
  habits: fc.array(fc.constantFrom(...habits), { minLength: 5, maxLength: 5 }),
  /** In which order they signed in, 1 s apart: who has been idle for how long. */
  order: fc.shuffledSubarray(names, { minLength: 5 }),
  penalties: fc.array(fc.constantFrom(0, 0, 0, 5), { minLength: 5, maxLength: 5 }),
  levels: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 5, maxLength: 5 }),
  wishes: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 5, maxLength: 5 }),
  needs: fc.constantFrom('', 'es', 'es>=3', 'es>=2,~fr', '~fr', 'es>=5,fr'),
  maxTalking: fc.constantFrom(null, 1, 2),
  keepFree: fc.constantFrom(null, { agents: 1, fromPriority: 8 }),
  /** Tiers are all open at once, or later: they would open with the offer where all who are there were tried. */
  tiers: fc.constantFrom({ afterMs: 0, whenTried: false }, { afterMs: 20_000, whenTried: false }),
  priorities: fc.array(fc.constantFrom(5, 8), { minLength: 1, maxLength: 3 }),
});
type Company = typeof company extends fc.Arbitrary<infer T> ? T : never;

/** A core whose Asterisk is not known yet: calls wait beside idle agents, and the survey then gives them away. */
function waiting(one: Company): Driver {
  const driver = drive({}, false);
  const members = names.map((name, place) => ({ user: name, penalty: one.penalties[place] ?? 0 }));
  const { strategy, maxTalking, keepFree } = one;
  const queue = group('line', '8001', [], {
    strategy,
    maxTalking,
    keepFree,
    members,
    tiers: one.tiers,
  } as Partial<QueueGiven>);
  const users = names.map((name, place) => {
    const skills = { es: one.levels[place] ?? 0, fr: one.wishes[place] ?? 0 };
    return { ...user(name, String(1001 + place)), skills };
  });
  driver.step({ type: 'started', epoch: 'e', limits: defaultLimits });
  driver.step({ type: 'settings', revision: 1, users, queues: [queue], removedUsers: [], removedQueues: [] });
  driver.step({ type: 'calendar', day: '2026-11-22' });
  driver.step({ type: 'pbx-connected' });
  const habit = (name: string) => one.habits[names.indexOf(name)];
  const reachable = users.filter(({ id }) => habit(id) !== 'no-phone').flatMap(({ phones }) => phones);
  driver.step({ type: 'phones-surveyed', reachable });
  for (const name of one.order) {
    driver.now += 1_000;
    if (habit(name) === 'signed-out') continue;
    const ready = habit(name) !== 'not-ready';
    driver.step({ type: 'intent', intent: name, ask: { do: 'sign-in', user: name, ready } });
  }
  for (const [place, priority] of one.priorities.entries()) {
    driver.now += 1_000;
    const wishes = { priority, needs: parseNeeds(one.needs) ?? [] };
    driver.step({ type: 'caller-arrived', leg: `caller${place}`, dialled: '8001', phone: null, wishes });
  }
  return driver;
}

/** Asterisk tells what it has: every caller is still there. */
function survey(driver: Driver): void {
  const legs = [...driver.world.state.legs.values()].map(({ id }) => {
    return { leg: id, state: 'up' as const, arrival: { dialled: '8001', phone: null } };
  });
  driver.step({ type: 'surveyed', full: true, pbxStarted: 'p1', legs, rooms: [] });
}

function firstCall(driver: Driver): Call {
  const [first] = [...driver.world.state.calls.values()].sort((a, b) => a.due - b.due || (a.id < b.id ? -1 : 1));
  if (first === undefined) throw new Error('nobody has called');
  return first;
}

/** The counts of an explanation come from the index; here each member is asked. */
function countedOneByOne(driver: Driver, call: Call): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const agent of driver.world.state.agents.values()) {
    const { is, why } = explain(driver.world, call, agent, driver.now);
    const word = is === 'passed-over' ? why.reason : is;
    counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}

describe('what is explained and what is done', () => {
  it('given_any_company_when_asterisk_is_known_then_the_first_offer_goes_where_it_was_said_to_go', () => {
    let offers = 0;
    let blocked = 0;
    fc.assert(
      fc.property(company, (one) => {
        const driver = waiting(one);
        const call = firstCall(driver);
        const said = explainCall(driver.world, call, driver.now, 100);
        expect(said.hindrance).toEqual({ is: 'asterisk-away' });
        expect(said.counts).toEqual(countedOneByOne(driver, call));
        const before = driver.facts.length;
        survey(driver);
        const made = driver.facts.slice(before).find((fact) => fact.type === 'offer-made' && fact.call === call.id);
        const [first, second] = said.agents.filter(({ is }) => is === 'free');
        if (first === undefined) {
          expect(made, 'nobody was said to be free').toBe(undefined);
          blocked += 1;
          return;
        }
        expect(made).toMatchObject({ agent: first.agent, why: { key: first.key } });
        expect(made?.type === 'offer-made' && made.why.runnerUp).toEqual(
          second === undefined ? null : { agent: second.agent, key: second.key },
        );
        offers += 1;
      }),
      { numRuns: 300, seed: 7 },
    );
    expect([offers > 100, blocked > 20], `${offers} offers, ${blocked} without`).toEqual([true, true]);
  });

  it('given_any_company_when_an_offer_was_made_then_whoever_was_named_as_passed_over_has_that_reason', () => {
    let named = 0;
    fc.assert(
      fc.property(company, (one) => {
        const driver = waiting(one);
        const call = firstCall(driver);
        const said = explainCall(driver.world, call, driver.now, 100);
        const before = driver.facts.length;
        survey(driver);
        const made = driver.facts.slice(before).find((fact) => fact.type === 'offer-made' && fact.call === call.id);
        if (made?.type !== 'offer-made') return;
        expect(made.why.named.map(({ agent }) => agent)).not.toContain(made.agent);
        for (const { agent, ...why } of made.why.named) {
          expect(said.agents.find((one) => one.agent === agent)?.why).toEqual(why);
          named += 1;
        }
        // The first offer's winner is rung by it now.
        const winner = driver.world.state.agents.get(made.agent);
        expect(winner && explain(driver.world, call, winner, driver.now).is).toBe('offered');
      }),
      { numRuns: 200, seed: 11 },
    );
    expect(named).toBeGreaterThan(100);
  });
});

describe('where a call and an agent stand', () => {
  const caller = { type: 'caller-arrived', leg: 'caller', dialled: '8001', phone: null } as const;

  it('given_a_call_that_rings_one_of_two_when_it_is_explained_then_the_other_is_free_and_the_hindrance_says_why_not', () => {
    const driver = running();
    driver.step(caller);
    const said = explainCall(driver.world, firstCall(driver), driver.now, 20);
    expect(said).toMatchObject({
      queue: 'line',
      strategy: 'linear',
      place: { is: 1, of: 1 },
      hindrance: { is: 'ringing', offers: 1 },
      counts: { offered: 1, free: 1 },
      agents: [
        { agent: 'ann', is: 'offered' },
        { agent: 'ben', is: 'free', key: [0, 0, 0, 0, 1] },
      ],
    });
  });

  it('given_an_agent_who_declined_when_the_call_is_explained_then_they_come_after_the_one_who_was_not_asked', () => {
    const driver = running(['ann', 'ben']);
    driver.step(caller);
    const [leg = ''] = driver.legs();
    driver.step({ type: 'leg-created', leg });
    driver.step({ type: 'leg-rang', leg, evidence: 'ringing' });
    driver.step({ type: 'leg-gone', leg, cause: 21, sip: 603 });
    const call = firstCall(driver);
    const ann = driver.world.state.agents.get('ann');
    expect(ann && explain(driver.world, call, ann, driver.now)).toMatchObject({
      is: 'passed-over',
      why: { reason: 'backing-off', leftMs: 6_000 },
    });
    driver.pass(6_000);
    const [first, second] = explainCall(driver.world, call, driver.now, 20).agents;
    expect(first).toMatchObject({ agent: 'ben', is: 'offered' });
    expect(second).toMatchObject({ agent: 'ann', is: 'free', key: [1, 0, 0, 0, 0] });
  });

  it('given_an_agent_with_nothing_to_do_when_it_is_asked_why_then_nothing_waits_and_their_place_is_told', () => {
    const driver = running();
    const ben = driver.world.state.agents.get('ben');
    expect(ben && explainAgent(driver.world, ben, driver.now)).toMatchObject({
      why: null,
      queues: [
        { queue: 'all', waiting: 0, first: null, idle: 3, place: 2 },
        { queue: 'line', waiting: 0, first: null, idle: 2, place: 2 },
      ],
    });
  });

  it('given_more_members_than_are_asked_for_when_a_call_is_explained_then_the_counts_are_of_all', () => {
    const driver = running([]);
    driver.step(caller);
    const said = explainCall(driver.world, firstCall(driver), driver.now, 1);
    expect(said.agents).toHaveLength(1);
    expect(said.counts).toEqual({ 'signed-out': 2 });
  });
});

describe('the words', () => {
  const detail = {
    call: 'c1',
    notReady: 'lunch',
    misses: 2,
    phones: 1,
    suspectMs: null,
    station: anyPhone,
    barred: null,
  };
  it.each<[Eligibility, string]>([
    [{ reason: 'wrap-up', leftMs: 11_400 }, 'wrap-up, 12 s left'],
    [{ reason: 'asked', times: 1 }, 'missed or declined this call: others go first'],
    [{ reason: 'skill', skill: 'es', has: 2, needs: 3 }, 'es 2 < 3'],
    [{ reason: 'unreachable', forMs: 40_000 }, 'no phone registered for 40 s'],
    [{ reason: 'limit', talking: 5, most: 5 }, 'the queue talks at its limit, 5 of 5'],
    [{ reason: 'tier', tier: 1, opensInMs: 10_000 }, 'penalty tier 2 opens in 10 s'],
    [{ reason: 'resting', leftMs: 8_000 }, 'resting after 2 misses, 8 s left'],
    [{ reason: 'not-ready', forMs: 720_000 }, 'not ready (lunch) for 12 min'],
    [{ reason: 'talking', forMs: 5_000 }, 'in a call (c1) for 5 s'],
  ])('given_%j_when_it_is_said_then_a_supervisor_understands', (why, words) => {
    expect(reasonWords(why, detail)).toBe(words);
  });

  it('given_phones_that_do_not_react_or_are_not_there_when_it_is_said_then_the_words_tell_which', () => {
    const why: Eligibility = { reason: 'unreachable', forMs: 1_000 };
    expect(reasonWords(why, { ...detail, suspectMs: 12_000 })).toBe('their phone did not react, tried again in 12 s');
    expect(reasonWords(why, { ...detail, phones: 0 })).toBe('has no phone');
  });

  it.each<[StrategyName, readonly number[], string]>([
    ['linear', [0, 0, 0, 0, 2], 'place 3 in the team'],
    ['fewest-calls', [0, 0, 0, 0, 1, 60_000], '1 call today, idle for 40 s'],
    ['longest-idle', [1, 1, 0, 0, 60_000], 'asked once before, tier 2, idle for 40 s'],
    ['most-skilled', [0, 0, 1, -7, 60_000], '1 of its wishes unmet, levels of 7 in what it needs, idle for 40 s'],
    ['round-robin', [0, 0, 0, 0, 0, 1], 'no turn yet, place 2 in the team'],
  ])('given_a_key_of_%s_when_it_is_said_then_its_numbers_have_names', (strategy, key, words) => {
    expect(keyWords(strategy, key, 100_000)).toBe(words);
  });
});
