import type { CallEnding } from '../facts.ts';
import type { HangUpCause } from '../settings.ts';

/** How a leg to a number outside ended before it was answered. */
export type TrunkEnd = {
  /** Q.850 cause, and the final SIP status or 0. */
  readonly cause: number;
  readonly sip: number;
  /** Whether there was any 18x. */
  readonly rang: boolean;
  /** We ended it: it was silent for too long. */
  readonly byUs: boolean;
  /** Asterisk could not even make or dial it. */
  readonly refused: boolean;
};

/** `next`: the trunk failed, and another one may do better. Else the number itself said no, and the caller hears how. */
export type TrunkVerdict = 'next' | { readonly ending: CallEnding; readonly cause: HangUpCause };

/**
 * The one table of final responses of a carrier (RFC 3261 §21, RFC 3398 §8.2.6.1). 4xx that speak of the account, and 5xx,
 * are the trunk's; what speaks of the number (404, 480, 484, 486, 603) would be the same everywhere.
 */
export function trunkVerdict(end: TrunkEnd): TrunkVerdict {
  if (end.refused) return 'next';
  if (end.byUs) return end.rang ? answers['no-answer'] : 'next';
  switch (end.sip) {
    case 401:
    case 402:
    case 403:
    case 407:
    case 408:
    case 488:
    case 500:
    case 501:
    case 502:
    case 503:
    case 504:
    case 505:
    case 513:
    case 580:
      return 'next';
    case 486:
    case 600:
      return answers.busy;
    case 603:
    case 607:
      return answers.declined;
    case 480:
    case 487:
      return answers['no-answer'];
    case 404:
    case 410:
    case 484:
    case 485:
    case 604:
      return answers.unallocated;
    case 0:
      return byCause(end);
    default:
      return answers.failed;
  }
}

/** Q.850 §2.2.5: normal events (1 to 31) are the number's, no circuit and out of order (34 to 47) the network's. */
function byCause({ cause, rang }: TrunkEnd): TrunkVerdict {
  switch (cause) {
    case 17:
      return answers.busy;
    case 21:
      return answers.declined;
    case 1:
    case 22:
    case 28:
      return answers.unallocated;
    case 18:
    case 19:
    case 16:
      return rang ? answers['no-answer'] : 'next';
    case 2:
    case 3:
    case 20:
    case 27:
    case 34:
    case 38:
    case 41:
    case 42:
    case 44:
    case 47:
    case 58:
    case 127:
    case 0:
      return 'next';
    default:
      return answers.failed;
  }
}

const answers = {
  busy: { ending: 'busy', cause: 'busy' },
  'no-answer': { ending: 'no-answer', cause: 'no-answer' },
  // Asterisk would make a 403 of Q.850's "call rejected", which a phone shows as an error of its own.
  declined: { ending: 'declined', cause: 'busy' },
  unallocated: { ending: 'unallocated', cause: 'unallocated' },
  failed: { ending: 'failed', cause: 'congestion' },
} as const;
