import type { Command } from 'commander';
import pc from 'picocolors';
import { pathsOf } from '../config/paths.ts';
import { whyOf } from '../lib/why.ts';
import type { Journal, StepText } from '../storage/past/journal.ts';
import type { Replay } from '../storage/past/replay.ts';
import type { CliContext } from './context.ts';
import { timeOfDay } from './fact-line.ts';
import { Failure } from './failure.ts';
import { dateAndTime, type PastPoint, pastPointArgument } from './moment.ts';

type Options = { readonly from?: PastPoint; readonly to?: PastPoint };

/** `cordboard replay`. It reads the files of the home, with or without a running daemon, and changes nothing. */
export function replayCommand(program: Command, context: CliContext): void {
  program
    .command('replay')
    .description('run a stretch of the journal again, from the checkpoint before it, and compare with what was written')
    .option('--from <point>', 'from this time or step on (default: since the last checkpoint)', point)
    .option('--to <point>', 'up to this time or step (default: the last one)', point)
    .action(async (options: Options) => {
      const { openJournal } = await import('../storage/past/journal.ts');
      const { replay } = await import('../storage/past/replay.ts');
      const { listCheckpoints } = await import('../storage/past/checkpoint.ts');
      const { liveDb, checkpoints } = pathsOf(context.config().home);
      const progress = context.progress();
      const journal = attempt(() => openJournal(liveDb));
      try {
        const { first, last } = attempt(() => stretch(journal, options, listCheckpoints(checkpoints)));
        const result = attempt(() => {
          try {
            return replay(journal, checkpoints, first, last, progress.show);
          } finally {
            progress.clear();
          }
        });
        context.output().result(result, replayText);
        if (result.difference !== null && result.promised) {
          throw new Failure(
            'differs',
            `step #${result.difference.seq} came to something else: a bug, please report it`,
          );
        }
      } finally {
        journal.close();
      }
    });
}

const point = (text: string): PastPoint => pastPointArgument(text);

/** The first and the last step that are asked for. */
function stretch(journal: Journal, { from, to }: Options, checkpoints: readonly { readonly seq: number }[]) {
  const bounds = journal.bounds();
  if (bounds === null) throw new Error('the journal is empty');
  const newest = checkpoints.findLast((one) => one.seq < bounds.last.seq)?.seq ?? bounds.first.seq - 1;
  const first = from === undefined ? newest + 1 : 'step' in from ? from.step : journal.firstFrom(from.at)?.seq;
  const last = to === undefined ? bounds.last.seq : 'step' in to ? to.step : journal.lastUntil(to.at)?.seq;
  if (first === undefined || last === undefined || first > last || first > bounds.last.seq) {
    throw new Error(
      `no step is in that stretch; the journal has ${placeText(bounds.first)} to ${placeText(bounds.last)}`,
    );
  }
  return { first: Math.max(first, bounds.first.seq), last: Math.min(last, bounds.last.seq) };
}

function attempt<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new Failure('no-stretch', whyOf(error));
  }
}

function placeText({ seq, at }: { readonly seq: number; readonly at: number }): string {
  return `#${seq} (${dateAndTime(at)})`;
}

function replayText(result: Replay): string {
  const { checkpoint, from, to, steps, facts, checkpoints, difference } = result;
  const began = checkpoint === null ? 'the empty state' : `the checkpoint after #${checkpoint.seq}`;
  const head = `${steps} steps with ${facts} facts, ${placeText(from)} to ${placeText(to)}, from ${began}`;
  const versions = `version ${result.behaviours.join(', ')} of the decisions, by version ${result.behaviour}`;
  const compared = result.promised ? [] : [`${versions}: compared, nothing is promised`];
  if (difference === null) {
    const rows =
      checkpoints === 0 ? '' : `; ${checkpoints} later checkpoint${checkpoints === 1 ? '' : 's'} held the same rows`;
    return [head, ...compared, pc.green(`the same commands and facts, byte for byte${rows}`)].join('\n');
  }
  const [recorded, replayed] = firstDifference(difference.recorded, difference.replayed);
  return [
    head,
    ...compared,
    pc.red(`the first difference is at #${difference.seq}, ${timeOfDay(difference.at)}: ${difference.what}`),
    `  recorded  ${recorded}`,
    `  replayed  ${replayed}`,
    'around it:',
    ...result.around.map((step) => stepText(step, step.seq === difference.seq)),
  ].join('\n');
}

/** Of two lists the first items that differ; anything else as it is. */
function firstDifference(recorded: string, replayed: string): readonly [string, string] {
  try {
    const [one, other]: unknown[] = [JSON.parse(recorded), JSON.parse(replayed)];
    if (!Array.isArray(one) || !Array.isArray(other)) return [recorded, replayed];
    for (let place = 0; place < Math.max(one.length, other.length); place += 1) {
      const [was, is] = [JSON.stringify(one[place]) ?? 'nothing', JSON.stringify(other[place]) ?? 'nothing'];
      if (was !== is) return [was, is];
    }
  } catch {
    // An error's message, or rows: said as they are.
  }
  return [recorded, replayed];
}

function stepText({ seq, at, event, commands }: StepText, isIt: boolean): string {
  const line = `${isIt ? '>' : ' '} #${seq} ${timeOfDay(at)}  ${event}${commands === '[]' ? '' : ` → ${commands}`}`;
  return line.length > 400 ? `${line.slice(0, 399)}…` : line;
}
