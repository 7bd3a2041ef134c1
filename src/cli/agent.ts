import { type Command, Option } from 'commander';
import { countArgument } from '../lib/count-argument.ts';
import { formatDuration } from '../lib/duration.ts';
import type { AgentView, StationAsked } from '../protocol/agents.ts';
import { agentTable, agentText } from './agent-text.ts';
import { durationArgument, stationArgument } from './arguments.ts';
import type { CliContext } from './context.ts';
import { listCommand } from './listing.ts';

/** What each ask can say of who asks, and of what they have looked at. */
type Asked = { seen?: number; session?: string };

/** `cordboard agent …` */
export function agentCommand(program: Command, context: CliContext): void {
  const agent = program.command('agent').description('who takes calls, and in which state they are');

  listCommand<AgentView>(
    agent,
    context,
    'all agents: ready is what they chose, hold what was imposed, work what they do, reachable their phone',
    'agents',
    agentTable,
  );
  agent
    .command('show <username>')
    .description('one agent with today in figures: offers, talks, misses, and where the time went')
    .action(async (username: string) => {
      const answer = await context.client().get<{ agent: AgentView | null }>(path(username));
      context
        .output()
        .result(answer, (shown) =>
          shown.agent === null ? `the engine has no agent ${username} yet` : agentText(shown.agent),
        );
    });

  asking(
    agent.command('sign-in <username>').description('begin to take calls, or take the sign-in over from elsewhere'),
  )
    .option('--not-ready', 'sign in without being ready yet')
    .option(
      '--station <where>',
      'where calls are taken: any phone, own (no browser), browser, or number:+33612345678, where 1 is to be pressed',
      stationArgument,
    )
    .action((username: string, options: Asked & { notReady?: boolean; station?: StationAsked }) => {
      const { station } = options;
      const body = {
        ...asked(options),
        ready: options.notReady !== true,
        ...(station === undefined ? {} : { station }),
      };
      return act(username, 'sign-in', body, 'signed in');
    });
  asking(agent.command('sign-out <username>').description('take no more calls; refused during a talk')).action(
    (username: string, options: Asked) => act(username, 'sign-out', asked(options), 'signed out'),
  );
  asking(agent.command('ready <username>').description('take calls; also ends a hold')).action(
    (username: string, options: Asked) => act(username, 'ready', asked(options), 'ready'),
  );
  asking(agent.command('not-ready <username>').description('take no calls for now; a phone that is ringing stops'))
    .option('--reason <reason>', 'why, for the others to see; one of the list, where there is one')
    .action((username: string, options: Asked & { reason?: string }) =>
      act(username, 'not-ready', { ...asked(options), reason: options.reason ?? null }, 'not ready'),
    );

  const wrapUp = agent.command('wrap-up').description('the rest after a call');
  asking(wrapUp.command('end <username>').description('end it before its time')).action(
    (username: string, options: Asked) => act(username, 'wrap-up/end', asked(options), 'out of wrap-up'),
  );
  asking(wrapUp.command('extend <username>').description('make it longer, once for each wrap-up'))
    .option(
      '--by <duration>',
      'so much longer; without it as much as limits.wrap-up-extension allows',
      durationArgument,
    )
    .action((username: string, options: Asked & { by?: number }) => {
      const done =
        options.by === undefined ? 'longer in wrap-up' : `in wrap-up for ${formatDuration(options.by)} longer`;
      return act(username, 'wrap-up/extend', { ...asked(options), byMs: options.by ?? null }, done);
    });

  async function act(username: string, action: string, body: unknown, done: string): Promise<void> {
    const answer = await context.client().post<{ agent: AgentView | null }>(`${path(username)}/${action}`, body);
    context.output().result(answer, ({ agent: now }) => {
      const line = `${username} is ${done}`;
      return now === null ? line : `${line}\n\n${agentTable([now])}`;
    });
  }
}

const path = (username: string): string => `/v1/agents/${encodeURIComponent(username)}`;

function asking(command: Command): Command {
  return command
    .option('--seen <version>', 'refuse when the agent was changed since this version (agent show)', countArgument)
    .addOption(new Option('--session <name>', 'from which sign-in this is asked; one that was taken over is refused'));
}

function asked({ seen, session }: Asked): Record<string, unknown> {
  return { ...(seen === undefined ? {} : { seen }), ...(session === undefined ? {} : { session }) };
}
