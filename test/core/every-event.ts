import type { Event, Intent, SeenLeg, SeenRoom } from '../../src/core/events.ts';
import { defaultLimits, type World } from '../../src/core/world.ts';
import { abroad, group, groups, phones, routes, trunks, users } from './driver.ts';

/** Everything that could be told in this state, sensible or not: of every leg and call that lives, and of some that do not. */
export function everyEvent(world: World): Event[] {
  const legs = [...world.state.legs.keys(), 'cb-e-l999', 'stranger-1'];
  const calls = [...world.state.calls.keys(), 'cb-e-c999'];
  return [
    ...ofEngine(world),
    ...ofSettings(),
    ...ofOutside(),
    ...legs.flatMap(ofLeg),
    ...calls.flatMap((call) => ofCall(world, call, legs)),
    ...ofSurveys(world),
    ...ofPhones(),
    ...ofIntents(calls),
  ];
}

function ofEngine(world: World): Event[] {
  return [
    { type: 'started', epoch: `g${world.state.meta.nextFact}`, limits: defaultLimits },
    { type: 'tick' },
    { type: 'calendar', day: '2026-11-22' },
    { type: 'calendar', day: '2026-11-23' },
    { type: 'pbx-connected' },
    { type: 'pbx-lost' },
  ];
}

function ofSettings(): Event[] {
  const none = { type: 'settings', revision: 2, users: [], queues: [], removedUsers: [], removedQueues: [] } as const;
  const all = groups.map(({ id }) => id);
  return [
    none,
    { ...none, users, queues: groups },
    { ...none, removedQueues: ['line'] },
    { ...none, removedQueues: all, removedUsers: users.map(({ id }) => id) },
    { ...none, removedUsers: ['ann'] },
    { ...none, removedUsers: ['dan'] },
    { ...none, queues: [group('line', '8001', ['cleo'], { strategy: 'ring-all' })] },
    { ...none, queues: [group('all', '8002', [], { whenNobody: 'overflow' })] },
    { ...none, queues: [group('line', '8009', ['ben', 'ann'], { strategy: 'fewest-calls', maxWaitMs: 1 })] },
    { ...none, users: users.map((one) => ({ ...one, phones: [] })) },
    { ...none, reasons: [{ id: 'lunch', name: 'Lunch', limitMs: 1_000 }] },
    { ...none, reasons: [] },
  ];
}

function ofOutside(): Event[] {
  const seen = [true, false, null].flatMap((is) => [
    { trunk: 'red', reachable: is },
    { trunk: 'red', registered: is },
  ]);
  return [
    { type: 'outside', trunks, routes },
    { type: 'outside', trunks: [], routes: [] },
    { type: 'outside', trunks: trunks.map((one) => ({ ...one, maxCalls: 0, outbound: false })), routes },
    ...seen.map((one): Event => ({ type: 'trunks-seen', trunks: [one] })),
    { type: 'trunks-seen', trunks: [{ trunk: 'nobody', reachable: false }] },
    { type: 'emergency-dialled', phone: '1001', dialled: '112' },
    { type: 'emergency-dialled', phone: '9999', dialled: '112', channel: '1.2', dialledAt: 1_000 },
  ];
}

function ofLeg(leg: string): Event[] {
  const ends = [
    [16, 0],
    [0, 0],
    [17, 486],
    [19, 480],
    [21, 603],
    [23, 302],
    [127, 487],
    [20, 503],
    [38, 500],
  ] as const;
  const seen = ['down', 'ringing', 'up', 'away'] as const;
  return [
    { type: 'leg-created', leg },
    { type: 'leg-rang', leg, evidence: 'ringing' },
    { type: 'leg-rang', leg, evidence: 'progress' },
    { type: 'leg-answered', leg },
    { type: 'leg-told', leg },
    { type: 'leg-pressed', leg, accepts: true },
    { type: 'leg-pressed', leg, accepts: false },
    { type: 'leg-forwarded', leg, to: { said: '1004' } },
    { type: 'leg-forwarded', leg, to: { said: '00493012345', outside: abroad } },
    { type: 'leg-forwarded', leg, to: { said: '?' } },
    ...ends.map(([cause, sip]) => ({ type: 'leg-gone', leg, cause, sip }) as const),
    ...[0, 404, 409, 422, 500].map((status) => ({ type: 'leg-refused', leg, status }) as const),
    { type: 'leg-seen', leg, found: null },
    ...seen.map((state) => ({ type: 'leg-seen', leg, found: { leg, state, arrival: null } }) as const),
    ...(leg.startsWith('cb-') ? [] : arrivals(leg)),
  ];
}

/** Only a caller's channel arrives: a leg of ours never does. */
function arrivals(leg: string): Event[] {
  return [
    ...['8001', '8002', '8003', '1001', '1002', '4444'].map(
      (dialled) => ({ type: 'caller-arrived', leg, dialled, phone: null }) as const,
    ),
    { type: 'caller-arrived', leg, dialled: '8001', phone: '1001' },
    { type: 'caller-arrived', leg, dialled: '1001', phone: '1001' },
    { type: 'caller-arrived', leg, dialled: '8001', phone: null, overload: true },
    ...['main', 'dan', 'none'].map(
      (route) => ({ type: 'caller-arrived', leg, dialled: '+33170000000', phone: null, trunk: 'red', route }) as const,
    ),
    ...['*8', '*81004', '*88001', '*88002', '*62'].map(
      (dialled) => ({ type: 'caller-arrived', leg, dialled, phone: '1001' }) as const,
    ),
    ...['*641', '*65', '*8'].map((dialled) => ({ type: 'caller-arrived', leg, dialled, phone: '1002' }) as const),
    ...['1001', '1002', '9999'].map(
      (phone) => ({ type: 'caller-arrived', leg, dialled: '00493012345', phone, outside: abroad }) as const,
    ),
  ];
}

function ofCall(world: World, call: string, legs: readonly string[]): Event[] {
  const row = world.state.calls.get(call);
  const pairs = [[row?.caller ?? legs[0] ?? '', row?.partner?.leg ?? legs[1] ?? ''], [legs[0] ?? ''], []];
  return [
    { type: 'set-aside', call },
    ...pairs.flatMap((pair): Event[] => [
      { type: 'joined', call, legs: pair },
      ...[0, 400, 404, 422].map((status) => ({ type: 'join-refused', call, legs: pair, status }) as const),
    ]),
  ];
}

/** What Asterisk could be found to hold: nothing, everything in every state, and what is not ours to know. */
function ofSurveys(world: World): Event[] {
  const legs = [...world.state.legs.values()];
  const rooms: SeenRoom[] = [...world.state.calls.values()].map((call) => ({ call: call.id, legs: call.legs }));
  const states = ['down', 'ringing', 'up', 'away'] as const;
  const strangers: SeenLeg[] = [
    { leg: 'cb-old-l7', state: 'up', arrival: null },
    { leg: 'stranger-2', state: 'up', arrival: { dialled: '8001', phone: null } },
    { leg: 'stranger-3', state: 'away', arrival: null },
  ];
  const views: { legs: SeenLeg[]; rooms: SeenRoom[] }[] = [
    { legs: [], rooms: [] },
    { legs: strangers, rooms: [{ call: 'cb-old-c1', legs: [] }] },
    ...states.map((state) => ({ legs: legs.map((leg) => ({ leg: leg.id, state, arrival: null })), rooms })),
    { legs: legs.map((leg) => ({ leg: leg.id, state: 'up' as const, arrival: null })), rooms: [] },
  ];
  const { askedAt } = world.state.meta;
  const surveys = views.flatMap((view): Event[] => [
    { type: 'surveyed', full: true, pbxStarted: 'p1', ...view },
    { type: 'surveyed', full: true, pbxStarted: 'p2', ...view },
    { type: 'surveyed', full: false, pbxStarted: 'p1', ...view },
  ]);
  return [...surveys, { type: 'survey-agreed', askedAt }, { type: 'survey-agreed', askedAt: askedAt - 1 }];
}

function ofPhones(): Event[] {
  return [
    ...[...phones, '7777'].flatMap((phone): Event[] => [
      { type: 'phone-reachable', phone, reachable: true },
      { type: 'phone-reachable', phone, reachable: true, by: 'udp' },
      { type: 'phone-reachable', phone, reachable: true, by: 'tls' },
      { type: 'phone-reachable', phone, reachable: false },
    ]),
    { type: 'phones-surveyed', reachable: [] },
    { type: 'phones-surveyed', reachable: phones },
    { type: 'phones-surveyed', reachable: phones, by: Object.fromEntries(phones.map((phone) => [phone, 'ws'])) },
  ];
}

function ofIntents(calls: readonly string[]): Event[] {
  const asks: Intent[] = [
    { do: 'drain' },
    { do: 'undrain' },
    ...['ann', 'ben', 'dan', 'nobody'].flatMap((id): Intent[] => [
      { do: 'sign-in', user: id, ready: true },
      { do: 'sign-in', user: id, ready: false },
      { do: 'sign-out', user: id },
      { do: 'ready', user: id },
      { do: 'not-ready', user: id, reason: 'lunch' },
      { do: 'end-wrap-up', user: id },
      { do: 'choose-caller-id', user: id, callerId: '+33170000002' },
      { do: 'choose-caller-id', user: id, callerId: null },
      { do: 'extend-wrap-up', user: id, byMs: null },
      { do: 'extend-wrap-up', user: id, byMs: 3_600_000 },
      { do: 'sign-in', user: id, session: 'laptop', ready: true },
      { do: 'not-ready', user: id, session: 'desk', reason: null },
      { do: 'ready', user: id, seen: 0 },
      { do: 'sign-in', user: id, ready: true, station: { kind: 'own' } },
      { do: 'sign-in', user: id, ready: true, station: { kind: 'browser' } },
      { do: 'sign-in', user: id, ready: true, station: { kind: 'number', ...abroad } },
    ]),
    ...calls.flatMap((call): Intent[] => [
      { do: 'hang-up', call },
      { do: 'move', call, to: { to: 'group', group: 'few' } },
      { do: 'move', call, to: { to: 'group', group: 'none' } },
      { do: 'move', call, to: { to: 'user', user: 'ben' } },
      { do: 'move', call, to: { to: 'dialplan', context: 'after', exten: '1', priority: 1 } },
      { do: 'move', call, to: { to: 'hang-up', cause: 'normal' } },
    ]),
  ];
  return asks.map((ask, place) => ({ type: 'intent', intent: `i${place}`, ask }));
}
