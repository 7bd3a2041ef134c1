import type { Outcome } from '../facts.ts';

/** What is known of the end of a dialled leg. Times in ms; `rangMs` is null when the phone never showed an 18x. */
export type LegEnd = {
  /** Q.850 cause, and the final SIP status (RFC 3261 §21) or 0 where none is known. */
  readonly cause: number;
  readonly sip: number;
  readonly rangMs: number | null;
  /** How long the phone was given to show a sign of life, and how long it should ring. */
  readonly silentMs: number;
  readonly unreachableAfterMs: number;
  readonly ringMs: number;
};

/** Asterisk's own ring time out reports 480 too, and a second or so early is as good as rung out. */
const rungOutTolerance = 1_000;

/** The one table: every final SIP status × evidence of ringing → outcome. */
export function outcomeOf(end: LegEnd): Outcome {
  const rang = end.rangMs !== null;
  switch (end.sip) {
    case 300:
    case 301:
    case 302:
    case 305:
    case 380:
      return 'forwarded';
    case 404:
    case 410:
    case 604:
      return 'unreachable';
    case 408:
    case 503:
    case 504:
      return rang ? 'failed' : 'unreachable';
    case 480:
      return rungOut(end) ? 'no-answer' : rang ? 'declined' : silent(end) ? 'unreachable' : 'busy';
    case 486:
    case 600:
      return rang ? 'declined' : 'busy';
    case 403:
    case 603:
    case 607:
      return 'declined';
    case 0:
    case 487:
      return withoutStatus(end);
    default:
      return 'failed';
  }
}

/** No SIP status says it: the Q.850 cause (ITU-T Q.850 §2.2.5) and the evidence do. */
function withoutStatus(end: LegEnd): Outcome {
  switch (end.cause) {
    case 17:
      return end.rangMs === null ? 'busy' : 'declined';
    case 21:
      return 'declined';
    case 1:
    case 3:
    case 18:
    case 20:
    case 27:
      return end.rangMs === null ? 'unreachable' : 'failed';
    case 19:
    case 0:
    case 16:
      if (end.rangMs === null) return 'unreachable';
      return rungOut(end) ? 'no-answer' : 'short-ring';
    default:
      return 'failed';
  }
}

function rungOut(end: LegEnd): boolean {
  return end.rangMs !== null && end.rangMs + rungOutTolerance >= end.ringMs;
}

function silent(end: LegEnd): boolean {
  return end.silentMs + rungOutTolerance >= end.unreachableAfterMs;
}

/** Of the ends of an agent's several phones the weightiest counts: a person's word before a machine's. */
const weights: readonly Outcome[] = [
  'declined',
  'no-answer',
  'busy',
  'forwarded',
  'short-ring',
  'unreachable',
  'failed',
  'lost',
];

export function weightier(one: Outcome | null, other: Outcome): Outcome {
  if (one === null) return other;
  return weights.indexOf(one) <= weights.indexOf(other) ? one : other;
}
