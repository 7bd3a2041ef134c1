import type { ForwardTarget } from '../../src/core/forwards.ts';
import { abroad, type Driver, drive, group, routes, running } from './driver.ts';
import { queueSituations } from './queue-situations.ts';

/** Each state that a call, a leg, an offer and an agent can be in, and how one comes there. */
export const situations: Readonly<Record<string, () => Driver>> = {
  ...queueSituations,
  'nothing was ever told': () => drive(),
  'Asterisk is not known yet': () => {
    const driver = running([]);
    driver.step({ type: 'pbx-lost' });
    driver.step({ type: 'pbx-connected' });
    return driver;
  },
  'all are idle': () => running(),
  'a call waits and nobody is ready': () => arrive(running([]), '8001'),
  'a leg is requested': () => arrive(running(), '8001'),
  'a leg is dialling': () => dialling(arrive(running(), '8001')),
  'a leg is ringing': () => ringing(),
  'a leg shows progress': () => {
    const driver = dialling(arrive(running(), '8001'));
    driver.step({ type: 'leg-rang', leg: lastLeg(driver), evidence: 'progress' });
    return driver;
  },
  'a leg is up and being joined': () => answered(),
  'their queue was removed while two were joined': () => {
    const driver = answered(['ann', 'dan']);
    const none = { users: [], queues: [], removedUsers: [] };
    driver.step({ type: 'settings', revision: 2, ...none, removedQueues: ['line'] });
    return driver;
  },
  'two talk': () => talking(),
  'two talk, and another waits': () => arrive(talking(['ann']), '8001', 'caller-2'),
  'an offer is cancelling after it rang out': () => {
    const driver = ringing();
    driver.pass(10_000);
    return driver;
  },
  'an offer is cancelling since the agent paused': () => {
    const driver = ringing();
    driver.step({ type: 'intent', intent: 'p', ask: { do: 'not-ready', user: 'ann', reason: null } });
    return driver;
  },
  'an agent backs off': () => {
    const driver = ringing(['ann']);
    driver.step({ type: 'leg-gone', leg: lastLeg(driver), cause: 21, sip: 603 });
    return driver;
  },
  'an agent rests after a miss': () => missed(1),
  'an agent is held until they choose ready': () => missed(2),
  'an agent is in wrap-up': () => {
    const driver = talking(['ann']);
    driver.step({ type: 'leg-gone', leg: 'caller-1', cause: 16, sip: 0 });
    return driver;
  },
  'a talk has ended and its agent is not ready': () => {
    const driver = talking(['ann']);
    driver.step({ type: 'intent', intent: 'p', ask: { do: 'not-ready', user: 'ann', reason: 'lunch' } });
    driver.step({ type: 'leg-gone', leg: lastLeg(driver), cause: 16, sip: 0 });
    return driver;
  },
  'a wrap-up was made longer': () => {
    const driver = talking(['ann']);
    driver.step({ type: 'leg-gone', leg: 'caller-1', cause: 16, sip: 0 });
    driver.step({ type: 'intent', intent: 'x', ask: { do: 'extend-wrap-up', user: 'ann', byMs: null } });
    return driver;
  },
  'an agent is not ready for longer than the reason allows': () => {
    const driver = running(['ann']);
    giveReasons(driver);
    driver.step({ type: 'intent', intent: 'p', ask: { do: 'not-ready', user: 'ann', reason: 'lunch' } });
    driver.pass(30_000);
    return driver;
  },
  'an agent chose a reason with a limit while they talk': () => {
    const driver = talking(['ann']);
    giveReasons(driver);
    driver.step({ type: 'intent', intent: 'p', ask: { do: 'not-ready', user: 'ann', reason: 'lunch' } });
    return driver;
  },
  'an agent was signed in at the desk': () => {
    const driver = running([]);
    driver.step({ type: 'intent', intent: 's', ask: { do: 'sign-in', user: 'ann', session: 'desk', ready: true } });
    return driver;
  },
  'most of a queue missed within seconds': () => massMiss(),
  'a call was set aside while it rang': () => {
    const driver = ringing(['ann']);
    driver.step({ type: 'set-aside', call: [...driver.world.state.calls.keys()][0] ?? '' });
    return driver;
  },
  'a user was removed in a talk': () => {
    const driver = talking(['ann']);
    const none = { users: [], queues: [], removedQueues: [] };
    driver.step({ type: 'settings', revision: 2, ...none, removedUsers: ['ann'] });
    return driver;
  },
  'an agent dials out while they are offered a call': () => arrive(ringing(), '1003', 'own-1', '1001'),
  'the caller has gone and a leg still rings': () => {
    const driver = ringing();
    driver.step({ type: 'leg-gone', leg: 'caller-1', cause: 127, sip: 487 });
    return driver;
  },
  'the caller has gone while two were joined': () => {
    const driver = answered();
    driver.step({ type: 'leg-gone', leg: 'caller-1', cause: 16, sip: 0 });
    return driver;
  },
  'a colleague picks up a call of a queue': () => pickedUp(),
  'a call of a queue that was picked up talks': () => joined(pickedUp()),
  'a picked-up call has lost its caller': () => {
    const driver = pickedUp();
    driver.step({ type: 'leg-gone', leg: 'caller-1', cause: 16, sip: 0 });
    return driver;
  },
  'who picked up has gone before the join': () => {
    const driver = pickedUp();
    driver.step({ type: 'leg-gone', leg: 'picker-1', cause: 16, sip: 0 });
    return driver;
  },
  'a call rings at a colleague of an agent in wrap-up': () => {
    const driver = talking(['ann', 'cleo']);
    driver.step({ type: 'leg-gone', leg: 'caller-1', cause: 16, sip: 0 });
    driver.step({ type: 'leg-gone', leg: lastLeg(driver), cause: 16, sip: 0 });
    return dialling(arrive(driver, '8003', 'caller-2'));
  },
  'who picked a call up is in its wrap-up, and nothing was heard of their own phone yet': () => {
    const driver = dialling(arrive(running(['dan']), '8003'));
    driver.step({ type: 'intent', intent: 's', ask: { do: 'sign-in', user: 'ann', ready: true } });
    arrive(dialling(arrive(driver, '8001', 'caller-2')), '*81004', 'picker-1', '1001');
    const call = [...driver.world.state.calls.values()].find(({ caller }) => caller === 'caller-1');
    driver.step({ type: 'joined', call: call?.id ?? '', legs: ['caller-1', 'picker-1'] });
    driver.step({ type: 'leg-gone', leg: 'caller-1', cause: 16, sip: 0 });
    driver.step({ type: 'leg-gone', leg: 'picker-1', cause: 16, sip: 0 });
    return driver;
  },
  'an extension is picked up': () => joined(arrive(internal(), '*81004', 'picker-1', '1001')),
  'ring-all has everybody ringing': () => allRinging(),
  'ring-all has a winner and losers': () => {
    const driver = allRinging();
    driver.step({ type: 'leg-answered', leg: driver.legs()[0] ?? '' });
    return driver;
  },
  'ring-all has a winner, and a loser answered too': () => {
    const driver = allRinging();
    driver.step({ type: 'leg-answered', leg: driver.legs()[1] ?? '' });
    driver.step({ type: 'leg-answered', leg: driver.legs()[0] ?? '' });
    return driver;
  },
  'one of two phones of an agent has declined': () => {
    const driver = arrive(running(['ben']), '8001');
    for (const leg of driver.legs()) driver.step({ type: 'leg-created', leg });
    for (const leg of driver.legs()) driver.step({ type: 'leg-rang', leg, evidence: 'ringing' });
    driver.step({ type: 'leg-gone', leg: driver.legs()[0] ?? '', cause: 21, sip: 603 });
    return driver;
  },
  'an extension has asked for another': () => arrive(running(), '1004', 'caller-1', '1003'),
  'an extension rings another': () => internal(),
  'an extension rings another that has two phones': () => {
    const driver = arrive(running(), '1002', 'caller-1', '1001');
    for (const leg of driver.legs()) driver.step({ type: 'leg-created', leg });
    return driver;
  },
  'one of two phones forwards the call': () =>
    forwarded(arrive(running(), '1002', 'caller-1', '1001'), { said: '1004' }),
  'a forward is followed to a number outside': () =>
    forwarded(arrive(running(), '1001', 'caller-1', '1003'), { said: '00493012345', outside: abroad }),
  'two extensions are being joined': () => {
    const driver = internal();
    driver.step({ type: 'leg-answered', leg: lastLeg(driver) });
    return driver;
  },
  'two extensions talk': () => {
    const driver = internal();
    driver.step({ type: 'leg-answered', leg: lastLeg(driver) });
    return joined(driver);
  },
  'a call overflowed to a user': () => {
    const driver = arrive(running(['dan']), '8002');
    driver.pass(60_000);
    return driver;
  },
  'a phone is suspect': () => {
    const driver = dialling(arrive(running(['ann']), '8001'));
    driver.pass(5_000);
    driver.step({ type: 'leg-gone', leg: lastLeg(driver), cause: 19, sip: 480 });
    return driver;
  },
  'Asterisk was lost while a leg rang': () => {
    const driver = ringing();
    driver.step({ type: 'pbx-lost' });
    return driver;
  },
  'Asterisk was lost while two talked': () => {
    const driver = talking();
    driver.step({ type: 'pbx-lost' });
    return driver;
  },
  'the daemon was started again in a talk': () => {
    const driver = talking();
    const { limits } = driver.world.state.meta;
    driver.step({ type: 'started', epoch: 'f', limits });
    driver.step({ type: 'pbx-connected' });
    return driver;
  },
  'a call from outside waits, unpaid': () => inbound(running([]), 'main'),
  'a call from outside rings a user': () => {
    const driver = inbound(running(), 'dan');
    driver.step({ type: 'leg-created', leg: lastLeg(driver) });
    return driver;
  },
  'a leg outside is requested': () => outbound(),
  'a leg outside is dialling': () => dialling(outbound()),
  'a leg outside rings': () => outsideRings('ringing'),
  'a leg outside speaks before the answer': () => outsideRings('progress'),
  'a leg outside was silent for its time': () => {
    const driver = dialling(outbound());
    driver.pass(4_000);
    return driver;
  },
  'the second trunk is tried': () => {
    const driver = dialling(outbound());
    driver.step({ type: 'leg-gone', leg: lastLeg(driver), cause: 34, sip: 503 });
    return driver;
  },
  'somebody outside answered': () => outsideAnswers(),
  'somebody outside talks': () => joined(outsideAnswers()),
  'a call that waited is sent outside': () => sentOut(),
  'it was sent outside, and no trunk is left': () => {
    const driver = dialling(sentOut());
    driver.step({ type: 'leg-gone', leg: lastLeg(driver), cause: 34, sip: 503 });
    return dialling(driver);
  },
  'it was moved to another number, and both carriers speak': () => {
    const driver = sentOut();
    const speaks = { type: 'leg-rang', evidence: 'progress' } as const;
    driver.step({ ...speaks, leg: lastLeg(driver) });
    const [call = ''] = driver.world.state.calls.keys();
    const to = { to: 'number', number: '+33144556688', class: 'national', otherwise: toFew } as const;
    driver.step({ type: 'intent', intent: 'n', ask: { do: 'move', call, to } });
    driver.step({ ...speaks, leg: lastLeg(driver) });
    return driver;
  },
  'it was sent outside, and they talk': () => {
    const driver = dialling(sentOut());
    driver.step({ type: 'leg-answered', leg: lastLeg(driver) });
    return joined(driver);
  },
  'a trunk is down': () => {
    const driver = running();
    driver.step({ type: 'trunks-seen', trunks: [{ trunk: 'red', reachable: false, registered: true }] });
    return driver;
  },
  'an agent takes calls at a number': () => atNumber(),
  'a number is being rung': () => dialling(arrive(atNumber(), '8001')),
  'a number rings': () => numberRings(),
  'a number is rung over the second trunk': () => {
    const driver = dialling(arrive(atNumber(), '8001'));
    driver.step({ type: 'leg-gone', leg: lastLeg(driver), cause: 34, sip: 503 });
    return driver;
  },
  'somebody answered at a number': () => numberAnswers(),
  '1 was pressed at a number': () => accepted(),
  'two talk, one of them at a number': () => joined(accepted()),
  'nobody pressed 1 at a number': () => {
    const driver = numberAnswers();
    driver.pass(15_000);
    return driver;
  },
  'no trunk has room for a number': () => {
    const driver = atNumber();
    driver.step({ type: 'outside', trunks: [], routes });
    return arrive(driver, '8001');
  },
  'an agent hears the sound of the queue': () => whispered(),
  'the caller has left while the agent heard the sound': () => {
    const driver = whispered();
    driver.step({ type: 'leg-gone', leg: 'caller-1', cause: 16, sip: 0 });
    return driver;
  },
  'the sound of the queue was heard': () => {
    const driver = whispered();
    driver.step({ type: 'leg-told', leg: lastLeg(driver) });
    return driver;
  },
  'nothing new is begun': () => {
    const driver = ringing();
    driver.step({ type: 'intent', intent: 'd', ask: { do: 'drain' } });
    return driver;
  },
};

export function lastLeg(driver: Driver): string {
  return driver.legs().at(-1) ?? '';
}

export function arrive(driver: Driver, dialled: string, leg = 'caller-1', phone: string | null = null): Driver {
  driver.step({ type: 'caller-arrived', leg, dialled, phone });
  return driver;
}

function inbound(driver: Driver, route: string): Driver {
  driver.step({ type: 'caller-arrived', leg: 'caller-1', dialled: '+33170000000', phone: null, trunk: 'red', route });
  return driver;
}

function outbound(): Driver {
  const driver = running();
  driver.step({ type: 'caller-arrived', leg: 'caller-1', dialled: '00493012345', phone: '1001', outside: abroad });
  return driver;
}

const toFew = { to: 'group', group: 'few' } as const;

/** A call waits in `line`, and somebody moves it to a number; when that is not reached it goes to `few`. */
function sentOut(): Driver {
  const driver = arrive(running([]), '8001');
  const [call = ''] = driver.world.state.calls.keys();
  const to = {
    to: 'number',
    number: '+33144556677',
    class: 'national',
    otherwise: toFew,
  } as const;
  driver.step({ type: 'intent', intent: 'm', ask: { do: 'move', call, to } });
  return driver;
}

function outsideRings(evidence: 'ringing' | 'progress'): Driver {
  const driver = dialling(outbound());
  driver.step({ type: 'leg-rang', leg: lastLeg(driver), evidence });
  return driver;
}

function outsideAnswers(): Driver {
  const driver = outsideRings('progress');
  driver.step({ type: 'leg-answered', leg: lastLeg(driver) });
  return driver;
}

/** Ann takes her calls at a number outside. */
export function atNumber(): Driver {
  const driver = running([]);
  const station = { kind: 'number', ...abroad } as const;
  driver.step({ type: 'intent', intent: 's', ask: { do: 'sign-in', user: 'ann', ready: true, station } });
  return driver;
}

function numberRings(): Driver {
  const driver = dialling(arrive(atNumber(), '8001'));
  driver.step({ type: 'leg-rang', leg: lastLeg(driver), evidence: 'ringing' });
  return driver;
}

export function numberAnswers(): Driver {
  const driver = numberRings();
  driver.now += 1_000;
  driver.step({ type: 'leg-answered', leg: lastLeg(driver) });
  return driver;
}

function accepted(): Driver {
  const driver = numberAnswers();
  driver.step({ type: 'leg-pressed', leg: lastLeg(driver), accepts: true });
  return driver;
}

function whispered(): Driver {
  const driver = running();
  const queue = group('line', '8001', ['ann', 'ben'], { announce: 'whisper', announceSound: 'custom/line' });
  const none = { users: [], removedUsers: [], removedQueues: [] };
  driver.step({ type: 'settings', revision: 2, ...none, queues: [queue] });
  dialling(arrive(driver, '8001'));
  driver.step({ type: 'leg-rang', leg: lastLeg(driver), evidence: 'ringing' });
  driver.step({ type: 'leg-answered', leg: lastLeg(driver) });
  return driver;
}

function dialling(driver: Driver): Driver {
  driver.now += 10;
  driver.step({ type: 'leg-created', leg: lastLeg(driver) });
  return driver;
}

function ringing(ready?: readonly string[]): Driver {
  const driver = dialling(arrive(running(ready), '8001'));
  driver.now += 10;
  driver.step({ type: 'leg-rang', leg: lastLeg(driver), evidence: 'ringing' });
  return driver;
}

function answered(ready?: readonly string[]): Driver {
  const driver = ringing(ready);
  driver.now += 1_000;
  driver.step({ type: 'leg-answered', leg: lastLeg(driver) });
  return driver;
}

function talking(ready?: readonly string[]): Driver {
  return joined(answered(ready));
}

function joined(driver: Driver): Driver {
  const call = [...driver.world.state.calls.values()][0];
  if (call?.partner) driver.step({ type: 'joined', call: call.id, legs: [call.caller, call.partner.leg] });
  return driver;
}

function missed(times: number): Driver {
  const driver = ringing(['ann']);
  for (let miss = 1; miss <= times; miss += 1) {
    driver.pass(10_000);
    driver.step({ type: 'leg-gone', leg: lastLeg(driver), cause: 16, sip: 0 });
    if (miss === times) break;
    driver.pass(20_000);
    dialling(driver);
    driver.step({ type: 'leg-rang', leg: lastLeg(driver), evidence: 'ringing' });
  }
  return driver;
}

/** Lunch is half a minute. */
export function giveReasons(driver: Driver): void {
  const reasons = [{ id: 'lunch', name: 'Lunch', limitMs: 30_000 }];
  const none = { users: [], queues: [], removedUsers: [], removedQueues: [] };
  driver.step({ type: 'settings', revision: 2, ...none, reasons });
}

/** Ann and Ben let calls ring out, and two are enough to be most of them. */
function massMiss(): Driver {
  const driver = running(['ann', 'ben']);
  const { limits } = driver.world.state.meta;
  driver.step({ type: 'started', epoch: 'g', limits: { ...limits, massMissAgents: 2 } });
  driver.step({ type: 'pbx-connected' });
  driver.step({ type: 'surveyed', full: true, pbxStarted: 'p1', legs: [], rooms: [] });
  for (const caller of ['caller-1', 'caller-2']) arrive(driver, '8001', caller);
  for (const leg of driver.legs()) driver.step({ type: 'leg-created', leg });
  for (const leg of driver.legs()) driver.step({ type: 'leg-rang', leg, evidence: 'ringing' });
  driver.pass(10_000);
  for (const leg of driver.legs()) driver.step({ type: 'leg-gone', leg, cause: 16, sip: 0 });
  return driver;
}

function pickedUp(): Driver {
  return arrive(ringing(), '*8', 'picker-1', '1003');
}

function allRinging(): Driver {
  const driver = arrive(running(['ann', 'ben', 'cleo']), '8002');
  for (const leg of driver.legs()) driver.step({ type: 'leg-created', leg });
  for (const leg of driver.legs()) driver.step({ type: 'leg-rang', leg, evidence: 'ringing' });
  return driver;
}

/** The first phone that rings forwards it there. */
export function forwarded(driver: Driver, to: ForwardTarget, leg = driver.legs()[0] ?? ''): Driver {
  for (const one of driver.legs()) driver.step({ type: 'leg-created', leg: one });
  driver.step({ type: 'leg-forwarded', leg, to });
  driver.step({ type: 'leg-gone', leg, cause: 23, sip: 302 });
  return driver;
}

function internal(): Driver {
  const driver = dialling(arrive(running(), '1004', 'caller-1', '1003'));
  driver.step({ type: 'leg-rang', leg: lastLeg(driver), evidence: 'ringing' });
  return driver;
}
