/** What a simulated phone does with a call that comes in. Times count from the INVITE, in ms. */
export type Behaviour =
  /** 180 after `ringAfterMs` (0 by default), 200 after `afterMs`. `ringAfterMs: null` answers without ever ringing. */
  | { readonly kind: 'answer'; readonly afterMs: number; readonly ringAfterMs?: number | null }
  /** 180 at once, then this final code (400 to 699) after `afterMs`; `ring: false` leaves the 180 out. */
  | { readonly kind: 'decline'; readonly sip: number; readonly afterMs: number; readonly ring?: boolean }
  /** 180 and then nothing: the phone rings out. */
  | { readonly kind: 'ignore' }
  /** A 100 from the SIP stack and nothing else: a phone whose application hangs. */
  | { readonly kind: 'silent' }
  /** 183 with a session description, never 180, and then nothing. */
  | { readonly kind: 'progress-only' }
  /** 302 with a Contact: an extension (`1009`) or a whole SIP URI. */
  | { readonly kind: 'redirect'; readonly to: string; readonly afterMs?: number }
  /** Only what the test does with the incoming call's methods. */
  | { readonly kind: 'manual' };
