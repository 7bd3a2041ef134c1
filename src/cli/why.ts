import { type Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import { countArgument } from '../lib/count-argument.ts';
import type { AgentWhyNot, CallWhy, OfferStory } from '../protocol/why.ts';
import type { CliContext } from './context.ts';
import { timeOfDay } from './fact-line.ts';
import { pastPointArgument } from './moment.ts';
import { agentLines, callLines, countWords } from './why-lines.ts';
import { hindranceWords, reasonWords, standingWords, winnerWords } from './why-words.ts';

/** `cordboard why` and `cordboard why-not`. */
export function whyCommands(program: Command, context: CliContext): void {
  program
    .command('why <call>')
    .description('why a call went where it went: each offer, who was passed over, and where it stands')
    .option('--full', 'for each offer of the past, how all the members stood at that moment')
    .option('--members <count>', 'tell of so many members at most', countArgument, 20)
    .option('--at <time>', 'how it stood then, and not now', timeArgument)
    .action(async (id: string, options: { full?: boolean; members: number; at?: number }) => {
      const query = `members=${options.members}${options.full === true ? '&full=true' : ''}${atQuery(options.at)}`;
      const answer = await ask<CallWhy>(context, `/v1/calls/${encodeURIComponent(id)}/why?${query}`);
      context.output().result(answer, callText);
    });

  program
    .command('why-not <agent>')
    .description("why an agent's phone is silent")
    .option('--call <id>', 'why they were not given this call')
    .option('--at <time>', 'how it was then, and not now', timeArgument)
    .action(async (agent: string, options: { call?: string; at?: number }) => {
      const call = options.call === undefined ? '' : `&call=${encodeURIComponent(options.call)}`;
      const path = `/v1/agents/${encodeURIComponent(agent)}/why-not?${call}${atQuery(options.at)}`;
      context.output().result(await ask<AgentWhyNot>(context, path), agentText);
    });
}

/** Asks, and shows how far it is where the past takes long. Ctrl-C ends the connection, and with it the work in the daemon. */
async function ask<T>(context: CliContext, path: string): Promise<T> {
  const progress = context.progress();
  try {
    return await context.client().slow<T>(`${path}&progress=true`, progress.show);
  } finally {
    progress.clear();
  }
}

/** A time, not a step: what is asked for goes over the interface. */
function timeArgument(text: string): number {
  const point = pastPointArgument(text);
  if (!('at' in point)) throw new InvalidArgumentError('Expected a time such as 14:03:07 or 5m (ago).');
  return point.at;
}

function atQuery(at: number | undefined): string {
  return at === undefined ? '' : `&at=${at}`;
}

function callText({ call, offers, explanation, exact, untold }: CallWhy): string {
  const state = call.ending === null ? call.phase : `ended: ${call.ending}`;
  const head = `${call.id} from ${call.from ?? call.callerNumber ?? 'unknown'}, dialled ${call.dialled}, ${state}`;
  const stories = offers.length === 0 ? ['no offer was made'] : offers.flatMap(storyLines);
  const now = explanation === null ? [] : [pc.bold(timeOfDay(explanation.at)), ...callLines(explanation)];
  return [head, ...stories, ...now, ...doubts(exact, untold)].join('\n');
}

function storyLines({ agent, at, why, outcome, rangMs, members }: OfferStory): readonly string[] {
  const end = outcome === null ? 'out just now' : `${outcome} after ${(rangMs / 1_000).toFixed(1)} s of ringing`;
  const named = (why.named ?? []).map(({ agent: name, ...reason }) => [name, reasonWords(reason)] as const);
  const width = Math.max(0, ...named.map(([name]) => name.length));
  const counted = countWords(why.passedOver);
  const passed = [
    ...named.map(([name, words]) => `  ${name.padEnd(width)}  ${words}`),
    ...(counted === '' || Object.values(why.passedOver).reduce((sum, count) => sum + count, 0) <= named.length
      ? []
      : [`  passed over in all: ${counted}`]),
  ];
  return [
    `${pc.bold(timeOfDay(at))}  offered to ${pc.bold(agent)} (${winnerWords(why, at)}): ${end}`,
    ...(members === null ? passed : callLines(members).slice(1)),
  ];
}

function agentText({ agent, explanation, towards, offers, exact, untold }: AgentWhyNot): string {
  const now =
    explanation === null ? [`${agent} is no agent: not a user yet, or no longer one`] : agentLines(explanation);
  const call =
    towards === null
      ? []
      : [
          `${towards.call}: ${standingWords(towards.standing)}${towards.hindrance === null ? '' : `; ${hindranceWords(towards.hindrance)}`}`,
        ];
  const then = offers.map(({ at: made, winner, standing }) => {
    const mine =
      winner === agent ? 'it was offered to them' : standing === null ? 'not known' : standingWords(standing);
    return `${pc.bold(timeOfDay(made))}  offered to ${winner}; ${agent}: ${mine}`;
  });
  return [...then, ...call, ...now, ...doubts(exact, untold)].join('\n');
}

function doubts(exact: boolean, untold: string | null): readonly string[] {
  const version = exact ? [] : ['another version decided some of this: how it would be today is told'];
  return [...version, ...(untold === null ? [] : [`of the past no more can be told: ${untold}`])].map(pc.yellow);
}
