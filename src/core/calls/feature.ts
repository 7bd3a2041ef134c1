import { type DialledFeature, featureOf } from '../features.ts';
import { askOf } from '../intents.ts';
import { compareIds } from '../ordered.ts';
import type { PhoneId, UserId } from '../settings.ts';
import type { LegId } from '../state.ts';
import { send, type Turn, tell } from '../turn.ts';
import { hasCallInHand, pickUp } from './pickup.ts';

/** What the dialplan says to the phone: an extension of the context `cordboard-said`. */
type Said = 'signed-in' | 'signed-out' | 'ready' | 'not-ready' | 'wrap-up-ended' | 'nothing-rings' | 'refused';

/**
 * A phone of ours dialled a feature code. It is no call: what was asked is done or refused at once, and the channel goes back to
 * the dialplan, which says so and hangs up; or it takes over a call that rings. False when the number is no code.
 */
export function dialFeature(turn: Turn, leg: LegId, dialled: string, phone: PhoneId | null): boolean {
  const { state, index } = turn.world;
  const user = phone === null ? undefined : index.phoneUser.get(phone);
  const feature = featureOf(state.meta.features, dialled);
  if (feature === null || phone === null || user === undefined) return false;
  if (feature.name === 'pickup') {
    const isBusy = hasCallInHand(turn, user);
    const taken = !isBusy && pickUp(turn, leg, phone, user, feature.rest);
    told(turn, user, feature, taken ? null : isBusy ? 'in-a-call' : 'nothing-rings');
    if (!taken) say(turn, leg, isBusy ? 'refused' : 'nothing-rings');
    return true;
  }
  const refused = perform(turn, user, feature);
  told(turn, user, feature, refused);
  say(turn, leg, refused === null ? said[feature.name] : 'refused');
  return true;
}

const said: Readonly<Record<Exclude<DialledFeature['name'], 'pickup'>, Said>> = {
  signIn: 'signed-in',
  signOut: 'signed-out',
  ready: 'ready',
  notReady: 'not-ready',
  endWrapUp: 'wrap-up-ended',
};

/** Why it was not done, as a code; null when it was. */
function perform(turn: Turn, user: UserId, { name, rest }: DialledFeature): string | null {
  switch (name) {
    case 'signIn':
      return askOf(turn, { do: 'sign-in', user, ready: true })?.code ?? null;
    case 'signOut':
      return askOf(turn, { do: 'sign-out', user })?.code ?? null;
    case 'ready':
      return askOf(turn, { do: 'ready', user })?.code ?? null;
    case 'notReady': {
      const reason = reasonAt(turn, rest);
      return reason === undefined ? 'unknown-reason' : (askOf(turn, { do: 'not-ready', user, reason })?.code ?? null);
    }
    case 'endWrapUp':
      return askOf(turn, { do: 'end-wrap-up', user })?.code ?? null;
    case 'pickup':
      return 'nothing-rings';
  }
}

function told(turn: Turn, user: UserId, { name, rest }: DialledFeature, refused: string | null): void {
  tell(turn, { type: 'feature-dialled', user, feature: name, rest, refused });
}

function say(turn: Turn, leg: LegId, exten: Said): void {
  send(turn, { do: 'release', leg, to: { to: 'dialplan', context: 'cordboard-said', exten, priority: 1 } });
}

/** The so-many-th reason in the order of their names; null with no number, undefined where there is none. */
function reasonAt(turn: Turn, rest: string): string | null | undefined {
  return rest === '' ? null : [...turn.world.state.reasons.keys()].sort(compareIds)[Number(rest) - 1];
}
