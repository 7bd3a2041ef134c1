import type { Command } from '../../src/core/commands.ts';
import type { NumberedFact } from '../../src/core/facts.ts';
import type { Destination } from '../../src/core/settings.ts';

/** Turns ids into what a reader calls them: `cb-e1-c4` → `c4`, a caller's channel → `Anna`, a phone → `ann's phone`. */
export type Names = (id: string) => string;

/** A time in seconds since the scenario began, to a tenth. */
export type Clock = (at: number) => string;

/** One command as a line; null for those that only keep things alive. */
export function commandWords(command: Command, name: Names): string | null {
  switch (command.do) {
    case 'open-room':
      return `open a room for ${name(command.call)}`;
    case 'close-room':
      return `close the room of ${name(command.call)}`;
    case 'create-leg':
      return `ring ${name(command.leg)} at ${name(command.phone)}, for ${seconds(command.timeoutMs)} at most`;
    case 'create-trunk-leg': {
      const shown = command.callerId === null ? '' : `, showing ${command.callerId}`;
      return `make leg ${name(command.leg)} to ${command.number} over ${command.trunk}${shown}`;
    }
    case 'progress':
      return `${name(command.leg)} hears what there is, unanswered`;
    case 'dial-leg':
      return `ring ${name(command.leg)} now that it is there, for ${seconds(command.timeoutMs)} at most`;
    case 'hang-up':
      return `hang up ${name(command.leg)}: ${command.cause}`;
    case 'answer':
      return `answer ${name(command.leg)}`;
    case 'say':
      if (command.what === 'announce') return `${name(command.leg)} hears ${command.sound ?? 'a beep'}`;
      return `${name(command.leg)} is asked to press 1, for ${seconds(command.forMs)}`;
    case 'hush':
      return `${name(command.leg)} is asked no more`;
    case 'hear':
      return `${name(command.leg)} hears ${command.what}`;
    case 'join':
      return `join ${command.legs.map(name).join(' and ')} in ${name(command.call)}`;
    case 'lease':
      return command.peer === null ? null : `should we die, ${name(command.leg)} stays with ${name(command.peer)}`;
    case 'release':
      return `give ${name(command.leg)} to the dialplan: ${destinationWords(command.to)}`;
    case 'look':
      return `look whether ${name(command.leg)} is still there`;
    case 'survey':
      return command.full ? 'ask Asterisk for everything' : null;
    case 'reply':
      return command.error === null ? null : `refuse: ${command.error.code}`;
  }
}

/** One fact as a line; null for those that say nothing in a scenario. */
export function factWords(fact: NumberedFact, name: Names, clock: Clock): string | null {
  const until = (at: number | null): string => (at === null ? '' : ` until ${clock(at)}`);
  switch (fact.type) {
    case 'call-arrived':
      return `call ${name(fact.call)} arrived for ${fact.dialled}${fact.user === null ? '' : `, from ${fact.user}`}${fact.trunk === null ? '' : `, by ${fact.trunk}`}`;
    case 'call-queued':
      return `call ${name(fact.call)} waits in ${fact.queue}, ${fact.waiting} waiting`;
    case 'call-connected':
      return `call ${name(fact.call)} is with ${fact.user ?? 'somebody outside'}, after ${seconds(fact.waitedMs)}`;
    case 'call-overflowed':
      return `call ${name(fact.call)} moves on to ${destinationWords(fact.to)}: ${fact.why}`;
    case 'call-ended':
      return `call ${name(fact.call)} ended ${fact.ending}, by the ${fact.by}${fact.talkedMs > 0 ? `, talked ${seconds(fact.talkedMs)}` : ''}`;
    case 'call-wish-ignored':
      return `the ${fact.wish} of ${name(fact.call)} cannot be read: ${fact.got}`;
    case 'call-rekeyed':
      return `${name(fact.call)} has another place or other needs in ${fact.queue}`;
    case 'call-rose':
      return `${name(fact.call)} rises to priority ${fact.priority}`;
    case 'call-relaxed':
      return `${name(fact.call)} needs no more than ${fact.needs === '' ? 'nothing' : fact.needs}`;
    case 'tier-opened':
      return `tier ${fact.tier + 1} of ${fact.queue} opens to ${name(fact.call)}: ${fact.why}`;
    case 'wave-began':
      return `wave ${fact.wave} of ${name(fact.call)}: ${fact.most} may ring`;
    case 'call-picked-up':
      return `${fact.user} picks up call ${name(fact.call)}, which rang at ${fact.rang.join(' and ')}`;
    case 'feature-dialled':
      return `${fact.user} dials the code for ${fact.feature}${fact.rest}${fact.refused === null ? '' : `: refused, ${fact.refused}`}`;
    case 'offer-made':
      return `${fact.agent} is offered ${name(fact.call)}`;
    case 'offer-rang':
      return `${fact.agent}'s phone shows ${fact.evidence}`;
    case 'offer-confirming':
      return `somebody answered at ${fact.agent}'s number, and has to press 1`;
    case 'offer-announced':
      return `${fact.agent} hears the sound of the queue first`;
    case 'offer-answered':
      return `${fact.agent} answered ${name(fact.call)}`;
    case 'offer-ended': {
      const rang = fact.rangMs > 0 ? `, rang ${seconds(fact.rangMs)}` : '';
      return `the offer of ${name(fact.call)} to ${fact.agent} ended ${fact.outcome}${fact.why === null ? '' : ` (${fact.why})`}${rang}`;
    }
    case 'agent-signed-in':
      return `${fact.agent} signed in${fact.session === null ? '' : ` at ${fact.session}`}`;
    case 'agent-station':
      return `${fact.agent} takes calls at ${fact.station.kind === 'number' ? fact.station.number : fact.station.kind}`;
    case 'station-barred':
      return `${fact.agent}'s number is not rung${until(fact.until)}: ${fact.why}`;
    case 'agent-taken-over':
      return `${fact.agent} signed in at ${fact.session}, which ends the sign-in at ${fact.from}`;
    case 'agent-removed':
      return `${fact.agent} is no longer an agent`;
    case 'agent-signed-out':
      return `${fact.agent} signed out`;
    case 'agent-ready':
      return `${fact.agent} is ${fact.ready ? 'ready' : 'not ready'}${fact.pending ? ', for afterwards' : ''}`;
    case 'agent-work':
      return `${fact.agent} is ${fact.work}${until(fact.until)}`;
    case 'call-barred':
      return `call ${name(fact.call)} is barred, ${fact.class}: ${fact.why}${fact.payer === fact.user ? '' : `, on the account of ${fact.payer}`}`;
    case 'limit-reached':
      return `${fact.payer} reached the limit of ${fact.limit}`;
    case 'first-international':
      return `${fact.payer} calls another country for the first time`;
    case 'forward-refused':
      return `${name(fact.phone)} forwards ${name(fact.call)} to ${fact.said ?? 'nowhere'}, and nobody is called there: ${fact.why}${fact.payer === null ? '' : `, on the account of ${fact.payer}`}`;
    case 'forward-followed':
      return `${name(fact.phone)} forwards ${name(fact.call)} to ${fact.said}: it goes on to ${destinationWords(fact.to)}`;
    case 'call-sent-out':
      return `call ${name(fact.call)} is sent out to ${fact.number}, ${fact.class}, on the account of ${fact.payer}`;
    case 'trunk-tried':
      return `call ${name(fact.call)} tries ${fact.trunk}`;
    case 'trunk-failed':
      return `call ${name(fact.call)} failed over ${fact.trunk} with ${fact.sip || `cause ${fact.cause}`}, ${fact.next ? 'the next one may do' : 'and so would every other'}`;
    case 'trunk-full':
      return `${fact.trunk} is full`;
    case 'trunk-state':
      return `${fact.trunk} is ${fact.up ? 'up' : 'down'}: ${fact.why}`;
    case 'emergency-called':
      return `${fact.user ?? fact.phone} called for help: ${fact.dialled}`;
    case 'caller-id-chosen':
      return `${fact.user} shows ${fact.callerId ?? 'the usual number'}`;
    case 'phone-registered-otherwise':
      return `${name(fact.phone)} came by ${fact.by}, and is set to ${fact.transport}`;
    case 'agent-missed':
      return `${fact.agent} has missed ${fact.misses}${fact.notify === 'nobody' ? '' : `, the ${fact.notify} to be told`}`;
    case 'agent-held':
      return `${fact.agent} is held${fact.until === null ? ' until they choose ready' : until(fact.until)}`;
    case 'agent-hold-ended':
      return `${fact.agent} is no longer held: ${fact.why}`;
    case 'agent-overdue':
      return `${fact.agent} is not ready (${fact.reason}) for longer than the ${seconds(fact.limitMs)} it allows`;
    case 'alarm-raised':
      return `an alarm is raised: ${fact.alarm}, ${fact.about}`;
    case 'alarm-ended':
      return `the alarm is over: ${fact.alarm}, ${fact.about}`;
    case 'mass-missed': {
      const forgiven = fact.forgiven.length === 0 ? '' : `, forgiven: ${fact.forgiven.join(' ')}`;
      return `${fact.agents} of ${fact.of} agents at work in ${fact.queue} missed within seconds${forgiven}`;
    }
    case 'agent-reachable':
      return `${fact.agent} is ${fact.reachable ? 'reachable' : 'unreachable'}: ${fact.why}`;
    case 'pbx-connected':
      return 'Asterisk is connected';
    case 'pbx-lost':
      return 'Asterisk is lost';
    case 'pbx-ready':
      return `Asterisk is known again: ${fact.adopted} adopted, ${fact.lost} lost`;
    case 'call-turned-away':
      return `call ${name(fact.call)} is turned away: ${fact.why}`;
    case 'draining':
      return fact.on ? 'the daemon drains' : 'the daemon drains no more';
    case 'repaired':
      return `repaired ${fact.what} of ${name(fact.entity)}`;
    case 'day-began':
      return `it is ${fact.day}`;
    case 'engine-started':
      return `the daemon started with ${fact.calls} calls`;
    case 'settings-applied':
      return null;
  }
}

function destinationWords(to: Destination): string {
  switch (to.to) {
    case 'group':
      return `group ${to.group}`;
    case 'queue':
      return `queue ${to.queue}`;
    case 'user':
      return `user ${to.user}`;
    case 'number':
      return `number ${to.number}${to.otherwise === undefined ? '' : `, or else ${destinationWords(to.otherwise)}`}`;
    case 'dialplan':
      return `${to.exten} of ${to.context}`;
    case 'hang-up':
      return `a hang-up, ${to.cause}`;
  }
}

function seconds(ms: number): string {
  return `${(Math.round(ms / 100) / 10).toFixed(1)}s`;
}
