import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitUntil } from './deadline.ts';
import { takePorts } from './ports.ts';
import { makeScratch, removeScratch } from './scratch.ts';

/** One SIPp that plays a scenario over UDP, once unless told otherwise. */
export type Sipp = {
  /** Its SIP port on 127.0.0.1. */
  readonly port: number;
  /** Every SIP message so far, sent and received, as SIPp traces them. */
  messages(): Promise<string>;
  /** Resolves when a message matches; rejects with the trace at the deadline. */
  saw(pattern: RegExp, deadlineMs?: number): Promise<RegExpMatchArray>;
  /** Resolves when the scenario was played to its end as written; rejects with the trace when it went otherwise. */
  done(): Promise<void>;
  /** Ends it at once, whatever it is doing. May be called twice. */
  stop(): Promise<void>;
};

export type SippOptions = {
  /** A file of test/lab/sipp, without `.xml`. */
  readonly scenario: string;
  /** The SIP port on 127.0.0.1 that it calls; a phone that only answers needs it too. */
  readonly to: number;
  /** The port it takes; default: a free one. */
  readonly port?: number;
  /** Its address; default 127.0.0.1. A carrier is known by its address, so it needs one of its own. */
  readonly address?: string;
  /** The user in its From and Contact. */
  readonly user: string;
  /** The number it dials. */
  readonly dials?: string;
  /** How many calls it plays, each in its own time as they come; default 1. */
  readonly calls?: number;
  /** How long the pauses of the scenario are. */
  readonly pauseMs?: number;
};

/** Starts SIPp and resolves when it listens. */
export async function startSipp(options: SippOptions): Promise<Sipp> {
  const directory = makeScratch('sipp');
  const block = await takePorts(4);
  const port = options.port ?? block.ports[0] ?? 0;
  const trace = join(directory, 'messages');
  const errors = join(directory, 'errors');
  const child = spawn(
    'sipp',
    [
      `127.0.0.1:${options.to}`,
      ...['-sf', fileURLToPath(new URL(`./sipp/${options.scenario}.xml`, import.meta.url))],
      ...[
        '-i',
        options.address ?? '127.0.0.1',
        '-p',
        String(port),
        '-mp',
        String(block.ports[2]),
        '-m',
        String(options.calls ?? 1),
        '-nostdin',
      ],
      ...['-s', options.dials ?? options.user, '-key', 'user', options.user, '-d', String(options.pauseMs ?? 0)],
      ...[
        '-trace_msg',
        '-message_file',
        trace,
        '-trace_err',
        '-error_file',
        errors,
        '-timeout',
        '60',
        '-timeout_error',
      ],
    ],
    { stdio: 'ignore' },
  );
  const code = new Promise<number | null>((resolve) => child.once('exit', (exit) => resolve(exit)));
  const failed = new Promise<never>((_, reject) =>
    child.once('error', (error) => reject(new Error(`SIPp does not start (package sip-tester): ${error.message}`))),
  );
  failed.catch(() => undefined);
  const read = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');
  const all = async (): Promise<string> => `${await read(trace)}\n${await read(errors)}`;
  const onExit = (): void => void child.kill('SIGKILL');
  process.once('exit', onExit);

  await Promise.race([
    failed,
    waitUntil(() => child.exitCode !== null || listens(child, port), `SIPp to listen on ${port}`),
  ]);
  return {
    port,
    messages: () => read(trace),
    saw: async (pattern, deadlineMs) =>
      waitUntil(async () => (await read(trace)).match(pattern), `${pattern} in ${options.scenario}`, deadlineMs).catch(
        async (error: Error) => Promise.reject(new Error(`${error.message}:\n${await all()}`)),
      ),
    done: async () => {
      const exit = await Promise.race([code, failed]);
      if (exit !== 0) throw new Error(`SIPp ${options.scenario} ended with ${exit}:\n${await all()}`);
    },
    stop: async () => {
      process.removeListener('exit', onExit);
      if (child.exitCode === null) child.kill('SIGKILL');
      await code;
      block.release();
      removeScratch(directory);
    },
  };
}

/** SIPp says nothing when it is ready; the kernel's table of UDP sockets does. */
async function listens(child: ChildProcess, port: number): Promise<boolean> {
  if (child.pid === undefined) return false;
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return (await readFile('/proc/net/udp', 'utf8')).includes(`:${hex} 00000000:0000`);
}
