/** The port between our adapter and an Asterisk, real or simulated: raw ARI, as its documents say. */

/** One REST request. `uri` is the path below `/ari` with its query, already percent-encoded: `channels/x/dial?timeout=15`. */
export type AriRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly uri: string;
  readonly body?: unknown;
};

/** The answer. `status` 0: none came (time out, or the connection was lost). `body` is parsed JSON or null. */
export type AriResponse = { readonly status: number; readonly body: unknown };

/** An ARI event as Asterisk sends it: untrusted JSON with a `type`. */
export type AriEvent = { readonly type: string; readonly [key: string]: unknown };

export interface AriLink {
  /** Sends at once, in order; `done` is called exactly once, later, never before `request` returns. */
  request(request: AriRequest, done: (response: AriResponse) => void): void;
  close(): void;
}

export type AriHandlers = {
  /** The event socket is up, with the event filter set. */
  onUp(): void;
  onDown(why: string): void;
  onEvent(event: AriEvent): void;
  /** Another process took our application over: stop acting. */
  onReplaced(): void;
};
