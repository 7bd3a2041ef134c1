import { type IncomingMessage, request } from 'node:http';
import { userInfo } from 'node:os';
import type { RefusalBody } from '../protocol/refusal.ts';
import { Failure } from './failure.ts';

/** Speaks REST with the daemon over its Unix socket. Every method throws a `Failure`. */
export type ApiClient = {
  /** `patienceMs`: how long an answer may take, where it may take longer than those of most requests. */
  get<T>(path: string, patienceMs?: number): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  delete<T>(path: string): Promise<T>;
  /** Calls `onLine` with each line that is not empty, until the daemon ends the stream or `signal` is aborted. */
  lines(path: string, onLine: (line: string) => void, signal?: AbortSignal): Promise<void>;
};

/** Longer than the daemon's own deadlines, so that its reason is heard. */
const PATIENCE_MS = 30_000;

export function createClient(socket: string): ApiClient {
  const call = async <T>(method: string, path: string, body?: unknown, patienceMs = PATIENCE_MS): Promise<T> => {
    const response = await send(socket, method, path, body, patienceMs);
    const text = await textOf(response);
    if ((response.statusCode ?? 500) >= 300) {
      throw refusalOf(text, response.statusCode ?? 500);
    }
    return JSON.parse(text) as T;
  };
  return {
    get: (path, patienceMs) => call('GET', path, undefined, patienceMs),
    post: (path, body) => call('POST', path, body ?? {}),
    patch: (path, body) => call('PATCH', path, body),
    put: (path, body) => call('PUT', path, body),
    delete: (path) => call('DELETE', path),
    async lines(path, onLine, signal) {
      const response = await send(socket, 'GET', path, undefined, null, signal);
      if (response.statusCode !== 200) {
        throw refusalOf(await textOf(response), response.statusCode ?? 500);
      }
      let rest = '';
      response.setEncoding('utf8');
      try {
        for await (const chunk of response) {
          const parts = (rest + String(chunk)).split('\n');
          rest = parts.pop() ?? '';
          for (const line of parts) if (line !== '') onLine(line);
        }
      } catch (error) {
        if (signal?.aborted !== true) {
          throw new Failure('stream-lost', `The daemon ended the stream (${reason(error)}): run the command again`);
        }
      }
    },
  };
}

function send(
  socketPath: string,
  method: string,
  path: string,
  body: unknown,
  patienceMs: number | null,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? null : JSON.stringify(body);
    const headers = {
      'x-cordboard-who': who(),
      ...(text === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    };
    const asked = request({ socketPath, method, path, headers, ...(signal === undefined ? {} : { signal }) }, resolve);
    if (patienceMs !== null) {
      asked.setTimeout(patienceMs, () => asked.destroy(new Error(`no answer within ${patienceMs / 1000} s`)));
    }
    asked.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') {
        reject(new Failure('no-daemon', `no daemon answers on ${socketPath}; start it with cordboard serve`));
      } else if (error.code === 'EACCES') {
        reject(
          new Failure('not-allowed', `${socketPath} belongs to another user: run the command as the daemon's owner`),
        );
      } else {
        reject(new Failure('connection-lost', `the daemon on ${socketPath} did not answer: ${reason(error)}`));
      }
    });
    asked.end(text ?? undefined);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function refusalOf(text: string, status: number): Failure {
  try {
    const { error } = JSON.parse(text) as RefusalBody;
    return new Failure(error.code, error.message, 1, error.field);
  } catch {
    return new Failure('internal', `the daemon answered ${status}: ${text.slice(0, 200)}`);
  }
}

/** The daemon's audit names who did what. */
function who(): string {
  try {
    const { username, uid } = userInfo();
    return `${username}(${uid})`;
  } catch {
    return `uid(${process.getuid?.() ?? -1})`;
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
