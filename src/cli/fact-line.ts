import pc from 'picocolors';
import type { Fact, NumberedFact } from '../core/facts.ts';
import { printDestination } from '../directory/destination.ts';
import { dateAndTime } from './moment.ts';
import { stationWords } from './station-words.ts';

/**
 * One fact as one line for people. With `sinceMs` (ms since 1970, such as a call's arrival) it begins with the
 * milliseconds since then, else with the local time of day and the id of the call.
 */
export function factLine(fact: NumberedFact, sinceMs?: number): string {
  const [colour, text] = said(fact);
  if (sinceMs !== undefined) {
    return `${pc.dim(`${`+${fact.at - sinceMs}`.padStart(8)} ms`)}  ${colour(text)}`;
  }
  const call = 'call' in fact && fact.call !== null ? fact.call : '';
  return `${pc.dim(timeOfDay(fact.at))}  ${pc.dim(call.padEnd(18))}  ${colour(text)}`;
}

/** `14:03:07.250`, in the machine's zone. */
export function timeOfDay(atMs: number): string {
  const at = new Date(atMs);
  const two = (n: number): string => String(n).padStart(2, '0');
  const ms = String(at.getMilliseconds()).padStart(3, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${ms}`;
}

type Colour = (text: string) => string;
const plain: Colour = (text) => text;

function said(fact: NumberedFact): readonly [Colour, string] {
  switch (fact.type) {
    case 'call-arrived':
      return [pc.bold, `call arrived: ${arrivedFrom(fact)} dialled ${fact.dialled}`];
    case 'call-queued':
      return [plain, `waiting in ${fact.queue} (${queuedWith(fact)})`];
    case 'call-connected':
      return [
        pc.green,
        `talking${fact.user === null ? ' to somebody outside' : ` to ${fact.user}`}, after ${seconds(fact.waitedMs)} of waiting`,
      ];
    case 'call-overflowed':
      return [pc.yellow, `overflow from ${fact.queue} (${fact.why}) to ${printDestination(fact.to)}`];
    case 'call-ended':
      return [
        pc.bold,
        `call ended: ${fact.ending}, by the ${fact.by}; waited ${seconds(fact.waitedMs)}, talked ${seconds(fact.talkedMs)}`,
      ];
    case 'call-wish-ignored':
      return [pc.yellow, `its ${fact.wish} cannot be read, and is ignored: expected ${fact.expected}; got ${fact.got}`];
    case 'call-rekeyed':
      return [plain, `settings of ${fact.queue} changed: priority ${fact.priority}, needs ${fact.needs || 'nothing'}`];
    case 'call-rose':
      return [plain, `risen to priority ${fact.priority} in ${fact.queue}`];
    case 'call-relaxed':
      return [plain, `needs less in ${fact.queue}: ${fact.needs === '' ? 'nothing' : fact.needs}`];
    case 'tier-opened':
      return [plain, `tier ${fact.tier + 1} of ${fact.queue} opens (${fact.why})`];
    case 'wave-began':
      return [plain, `wave ${fact.wave} in ${fact.queue}: at most ${fact.most} ring`];
    case 'call-picked-up':
      return [pc.green, `picked up by ${fact.user}, from ${fact.rang.join(', ') || 'nobody'}`];
    case 'feature-dialled':
      return [
        pc.cyan,
        `${fact.user} dialled the code for ${fact.feature}${fact.rest}${fact.refused === null ? '' : `: refused, ${fact.refused}`}`,
      ];
    case 'offer-made':
      return [plain, `offered to ${fact.agent} (${whyChosen(fact)})`];
    case 'offer-rang':
      return [plain, `ringing at ${fact.agent}${fact.evidence === 'progress' ? ' (session progress)' : ''}`];
    case 'offer-confirming':
      return [plain, `answered at the number of ${fact.agent}: 1 is to be pressed`];
    case 'offer-announced':
      return [plain, `${fact.agent} hears ${fact.sound ?? 'a beep'} first`];
    case 'offer-answered':
      return [pc.green, `answered by ${fact.agent}`];
    case 'offer-ended':
      return offerEnded(fact);
    case 'agent-signed-in':
      return [pc.cyan, `${fact.agent} signed in${fact.session === null ? '' : ` at ${fact.session}`}`];
    case 'agent-station':
      return [pc.cyan, `${fact.agent} takes calls at ${stationWords(fact.station)}`];
    case 'station-barred':
      return [pc.yellow, `the number of ${fact.agent} is not rung for ${seconds(fact.until - fact.at)} (${fact.why})`];
    case 'agent-taken-over':
      return [pc.yellow, `${fact.agent} signed in at ${fact.session}: the sign-in at ${fact.from} is over`];
    case 'agent-removed':
      return [pc.cyan, `${fact.agent} is no longer a user`];
    case 'agent-signed-out':
      return [pc.cyan, `${fact.agent} signed out`];
    case 'agent-ready':
      return [
        pc.cyan,
        `${fact.agent} is ${fact.ready ? 'ready' : `not ready${fact.reason === null ? '' : ` (${fact.reason})`}`}${fact.pending ? ', after this call' : ''}`,
      ];
    case 'agent-work':
      return [
        pc.cyan,
        `${fact.agent}: ${fact.work}${fact.until === null ? '' : ` for ${seconds(fact.until - fact.at)}`}`,
      ];
    case 'agent-missed':
      return [
        pc.yellow,
        `${fact.agent} missed it: ${fact.misses} ${fact.misses === 1 ? 'miss' : 'misses'}${fact.notify === 'nobody' ? '' : `, tell ${fact.notify}`}`,
      ];
    case 'agent-held':
      return [
        pc.yellow,
        `RONA: ${fact.agent} is held ${fact.until === null ? 'until ready again' : `for ${seconds(fact.until - fact.at)}`} (step ${fact.step + 1} of the ladder)`,
      ];
    case 'agent-hold-ended':
      return [pc.cyan, `${fact.agent} is no longer held (${fact.why})`];
    case 'agent-overdue':
      return [
        pc.yellow,
        `${fact.agent} is not ready (${fact.reason}) for longer than the ${seconds(fact.limitMs)} that it allows`,
      ];
    case 'alarm-raised':
      return [pc.red, `alarm: ${fact.alarm}, ${fact.about}`];
    case 'alarm-ended':
      return [pc.dim, `alarm over: ${fact.alarm}, ${fact.about}`];
    case 'mass-missed':
      return [
        pc.red,
        `${fact.agents} of ${fact.of} agents at work in ${fact.queue} missed within seconds: nobody is held for it; look at the network`,
      ];
    case 'phone-registered-otherwise':
      return [pc.yellow, `${fact.phone} of ${fact.user} is set to ${fact.transport}, and registered by ${fact.by}`];
    case 'agent-reachable':
      return [pc.cyan, `${fact.agent} is ${fact.reachable ? 'reachable' : 'not reachable'} (${fact.why})`];
    case 'call-turned-away':
      return [pc.yellow, `handed to the fallback of the dialplan: ${fact.why}`];
    case 'draining':
      return [pc.yellow, fact.on ? 'draining: nothing new is begun' : 'no longer draining'];
    case 'call-barred':
      return [pc.yellow, `${fact.payer ?? fact.user} may not dial that: ${fact.class}, ${fact.why}`];
    case 'limit-reached':
      return [pc.red, `${fact.payer ?? fact.user} reached a limit: ${fact.limit}`];
    case 'first-international':
      return [pc.yellow, `the first call ever of ${fact.payer ?? fact.user} to another country`];
    case 'forward-refused':
      return [pc.yellow, `${forwards(fact)}: nobody is called there (${whyNotThere(fact)})`];
    case 'forward-followed':
      return [pc.yellow, `${forwards(fact)}: it goes on to ${printDestination(fact.to)}`];
    case 'call-sent-out':
      return [plain, `sent out to ${fact.number} (${fact.class}), on the account of ${fact.payer}`];
    case 'trunk-tried':
      return [plain, `going out by the trunk ${fact.trunk}`];
    case 'trunk-failed': {
      const code = fact.sip === 0 ? `cause ${fact.cause}` : `SIP ${fact.sip}`;
      return [pc.yellow, `not reached by the trunk ${fact.trunk} (${code})${fact.next ? ', trying the next one' : ''}`];
    }
    case 'trunk-full':
      return [pc.yellow, `the trunk ${fact.trunk} has all the calls that it may have`];
    case 'trunk-state':
      return [fact.up ? pc.green : pc.red, `the trunk ${fact.trunk} is ${fact.up ? 'up' : 'DOWN'} (${fact.why})`];
    case 'emergency-called':
      return [pc.red, `EMERGENCY: ${fact.user ?? fact.phone} dialled ${fact.dialled}${whileAway(fact.dialledAt)}`];
    case 'caller-id-chosen':
      return [pc.cyan, `${fact.user} shows ${fact.callerId ?? 'the usual number'} from now on`];
    case 'pbx-connected':
      return [pc.dim, 'Asterisk is connected'];
    case 'pbx-lost':
      return [pc.red, 'Asterisk is lost: no new offers until it is back'];
    case 'pbx-ready':
      return [pc.dim, `Asterisk is ready: ${fact.adopted} calls taken up again, ${fact.lost} lost`];
    case 'repaired':
      return [pc.yellow, `repaired ${fact.entity}: ${fact.what}`];
    case 'settings-applied':
      return [pc.dim, `settings of revision ${fact.revision} apply`];
    case 'day-began':
      return [pc.dim, `a new day: ${fact.day}`];
    case 'engine-started':
      return [pc.dim, `the engine started (epoch ${fact.epoch}, ${fact.calls} calls taken up)`];
  }
}

function forwards({ phone, user, said }: Extract<Fact, { type: 'forward-followed' | 'forward-refused' }>): string {
  return `the phone ${phone} of ${user} forwards (302)${said == null ? '' : ` to ${said}`}`;
}

function whyNotThere({ why, payer }: Extract<Fact, { type: 'forward-refused' }>): string {
  // Facts of before forwards were followed do not say.
  return `${why ?? 'policy'}${payer == null ? '' : `, on the account of ${payer}`}`;
}

function arrivedFrom(fact: Extract<Fact, { type: 'call-arrived' }>): string {
  // Facts of before there were trunks have neither.
  const trunk = fact.trunk ?? null;
  return fact.user ?? fact.phone ?? (trunk === null ? 'somebody from outside' : `somebody by the trunk ${trunk}`);
}

/** What is not the ordinary case, and how many wait. */
function queuedWith({ waiting, priority, needs }: Extract<Fact, { type: 'call-queued' }>): string {
  const said = [
    priority === 5 ? '' : `priority ${priority}`,
    (needs ?? '') === '' ? '' : `needs ${needs}`,
    `${waiting} waiting`,
  ];
  return said.filter((part) => part !== '').join(', ');
}

function whyChosen(fact: Extract<Fact, { type: 'offer-made' }>): string {
  const passedOver = Object.entries(fact.why.passedOver)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${count} ${reason}`);
  const others = passedOver.length === 0 ? '' : `; passed over: ${passedOver.join(', ')}`;
  return `${fact.why.strategy}, ${fact.why.idle} idle${others}`;
}

function offerEnded(fact: Extract<Fact, { type: 'offer-ended' }>): readonly [Colour, string] {
  const sip = fact.sip === 0 ? '' : `, SIP ${fact.sip}`;
  const why = fact.why === null ? '' : ` (${fact.why})`;
  const text = `offer to ${fact.agent} ended: ${fact.outcome}${why} after ${seconds(fact.rangMs)} of ringing${sip}`;
  return [fact.outcome === 'answered' ? pc.green : fact.outcome === 'rescinded' ? pc.dim : pc.yellow, text];
}

function seconds(ms: number): string {
  return ms >= 10_000 ? `${Math.round(ms / 1_000)} s` : `${(ms / 1_000).toFixed(1)} s`;
}

function whileAway(dialledAt: number | null | undefined): string {
  return dialledAt == null ? '' : ` at ${dateAndTime(dialledAt)}, while no daemon was there`;
}
