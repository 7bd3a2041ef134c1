import type { Command, Hearing } from '../core/commands.ts';
import type { PbxEvent } from '../core/events.ts';
import type { NumberFormat } from '../core/outside.ts';
import type { HangUpCause } from '../core/settings.ts';
import type { AriLink, AriRequest, AriResponse } from './ari/port.ts';
import { dialUri, type EarlyDial } from './early-dial.ts';
import { sayingOf, sayRequest } from './saying.ts';
import { type SurveyLink, survey } from './survey.ts';
import { type CallerId, callerOf, seenLeg, trunkEndpoint } from './translate.ts';

/** A command for Asterisk: all but the answer to a person. */
export type PbxCommand = Exclude<Command, { do: 'reply' }>;

type Port = {
  readonly link: Pick<AriLink, 'request'>;
  /** For answers that grow with the load. */
  readonly lists: SurveyLink;
  /** Makes legs. */
  readonly early: Pick<EarlyDial, 'ring' | 'drop'>;
  readonly app: string;
  /** Whether this is a survey that found all as it should be. */
  readonly isAgreed: (event: PbxEvent) => boolean;
  /** A number outside as a carrier wants it. */
  readonly numberFor: (number: string, format: NumberFormat) => string;
  /** `caller`: who the event is about, kept apart from it. */
  readonly post: (event: PbxEvent, caller?: CallerId | null) => void;
};

/** Sends one command as one ARI request; what came of it, where it matters, is posted as an event. */
export function perform(command: PbxCommand, { link, lists, early, app, isAgreed, numberFor, post }: Port): void {
  const ask = (request: AriRequest, done: (response: AriResponse) => void = ignore) => link.request(request, done);
  switch (command.do) {
    case 'open-room':
      return ask({ method: 'POST', uri: `bridges?type=mixing&bridgeId=${command.call}` });
    case 'close-room':
      return ask({ method: 'DELETE', uri: `bridges/${command.call}` });
    case 'create-leg':
      return early.ring(command);
    case 'create-trunk-leg':
      return ask(trunkLegRequest(command, numberFor, app), refusal(command.leg, post));
    case 'dial-leg': {
      const uri = dialUri(command.leg, command.for, command.timeoutMs);
      return ask({ method: 'POST', uri }, refusal(command.leg, post));
    }
    case 'hang-up':
      early.drop(command.leg);
      return ask({ method: 'DELETE', uri: `channels/${id(command.leg)}?reason_code=${causes[command.cause]}` });
    case 'answer':
      return ask({ method: 'POST', uri: `channels/${id(command.leg)}/answer` });
    case 'say':
      return ask(sayRequest(command), ({ status }) => {
        // Without an answer it may be said all the same: then its end is an event, or its time runs out.
        if (status !== 0 && !isDone(status)) post({ type: 'leg-told', leg: command.leg });
      });
    case 'hush':
      return ask({ method: 'DELETE', uri: `playbacks/${sayingOf(command.leg)}` }, ({ status }) => {
        // It was over already: nothing else would say so.
        if (status === 404) post({ type: 'leg-told', leg: command.leg });
      });
    case 'progress':
      return ask({ method: 'POST', uri: `channels/${id(command.leg)}/progress` });
    case 'hear':
      return changeHearing(command.leg, command.was, command.what, ask);
    case 'join': {
      const uri = `bridges/${command.call}/addChannel?channel=${command.legs.map(id).join(',')}`;
      return ask({ method: 'POST', uri }, ({ status }) => {
        if (isDone(status)) post({ type: 'joined', call: command.call, legs: command.legs });
        else post({ type: 'join-refused', call: command.call, legs: command.legs, status });
      });
    }
    case 'lease':
      return ask(leaseRequest(command));
    case 'release': {
      const { context, exten, priority } = command.to;
      const place = `context=${encodeURIComponent(context)}&extension=${encodeURIComponent(exten)}&priority=${priority}`;
      return ask({ method: 'POST', uri: `channels/${id(command.leg)}/continue?${place}` });
    }
    case 'look':
      return ask({ method: 'GET', uri: `channels/${id(command.leg)}` }, ({ status, body }) => {
        if (status === 404) post({ type: 'leg-seen', leg: command.leg, found: null });
        else if (isDone(status))
          post({ type: 'leg-seen', leg: command.leg, found: seenLeg(body, app) }, callerOf(body));
      });
    case 'survey':
      return survey(lists, app, command, (event) =>
        post(isAgreed(event) ? { type: 'survey-agreed', askedAt: command.askedAt } : event),
      );
  }
}

/** Q.850 causes (ITU-T Q.850 §2.2.5) that Asterisk turns into SIP answers and Reason headers. */
const causes: Readonly<Record<HangUpCause, number>> = {
  normal: 16,
  busy: 17,
  'no-answer': 19,
  declined: 21,
  'answered-elsewhere': 26,
  unallocated: 1,
  unreachable: 20,
  congestion: 34,
};

function refusal(leg: string, post: Port['post']): (response: AriResponse) => void {
  return ({ status }) => {
    if (!isDone(status)) post({ type: 'leg-refused', leg, status });
  };
}

function changeHearing(leg: string, was: Hearing, what: Hearing, ask: (request: AriRequest) => void): void {
  if (was !== 'silence') ask({ method: 'DELETE', uri: `channels/${id(leg)}/${sounds[was]}` });
  if (what !== 'silence') ask({ method: 'POST', uri: `channels/${id(leg)}/${sounds[what]}` });
}

const sounds: Readonly<Record<Exclude<Hearing, 'silence'>, string>> = { music: 'moh', ringing: 'ring' };

/**
 * A leg outside is dialled with an identity of its own and not the caller's: `dial` without `caller` leaves the connected
 * line as it was set here, which is what res_pjsip_caller_id makes From and P-Asserted-Identity of. `i` keeps it from being
 * told to anybody before there is a dialog.
 */
function trunkLegRequest(
  command: Extract<Command, { do: 'create-trunk-leg' }>,
  numberFor: Port['numberFor'],
  app: string,
): AriRequest {
  const number = numberFor(command.number, command.format);
  const endpoint = encodeURIComponent(`PJSIP/${number}@${trunkEndpoint(command.trunk)}`);
  const identity =
    command.callerId === null
      ? {}
      : { 'CONNECTEDLINE(num,i)': command.callerId, 'CONNECTEDLINE(num-pres,i)': 'allowed_not_screened' };
  const headers = command.headers.map(([name, value]) => [`PJSIP_HEADER(add,${name})`, value] as const);
  return {
    method: 'POST',
    uri: `channels/create?endpoint=${endpoint}&app=${app}&channelId=${command.leg}&originator=${id(command.for)}`,
    body: { variables: { ...identity, ...Object.fromEntries(headers) } },
  };
}

/** The dead-man lease is the dialplan's `TIMEOUT(absolute)`; with a peer, its `T` extension joins the two again. */
function leaseRequest(command: Extract<Command, { do: 'lease' }>): AriRequest {
  const seconds = String(Math.ceil(command.leaseMs / 1000));
  const variables = { PEER: command.peer ?? '', CB_TALKED: command.talked ? '1' : '', 'TIMEOUT(absolute)': seconds };
  return { method: 'POST', uri: `channels/${id(command.leg)}/variables`, body: { variables } };
}

function id(leg: string): string {
  return encodeURIComponent(leg);
}

function isDone(status: number): boolean {
  return status >= 200 && status < 300;
}

function ignore(): void {}
