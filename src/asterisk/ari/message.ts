import type { AriEvent, AriRequest, AriResponse } from './port.ts';

/** A frame of the event WebSocket: the answer to a request of ours, or an event. */
export type AriMessage =
  | { readonly kind: 'response'; readonly id: number; readonly response: AriResponse }
  | { readonly kind: 'event'; readonly event: AriEvent };

/**
 * Writes a request as REST over the WebSocket wants it (Asterisk documentation, "ARI REST over WebSocket"): a body is
 * a string of its own with its content type.
 */
export function encodeRequest(id: number, request: AriRequest): string {
  return JSON.stringify({
    type: 'RESTRequest',
    request_id: String(id),
    method: request.method,
    uri: request.uri,
    ...(request.body === undefined
      ? undefined
      : { content_type: 'application/json', message_body: JSON.stringify(request.body) }),
  });
}

/** Reads one frame; null when it is not JSON, or not an object with a `type`. */
export function decodeMessage(text: string): AriMessage | null {
  const value = parse(text);
  if (!isObject(value) || typeof value.type !== 'string') return null;
  if (value.type !== 'RESTResponse') return { kind: 'event', event: value as AriEvent };
  const id = Number(value.request_id);
  const status = value.status_code;
  if (!Number.isSafeInteger(id) || typeof status !== 'number') return null;
  return { kind: 'response', id, response: { status, body: bodyOf(status, value.message_body) } };
}

/** Asterisk says what is wrong as `{message}` or as `{error}`; every refusal leaves here as `{message}`. */
function bodyOf(status: number, text: unknown): unknown {
  const body = typeof text === 'string' && text !== '' ? (parse(text) ?? null) : null;
  if (status < 400) return body;
  if (isObject(body)) {
    const said = body.message ?? body.error;
    return { message: typeof said === 'string' ? said : JSON.stringify(body) };
  }
  return { message: typeof text === 'string' ? text : '' };
}

/** `undefined` for what is no JSON: no JSON text has that value. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
