import type { CallerId } from './translate.ts';

/**
 * Asks a phone to answer by itself. There is no standard that all follow: most desk phones know `answer-after` of Call-Info
 * (RFC 5373 describes the wish), others the `info` of Alert-Info.
 */
export const autoAnswerHeaders: Readonly<Record<string, string>> = {
  'PJSIP_HEADER(add,Call-Info)': '<sip:cordboard.invalid>;answer-after=0',
  'PJSIP_HEADER(add,Alert-Info)': '<http://cordboard.invalid>;info=alert-autoanswer',
};

/** A name on a phone's screen is cut off there; this keeps it out of the way of the rest of the header. */
const longestName = 80;

/**
 * The identity of a leg that shows the queue: `support: Alice`, as the variables that it is made with. What res_pjsip_caller_id
 * makes From and P-Asserted-Identity of is the connected line. Of a caller who hides only the queue is shown.
 */
export function shownAs(queue: string, caller: CallerId | null): Readonly<Record<string, string>> {
  const hidden = caller === null || caller.withheld;
  const number = hidden ? '' : caller.number.replace(/[\p{Cc}\p{Cs}]/gu, '');
  const who = hidden ? '' : caller.name.replace(/[\p{Cc}\p{Cs}"<>]/gu, ' ').trim() || number;
  const name = who === '' ? queue : `${queue}: ${who}`;
  return {
    // A cut in the middle of a character leaves half of one, which no request can carry.
    'CONNECTEDLINE(name,i)': name.slice(0, longestName).replace(/\p{Cs}$/u, ''),
    'CONNECTEDLINE(name-pres,i)': 'allowed_not_screened',
    'CONNECTEDLINE(num,i)': number === '' ? 'anonymous' : number,
    'CONNECTEDLINE(num-pres,i)': 'allowed_not_screened',
  };
}
