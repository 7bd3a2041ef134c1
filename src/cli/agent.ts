import type { Command } from 'commander';
import pc from 'picocolors';
import type { AgentView } from '../protocol/agents.ts';
import type { CliContext } from './context.ts';
import { orDash, table } from './output.ts';

/** `cordboard agent …` */
export function agentCommand(program: Command, context: CliContext): void {
  const agent = program.command('agent').description('who takes calls, and in which state they are');

  agent
    .command('list')
    .description(
      'all agents: ready is what they chose, hold what was imposed, work what they do, reachable their phone',
    )
    .action(async () => {
      const answer = await context.client().get<{ agents: readonly AgentView[] }>('/v1/agents');
      context.output().result(answer, ({ agents }) => agentTable(agents));
    });

  agent
    .command('sign-in <username>')
    .description('begin to take calls')
    .option('--not-ready', 'sign in without being ready yet')
    .action((username: string, options: { notReady?: boolean }) =>
      act(username, 'sign-in', { ready: options.notReady !== true }, 'signed in'),
    );
  agent
    .command('sign-out <username>')
    .description('take no more calls')
    .action((username: string) => act(username, 'sign-out', {}, 'signed out'));
  agent
    .command('ready <username>')
    .description('take calls; also ends a hold')
    .action((username: string) => act(username, 'ready', {}, 'ready'));
  agent
    .command('not-ready <username>')
    .description('take no calls for now; a phone that is ringing stops')
    .option('--reason <reason>', 'why, for the others to see')
    .action((username: string, options: { reason?: string }) =>
      act(username, 'not-ready', { reason: options.reason ?? null }, 'not ready'),
    );
  agent
    .command('end-wrap-up <username>')
    .description('end the rest after a call')
    .action((username: string) => act(username, 'end-wrap-up', {}, 'out of wrap-up'));

  async function act(username: string, action: string, body: unknown, done: string): Promise<void> {
    const path = `/v1/agents/${encodeURIComponent(username)}/${action}`;
    const answer = await context.client().post<{ agent: AgentView | null }>(path, body);
    context.output().result(answer, ({ agent: now }) => {
      const line = `${username} is ${done}`;
      return now === null ? line : `${line}\n\n${agentTable([now])}`;
    });
  }
}

function agentTable(agents: readonly AgentView[]): string {
  const head = [
    'Username',
    'Group',
    'Extension',
    'Signed in',
    'Ready',
    'Hold',
    'Work',
    'Reachable',
    'Given',
    'Answered',
  ];
  const rows = agents.map((agent) => [
    agent.username,
    orDash(agent.group),
    orDash(agent.extension),
    agent.signedIn ? 'yes' : pc.dim('no'),
    agent.ready.is ? pc.green('yes') : `no${agent.ready.reason === null ? '' : ` (${agent.ready.reason})`}`,
    agent.hold === null
      ? '-'
      : pc.yellow(
          `${agent.hold.kind}, step ${agent.hold.step + 1}, ${remaining(agent.hold.until, agent.now, 'until ready')}`,
        ),
    work(agent),
    agent.reachable.is ? pc.green('yes') : pc.red('no'),
    String(agent.givenToday),
    String(agent.answeredToday),
  ]);
  return table(head, rows, 'No agents yet: cordboard group member add, then cordboard agent sign-in');
}

function work(agent: AgentView): string {
  const { is, until, call } = agent.work;
  const rest = until === null ? '' : `, ${remaining(until, agent.now, '')}`;
  return `${is}${rest}${call === null ? '' : ` (${call})`}`;
}

/** The seconds that are left, rounded up: `0 s` would say that it is over. */
function remaining(until: number | null, now: number, open: string): string {
  return until === null ? open : `${Math.max(0, Math.ceil((until - now) / 1_000))} s`;
}
