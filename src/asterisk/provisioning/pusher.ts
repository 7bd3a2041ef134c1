import type { Attributes } from './endpoint.ts';

/** An answer of Asterisk; status 0: none came, and `message` says why. */
export type PushAnswer = { readonly status: number; readonly body: unknown; readonly message: string };
export type ObjectType = 'auth' | 'aor' | 'endpoint' | 'identify' | 'registration';

/** ARI's `asterisk/config/dynamic` for PJSIP objects, and the list of endpoints. */
export type Pusher = {
  get(type: ObjectType, id: string): Promise<PushAnswer>;
  put(type: ObjectType, id: string, attributes: Attributes): Promise<PushAnswer>;
  delete(type: ObjectType, id: string): Promise<PushAnswer>;
  /** All PJSIP endpoints: a list of objects with `resource`, the name. */
  endpoints(): Promise<PushAnswer>;
};

/** At most so many requests at once: more are no faster, and each takes one of Asterisk's HTTP sessions. */
const atOnce = 8;

/** Plain HTTP with kept-alive connections; each request has a deadline of `requestMs` (default 5,000). */
export function createPusher(options: {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly secret: string;
  readonly requestMs?: number;
}): Pusher {
  const authority = options.host.includes(':') ? `[${options.host}]` : options.host;
  const base = `http://${authority}:${options.port}/ari`;
  const authorization = `Basic ${Buffer.from(`${options.user}:${options.secret}`).toString('base64')}`;
  const turns = createTurns(atOnce);

  async function request(method: string, path: string, body?: unknown): Promise<PushAnswer> {
    await turns.take();
    try {
      const response = await fetch(`${base}/${path}`, {
        method,
        headers: { authorization, ...(body === undefined ? undefined : { 'content-type': 'application/json' }) },
        ...(body === undefined ? undefined : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(options.requestMs ?? 5_000),
        redirect: 'error',
      });
      const text = await response.text();
      const parsed = parse(text);
      return { status: response.status, body: parsed, message: response.ok ? '' : said(parsed, text) };
    } catch (error) {
      return { status: 0, body: null, message: reason(error) };
    } finally {
      turns.give();
    }
  }

  const path = (type: ObjectType, id: string) => `asterisk/config/dynamic/res_pjsip/${type}/${encodeURIComponent(id)}`;
  return {
    get: (type, id) => request('GET', path(type, id)),
    put: (type, id, attributes) =>
      request('PUT', path(type, id), { fields: attributes.map(([attribute, value]) => ({ attribute, value })) }),
    delete: (type, id) => request('DELETE', path(type, id)),
    endpoints: () => request('GET', 'endpoints/PJSIP'),
  };
}

/** So many may go at once; the others wait in order. */
function createTurns(count: number): { take(): Promise<void>; give(): void } {
  const waiting: (() => void)[] = [];
  let free = count;
  return {
    take() {
      if (free > 0) {
        free -= 1;
        return Promise.resolve();
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
    give() {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    },
  };
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** Asterisk says what is wrong as `{message}` or as `{error}`. */
function said(body: unknown, text: string): string {
  if (typeof body !== 'object' || body === null) return text.slice(0, 200);
  const { message, error } = body as { message?: unknown; error?: unknown };
  return String(message ?? error ?? '');
}

/** fetch's own message is "fetch failed"; what failed is in the cause. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
