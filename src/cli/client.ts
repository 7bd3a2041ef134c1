import { type IncomingMessage, request } from 'node:http';
import { userInfo } from 'node:os';
import { whyOf } from '../lib/why.ts';
import type { RefusalBody } from '../protocol/refusal.ts';
import type { PastProgress, WhyLine } from '../protocol/why.ts';
import { Failure } from './failure.ts';

/** Speaks REST with the daemon over its Unix socket. Every method throws a `Failure`. */
export type ApiClient = {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  /** Like `post`, for many at once, which may take minutes: what is answered once, such as passwords, must not be given up. */
  postMany<T>(path: string, body: unknown): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  delete<T>(path: string): Promise<T>;
  /** Like `get`, for what may take minutes: `onProgress` hears how far it is, where the daemon tells of it. */
  slow<T>(path: string, onProgress: (progress: PastProgress) => void): Promise<T>;
  /** Calls `onLine` with each line that is not empty, until the daemon ends the stream or `signal` is aborted. */
  lines(path: string, onLine: (line: string) => void, signal?: AbortSignal): Promise<void>;
};

/** Longer than the daemon's own deadlines, so that its reason is heard. */
const PATIENCE_MS = 30_000;
/**
 * The past is told step by step from the checkpoint before each moment: seconds for each, at 10,000 agents. Of an import each of
 * 10,000 users is written, and an Asterisk that is busy may be slow to be asked.
 */
const SLOW_MS = 600_000;

export function createClient(socket: string): ApiClient {
  const call = async <T>(method: string, path: string, body?: unknown, patienceMs = PATIENCE_MS): Promise<T> => {
    return await answerOf<T>(await send(socket, method, path, body, patienceMs));
  };
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body ?? {}),
    postMany: (path, body) => call('POST', path, body, SLOW_MS),
    patch: (path, body) => call('PATCH', path, body),
    put: (path, body) => call('PUT', path, body),
    delete: (path) => call('DELETE', path),
    async lines(path, onLine, signal) {
      const response = await send(socket, 'GET', path, undefined, null, signal);
      if (response.statusCode !== 200) {
        throw refusalOf(await textOf(response), response.statusCode ?? 500);
      }
      try {
        for await (const line of linesOf(response)) onLine(line);
      } catch (error) {
        if (signal?.aborted !== true) {
          throw new Failure('stream-lost', `The daemon ended the stream (${whyOf(error)}): run the command again`);
        }
      }
    },
    async slow<T>(path: string, onProgress: (progress: PastProgress) => void): Promise<T> {
      const response = await send(socket, 'GET', path, undefined, SLOW_MS);
      if (response.headers['content-type'] !== 'application/x-ndjson') return await answerOf<T>(response);
      for await (const text of linesOf(response)) {
        const line = JSON.parse(text) as WhyLine<T>;
        if ('answer' in line) return line.answer;
        if ('error' in line) throw refusalOf(text, 500);
        onProgress(line.progress);
      }
      throw new Failure('stream-lost', 'The daemon ended before it had answered: run the command again');
    },
  };
}

async function answerOf<T>(response: IncomingMessage): Promise<T> {
  const text = await textOf(response);
  if ((response.statusCode ?? 500) >= 300) throw refusalOf(text, response.statusCode ?? 500);
  return JSON.parse(text) as T;
}

/** The lines of a stream that are not empty. */
async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    const parts = (rest + String(chunk)).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) if (line !== '') yield line;
  }
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
        reject(new Failure('connection-lost', `the daemon on ${socketPath} did not answer: ${whyOf(error)}`));
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
