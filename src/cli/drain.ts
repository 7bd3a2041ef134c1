import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { StatusView } from '../protocol/status.ts';
import type { CliContext } from './context.ts';
import { Failure } from './failure.ts';

type Options = { readonly wait?: boolean; readonly cancel?: boolean };
/** One line of progress; the last one says that the daemon is gone. */
type Progress = { readonly gone: boolean; readonly waiting: number; readonly talking: number };

const POLL_MS = 200;
const GONE = new Set(['no-daemon', 'connection-lost']);

/** `cordboard drain` */
export function drainCommand(program: Command, context: CliContext): void {
  program
    .command('drain')
    .description('begin nothing new, serve who waits or hand them to the fallback, then stop the daemon')
    .option('--wait', 'return when the daemon is gone, and say meanwhile who waits and who talks')
    .option('--cancel', 'take calls again')
    .action(async (options: Options) => {
      if (options.wait === true && options.cancel === true) {
        throw new Failure('usage', 'of --wait and --cancel only one may be given', 2);
      }
      const client = context.client();
      const output = context.output();
      if (options.cancel === true) {
        const { engine } = await client.get<StatusView>('/v1/status');
        const answer = await client.delete<{ draining: boolean }>('/v1/drain');
        const isNone = engine !== null && !engine.draining;
        output.result(answer, () => (isNone ? 'there was no drain: calls are taken as ever' : 'calls are taken again'));
        return;
      }
      if (options.wait !== true) {
        const answer = await client.post<{ draining: boolean }>('/v1/drain');
        output.result(answer, () => 'draining: the daemon stops when nobody waits; cordboard drain --cancel undoes it');
        return;
      }
      // Who it is that must go is asked first: a supervisor may start another one as soon as this one has ended.
      const { pid } = await client.get<StatusView>('/v1/status');
      await client.post('/v1/drain');
      await waitUntilGone(context, pid, (progress) => output.line(progress, said));
    });
}

/** Looks again and again until process `pid` is no more; tells of each change. Throws when the drain was cancelled. */
async function waitUntilGone(context: CliContext, pid: number, tell: (progress: Progress) => void): Promise<void> {
  const client = context.client();
  let last = '';
  for (;;) {
    const status = await client.get<StatusView>('/v1/status').catch((error: unknown) => {
      if (error instanceof Failure && GONE.has(error.code)) return null;
      throw error;
    });
    if (status !== null && status.pid === pid && status.engine !== null) {
      if (!status.engine.draining)
        throw new Failure('cancelled', 'the drain was cancelled: the daemon takes calls again');
      const { waiting, talking } = status.engine;
      const line = `${waiting} ${talking}`;
      if (line !== last) tell({ gone: false, waiting, talking });
      last = line;
    } else if ((status === null || status.pid !== pid) && !isAlive(pid)) {
      const [waiting = 0, talking = 0] = last.split(' ').map(Number);
      tell({ gone: true, waiting, talking });
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** A process that has ended and was not yet waited for by its parent holds nothing any more. */
function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
}

function said({ gone, waiting, talking }: Progress): string {
  if (gone) return 'the daemon has stopped; those who talked go on in Asterisk';
  return `${waiting} waiting, ${talking} talking`;
}
