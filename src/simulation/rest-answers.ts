import type { AriRequest, AriResponse } from '../asterisk/ari/port.ts';

/** One request, taken apart. */
export type Asked = {
  readonly method: AriRequest['method'];
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
};

/** The answers that there are. */
export const done: AriResponse = { status: 204, body: null };
export const ok = (body: unknown): AriResponse => ({ status: 200, body });
export const fail = (status: number, message: string): AriResponse => ({ status, body: { message } });
