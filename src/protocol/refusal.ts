/** The codes with which a request is refused. Those of the core's own replies come on top. */
export type RefusalCode =
  | 'invalid'
  | 'taken'
  | 'in-use'
  | 'out-of-range'
  | 'no-extension'
  | 'no-context'
  | 'no-browser-phone'
  | 'not-ours'
  | 'unchangeable'
  | 'in-another-group'
  | 'too-many-queues'
  | 'not-member'
  | 'costly'
  | 'changed-since'
  | 'not-undoable'
  | 'unknown-user'
  | 'unknown-group'
  | 'unknown-queue'
  | 'unknown-reason'
  | 'unknown-call'
  | 'call-ended'
  | 'unknown-phone'
  | 'unknown-trunk'
  | 'unknown-number'
  | 'unknown-site'
  | 'unknown-extension'
  | 'unknown-entry'
  | 'not-found'
  | 'past-not-kept'
  | 'engine-silent'
  | 'pbx-failed'
  | 'internal';

/** The body of every answer that is not 2xx: a code for programs, a line for people, the field concerned if one is. */
export type RefusalBody = {
  readonly error: { readonly code: string; readonly message: string; readonly field?: string };
};
