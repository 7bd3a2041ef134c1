import { agentLines, callLines } from '../../src/cli/why-lines.ts';
import { reasonWords, winnerWords } from '../../src/cli/why-words.ts';
import { explainAgent } from '../../src/core/explain-agent.ts';
import { explainCall } from '../../src/core/explain-call.ts';
import type { Payer, RouteSettings, TrunkSettings } from '../../src/core/outside.ts';
import type { QueueSettings } from '../../src/core/queue-settings.ts';
import type { PhoneTransport, ReasonSettings, UserSettings } from '../../src/core/settings.ts';
import type { SimulatedCaller } from '../../src/simulation/dialplan.ts';
import { createRig, type Rig, startMs } from '../../src/simulation/rig.ts';
import { behaviourOf, destinationOf, duration, groupOf, reasonOf } from './givens.ts';
import { rightsFrom, routeFrom, stationFrom, trunkFrom, trunkKeys } from './outside-givens.ts';
import { type Clock, commandWords, factWords, type Names } from './words.ts';

/** A scenario on its stage: lines are played, and what comes of them is written down. */
export type Stage = {
  /** A line of `given`. */
  given(text: string): void;
  /** All that was given is there; everybody is at work. */
  begin(): void;
  /** Plays `text` at `atMs`, after whatever happens by itself before. */
  play(atMs: number, text: string): void;
  /** Lets time pass up to `atMs`. */
  pass(atMs: number): void;
  /** What was written since the last time it was taken: a line each, with its time. */
  take(): { readonly time: string; readonly text: string }[];
};

export function createStage(): Stage {
  const rig = createRig({ seed: null });
  const users: UserSettings[] = [];
  const groups: QueueSettings[] = [];
  const callers = new Map<string, SimulatedCaller>();
  const trunks: TrunkSettings[] = [];
  const routes: RouteSettings[] = [];
  const payers: Payer[] = [];
  let written: { time: string; text: string }[] = [];
  let beganAt = startMs;
  let revision = 0;
  const signIns: string[] = [];
  const reasons: ReasonSettings[] = [];

  const clock: Clock = (at) => `${(Math.floor((at - beganAt) / 100) / 10).toFixed(1)}s`;
  const names: Names = (id) => {
    for (const [name, caller] of callers) if (caller.channel === id) return name;
    if (id.startsWith('trunk-')) return id;
    const owner = users.find(({ phones }) => phones.includes(id));
    return owner === undefined ? id.replace(/^cb-e\d+-/, '') : `${owner.id}'s phone`;
  };
  rig.onBatch = ({ steps }) => {
    for (const { at, commands, facts } of steps) {
      const lines = [
        ...facts.map((fact) => factWords(fact, names, clock)),
        ...commands.map((command) => withMark(commandWords(command, names))),
      ];
      for (const text of lines) if (text !== null) written.push({ time: clock(at), text });
    }
  };

  function userOf(id: string): UserSettings {
    const known = users.find((user) => user.id === id);
    if (known !== undefined) return known;
    const extension = String(1001 + users.length);
    const team = { callGroups: ['team'], pickupGroups: ['team'] };
    const made: UserSettings = { id, name: id, extension, phones: [extension], skills: {}, ...team };
    users.push(made);
    rig.asterisk.addPhone(extension, { kind: 'manual' });
    return made;
  }

  /** `ann knows es 3, billing 9`. */
  function learn(id: string, text: string): void {
    const skills = Object.fromEntries(text.split(', ').map((one) => [one.split(' ')[0], Number(one.split(' ')[1])]));
    const place = users.indexOf(userOf(id));
    users.splice(place, 1, { ...userOf(id), skills });
  }

  /** `ben may forward inside`: what his phones say is followed. */
  function letForward(id: string, forwards: 'internal' | 'outside'): void {
    const place = users.indexOf(userOf(id));
    users.splice(place, 1, { ...userOf(id), forwards });
  }

  function phoneOf(id: string): string {
    return userOf(id).phones[0] ?? '';
  }

  function sendSettings(removed: { users?: string[]; queues?: string[] } = {}): void {
    revision += 1;
    const { users: removedUsers = [], queues: removedQueues = [] } = removed;
    rig.post({
      type: 'settings',
      revision,
      users: [...users],
      queues: [...groups],
      removedUsers,
      removedQueues,
      reasons: [...reasons],
    });
  }

  const stage: Stage = {
    given(text) {
      if (text.startsWith('trunk ')) {
        const trunk = trunkFrom(text);
        trunks.push(trunk);
        rig.asterisk.addPhone(`trunk-${trunk.id}`, { kind: 'manual' });
        return;
      }
      if (text.startsWith('route ')) return void routes.push(routeFrom(text));
      if (text.startsWith('group ')) {
        const group = groupOf(text);
        groups.push(group);
        for (const { user } of group.members) userOf(user);
        return;
      }
      if (text.startsWith('reason ')) return void reasons.push(reasonOf(text));
      const [, who = '', what = ''] = /^(\S+) (.*)$/.exec(text) ?? [];
      if (what.startsWith('may dial') && /^(group:|queue:|system)/.test(who))
        payers.push({ id: who, rights: rightsFrom(what) });
      else if (what.startsWith('may dial')) allow(who, what);
      else if (what.startsWith('may forward '))
        letForward(who, what === 'may forward outside' ? 'outside' : 'internal');
      else if (who.endsWith("'s")) setPhone(rig, phoneOf(who.slice(0, -2)), what);
      else if (what.startsWith('knows ')) learn(who, what.slice('knows '.length));
      else if (what === 'is ready') signIns.push(userOf(who).id);
      else if (what === 'is there') userOf(who);
      else throw new Error(`not a given: ${text}`);
    },
    begin() {
      sendSettings();
      if (trunks.length + routes.length > 0) rig.post({ type: 'outside', trunks, routes, payers });
      rig.post({ type: 'calendar', day: '2026-11-22' });
      rig.run(100);
      for (const user of signIns) rig.ask({ do: 'sign-in', user, ready: true });
      rig.run(900);
      beganAt = rig.scheduler.now();
      written = [];
    },
    pass: (atMs) => rig.scheduler.runUntil(beganAt + atMs),
    play(atMs, text) {
      rig.scheduler.runUntil(beganAt + atMs);
      act(text);
    },
    take() {
      const lines = written;
      written = [];
      return lines;
    },
  };

  /** The verbs of the language. */
  function act(text: string): void {
    for (const [pattern, run] of verbs) {
      const match = pattern.exec(text);
      if (match === null) continue;
      run(match[1] ?? '', match[2] ?? '');
      return;
    }
    throw new Error(`nobody knows how to: ${text}`);
  }

  const verbs: readonly [RegExp, (one: string, two: string) => void][] = [
    [/^(\S+) dials (\d+)$/, (who, exten) => void callers.set(who, rig.asterisk.dial(exten, '0301234'))],
    // `Anna dials 8001 with priority 8, needs es>=3`: what the dialplan says of the call.
    [
      /^(\S+) dials (\d+ with .+)$/,
      (who, text) => {
        const [exten = '', said = ''] = text.split(' with ');
        const wishes = said.split(', ').map((one) => one.replace(' ', '='));
        callers.set(who, rig.asterisk.dial(exten, '0301234', { patienceMs: null, talkMs: null, wishes }));
      },
    ],
    [
      /^(\S+) dials ([*\d]+) from their phone$/,
      (who, exten) => void callers.set(`${who} calling`, rig.asterisk.dial(exten, phoneOf(who))),
    ],
    [
      /^(\S+) dials (\S+ over \S+)$/,
      (who, what) => {
        const [exten = '', , trunk = ''] = what.split(' ');
        callers.set(who, rig.asterisk.dial(exten, '+33601020304', undefined, `trunk-${trunk}`));
      },
    ],
    [
      /^trunk (\S+) (rings|speaks|answers|hangs up|says \d+)$/,
      (id, what) =>
        rig.asterisk.press(`trunk-${id}`, trunkKeys[what] ?? { decline: Number(what.slice('says '.length)) }),
    ],
    [/^trunk (\S+) goes (away|up)$/, (id, what) => rig.asterisk.setRegistered(`trunk-${id}`, what === 'up')],
    [/^caller (.+) hangs up$/, (who) => callers.get(who)?.hangUp()],
    [
      /^(\S+) (rings|progress)$/,
      (who, what) => rig.asterisk.press(phoneOf(who), what === 'rings' ? 'ring' : 'progress'),
    ],
    [/^(\S+) answers$/, (who) => rig.asterisk.press(phoneOf(who), 'answer')],
    [/^(\S+) declines with (\d+)$/, (who, sip) => rig.asterisk.press(phoneOf(who), { decline: Number(sip) })],
    [/^agent (\S+) hangs up$/, (who) => rig.asterisk.press(phoneOf(who), 'hang-up')],
    [/^(\S+)'s phone goes away$/, (who) => rig.asterisk.setRegistered(phoneOf(who), false)],
    [
      /^(\S+)'s phone registers by (\w+)$/,
      (who, by) => rig.asterisk.setRegistered(phoneOf(who), true, by as PhoneTransport),
    ],
    [/^(\S+)'s phone is set to (\w+)$/, (who, transport) => setTransport(who, transport)],
    [/^(\S+)'s phone registers$/, (who) => rig.asterisk.setRegistered(phoneOf(who), true)],
    [/^(\S+)'s phone (.+)$/, (who, what) => setPhone(rig, phoneOf(who), what)],
    [/^(\S+) chooses ready$/, (user) => void rig.ask({ do: 'ready', user })],
    [/^(\S+) chooses not ready$/, (user) => void rig.ask({ do: 'not-ready', user, reason: null })],
    [
      /^(\S+) signs in with station (\S+)$/,
      (user, station) => void rig.ask({ do: 'sign-in', user, ready: true, station: stationFrom(station) }),
    ],
    [/^trunk (\S+) presses (\S)$/, (id, digit) => rig.asterisk.press(`trunk-${id}`, { digit })],
    [/^(\S+) signs in$/, (user) => void rig.ask({ do: 'sign-in', user, ready: true })],
    [/^(\S+) signs out$/, (user) => void rig.ask({ do: 'sign-out', user })],
    [/^(\S+) chooses not ready for (\S+)$/, (user, reason) => void rig.ask({ do: 'not-ready', user, reason })],
    [/^(\S+) signs in at (\S+)$/, (user, session) => void rig.ask({ do: 'sign-in', user, session, ready: true })],
    [/^(\S+) chooses ready at (\S+)$/, (user, session) => void rig.ask({ do: 'ready', user, session })],
    [
      /^somebody who saw version (\d+) sets (\S+) ready$/,
      (seen, user) => void rig.ask({ do: 'ready', user, seen: Number(seen) }),
    ],
    [
      /^(\S+) extends the wrap-up by (\S+)$/,
      (user, by) => void rig.ask({ do: 'extend-wrap-up', user, byMs: duration(by) }),
    ],
    [/^the core trips over (c\d+) twice$/, (call) => rig.post({ type: 'set-aside', call: `cb-e1-${call}` })],
    [/^(\S+) ends the wrap-up$/, (user) => void rig.ask({ do: 'end-wrap-up', user })],
    [/^somebody hangs up (c\d+)$/, (call) => void rig.ask({ do: 'hang-up', call: `cb-e1-${call}` })],
    [
      /^somebody moves (c\d+) to (.+)$/,
      (call, to) => void rig.ask({ do: 'move', call: `cb-e1-${call}`, to: destinationOf(to) }),
    ],
    [/^the connection is lost for (\S+)$/, (time) => rig.asterisk.loseConnection(duration(time))],
    [/^Asterisk dies for (\S+)$/, (time) => rig.asterisk.crash(duration(time))],
    [/^the daemon dies for (\S+)$/, (time) => dieFor(rig.kill, duration(time))],
    [/^the daemon dies at its next commit for (\S+)$/, (time) => dieFor(rig.killAtCommit, duration(time))],
    [/^who is given to the dialplan stays with us, for (\S+)$/, (time) => keepGiven(duration(time))],
    [/^group (\S+) is removed$/, (id) => removeGroup(id)],
    [/^user (\S+) is removed$/, (id) => removeUser(id)],
    [/^(group \S+ \d+: .*)$/, (line) => changeGroup(groupOf(line))],
    [/^a new day begins, (\S+)$/, (day) => rig.post({ type: 'calendar', day })],
    [/^somebody asks to (drain|undrain)$/, (what) => void rig.ask({ do: what === 'drain' ? 'drain' : 'undrain' })],
    [/^the disk is full for (\S+)$/, (time) => fillDisk(duration(time))],
    [/^time passes$/, () => undefined],
    [/^somebody asks why (c\d+)$/, (call) => say(whyCall(rig, `cb-e1-${call}`))],
    [/^somebody counts who was asked$/, () => say([offersCounted(rig)])],
    [/^(\S+) asks why their phone is silent$/, (user) => say(whySilent(rig, user))],
  ];

  /** `ann may dial national mobile, showing +33…, 1 at once, 2 a minute, 10 minutes a day`. */
  function allow(who: string, what: string): void {
    const place = users.indexOf(userOf(who));
    users[place] = { ...userOf(who), calling: rightsFrom(what) };
  }

  function setTransport(who: string, transport: string): void {
    const place = users.indexOf(userOf(who));
    users[place] = { ...userOf(who), transports: { [phoneOf(who)]: transport as PhoneTransport } };
    sendSettings();
  }

  /** What is answered to a question, as lines of their own. */
  function say(lines: readonly string[]): void {
    const time = clock(rig.scheduler.now());
    for (const line of lines) written.push({ time, text: `| ${line.replaceAll(/cb-e\d+-/g, '')}` });
  }

  function dieFor(die: () => void, ms: number): void {
    die();
    rig.scheduler.after(ms, () => rig.start());
  }

  /** Every `continue` of that time is lost. */
  function keepGiven(ms: number): void {
    rig.asterisk.faults.stays = 1_000;
    rig.scheduler.after(ms, () => {
      rig.asterisk.faults.stays = 0;
    });
  }

  function fillDisk(ms: number): void {
    rig.store.isFull = true;
    rig.scheduler.after(ms, () => {
      rig.store.isFull = false;
    });
  }

  function removeGroup(id: string): void {
    groups.splice(
      groups.findIndex((group) => group.id === id),
      1,
    );
    sendSettings({ queues: [id] });
  }

  function removeUser(id: string): void {
    users.splice(
      users.findIndex((user) => user.id === id),
      1,
    );
    sendSettings({ users: [id] });
  }

  function changeGroup(group: QueueSettings): void {
    const place = groups.findIndex(({ id }) => id === group.id);
    groups.splice(place === -1 ? groups.length : place, 1, group);
    sendSettings();
  }

  return stage;
}

function whyCall(rig: Rig, id: string): readonly string[] {
  const world = rig.world();
  const call = world?.state.calls.get(id);
  const offers = rig.facts.flatMap((fact) => {
    if (fact.type !== 'offer-made' || fact.call !== id) return [];
    const named = fact.why.named.map(({ agent, ...why }) => `  ${agent}: ${reasonWords(why)}`);
    return [`offered to ${fact.agent} (${winnerWords(fact.why, fact.at)})`, ...named];
  });
  if (!world || !call) return offers;
  return [...offers, 'and now:', ...callLines(explainCall(world, call, rig.scheduler.now(), 20))];
}

function whySilent(rig: Rig, user: string): readonly string[] {
  const world = rig.world();
  const agent = world?.state.agents.get(user);
  return world && agent ? agentLines(explainAgent(world, agent, rig.scheduler.now())) : [`${user} is no agent`];
}

/** `ann 9 times, ben 3 times`, of all calls so far. */
function offersCounted({ facts }: Rig): string {
  const counts = new Map<string, number>();
  for (const fact of facts) if (fact.type === 'offer-made') counts.set(fact.agent, (counts.get(fact.agent) ?? 0) + 1);
  const words = [...counts].sort().map(([agent, times]) => `${agent} ${times === 1 ? 'once' : `${times} times`}`);
  return words.join(', ');
}

function setPhone(rig: Rig, id: string, what: string): void {
  const phone = rig.asterisk.phone(id);
  if (phone === undefined) throw new Error(`there is no phone ${id}`);
  const said = what.replace(/^phone /, '');
  if (said === 'is not there') phone.isRegistered = false;
  else phone.behaviour = behaviourOf(said);
}

function withMark(words: string | null): string | null {
  return words === null ? null : `→ ${words}`;
}
