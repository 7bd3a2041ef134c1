import type { NumberedFact } from '../../src/core/facts.ts';
import type { QueueGiven } from '../../src/core/queue-settings.ts';
import type { Call, Wishes } from '../../src/core/state.ts';
import { defaultLimits } from '../../src/core/world.ts';
import { type Driver, drive, group, user } from './driver.ts';

/** A small company on a driver: queues by their number, agents by their name, calls by their caller's channel. */
export type Company = {
  readonly driver: Driver;
  /** These agents sign in, ready, a millisecond apart; whom that made offers to. */
  ready(...agents: string[]): string[];
  /** A caller comes to this number; who is offered the call. */
  arrive(caller: string, dialled: string, wishes?: Wishes): string[];
  /** The agent answers, talks for a second and hangs up; who is offered a call then. */
  serve(agent: string): string[];
  /** The agent answers, and talks on. */
  answer(agent: string): void;
  answerAll(agents: readonly string[]): void;
  /** The talk of this agent ends. */
  hangUp(agent: string): string[];
  /** The agent's phone declines; who is offered the call then. */
  decline(agent: string): string[];
  /** Time passes; who is offered a call. */
  pass(ms: number): string[];
  change(queue: QueueGiven): void;
  /** The caller whose call the agent is offered, or talks in. */
  callerOf(agent: string): string | undefined;
  call(caller: string): Call;
  facts<T extends NumberedFact['type']>(type: T): Extract<NumberedFact, { type: T }>[];
};

type Given = {
  readonly queues: readonly QueueGiven[];
  readonly skills?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly twin?: boolean;
};

/** Every member of the queues is a user with a phone; nobody has signed in. */
export function company({ queues, skills = {}, twin = true }: Given): Company {
  const driver = drive({}, twin);
  const settings = queues.map((given) =>
    group(given.id, given.extension ?? '', [], { wrapUpMs: 0, backOffMs: 1_000, ...given }),
  );
  const names = [...new Set(settings.flatMap(({ members }) => members.map((member) => member.user)))];
  const users = names.map((id, place) => ({ ...user(id, String(1001 + place)), skills: skills[id] ?? {} }));
  const none = { type: 'settings', users: [], queues: [], removedUsers: [], removedQueues: [] } as const;
  let revision = 1;
  driver.step({ type: 'started', epoch: 'e', limits: defaultLimits });
  driver.step({ ...none, revision, users, queues: settings });
  driver.step({ type: 'calendar', day: '2026-11-22' });
  driver.step({ type: 'pbx-connected' });
  driver.step({ type: 'surveyed', full: true, pbxStarted: 'p', legs: [], rooms: [] });
  driver.step({ type: 'phones-surveyed', reachable: users.flatMap(({ phones }) => phones) });

  const offered = (act: () => void): string[] => {
    const before = driver.facts.length;
    act();
    return driver.facts.slice(before).flatMap((fact) => (fact.type === 'offer-made' ? [fact.agent] : []));
  };
  const lastLeg = (agent: string): string => {
    const phone = users.find(({ id }) => id === agent)?.phones[0];
    return (
      driver.commands.flatMap((one) => (one.do === 'create-leg' && one.phone === phone ? [one.leg] : [])).at(-1) ?? ''
    );
  };
  const callOfLeg = (leg: string): Call => {
    const call = driver.world.state.calls.get(driver.world.state.legs.get(leg)?.call ?? '');
    if (call === undefined) throw new Error(`leg ${leg} is in no call`);
    return call;
  };
  const answer = (agent: string): void => {
    const leg = lastLeg(agent);
    const call = callOfLeg(leg);
    driver.step({ type: 'leg-created', leg });
    driver.step({ type: 'leg-answered', leg });
    driver.step({ type: 'joined', call: call.id, legs: [call.caller, leg] });
    for (const one of [...call.legs])
      if (one !== leg && one !== call.caller) driver.step({ type: 'leg-gone', leg: one, cause: 26, sip: 0 });
  };
  const hangUp = (agent: string): string[] =>
    offered(() => {
      const leg = lastLeg(agent);
      const { caller } = callOfLeg(leg);
      driver.step({ type: 'leg-gone', leg, cause: 16, sip: 0 });
      driver.step({ type: 'leg-gone', leg: caller, cause: 16, sip: 0 });
    });
  return {
    driver,
    ready: (...agents) =>
      offered(() => {
        for (const id of agents) {
          driver.now += 1;
          driver.step({ type: 'intent', intent: id, ask: { do: 'sign-in', user: id, ready: true } });
        }
      }),
    arrive: (caller, dialled, wishes) =>
      offered(() => {
        driver.now += 10;
        driver.step({ type: 'caller-arrived', leg: caller, dialled, phone: null, ...(wishes && { wishes }) });
      }),
    serve: (agent) =>
      offered(() => {
        answer(agent);
        driver.now += 1_000;
        hangUp(agent);
      }),
    answer,
    answerAll: (agents) => agents.forEach(answer),
    hangUp,
    decline: (agent) =>
      offered(() => {
        const leg = lastLeg(agent);
        driver.step({ type: 'leg-created', leg });
        driver.step({ type: 'leg-rang', leg, evidence: 'ringing' });
        driver.step({ type: 'leg-gone', leg, cause: 21, sip: 603 });
      }),
    pass: (ms) => offered(() => driver.pass(ms)),
    change(queue) {
      revision += 1;
      const changed = group(queue.id, queue.extension ?? '', [], { wrapUpMs: 0, backOffMs: 1_000, ...queue });
      driver.step({ ...none, revision, queues: [changed] });
    },
    callerOf: (agent) => driver.world.state.calls.get(driver.world.state.legs.get(lastLeg(agent))?.call ?? '')?.caller,
    call(caller) {
      const found = [...driver.world.state.calls.values()].find((call) => call.caller === caller);
      if (found === undefined) throw new Error(`there is no call of ${caller}`);
      return found;
    },
    facts: (type) =>
      driver.facts.filter((fact): fact is Extract<NumberedFact, { type: typeof type }> => fact.type === type),
  };
}
