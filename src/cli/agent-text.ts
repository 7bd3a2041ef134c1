import pc from 'picocolors';
import { formatDuration } from '../lib/duration.ts';
import type { AgentView } from '../protocol/agents.ts';
import { fields, orDash, table } from './output.ts';
import { stationWords } from './station-words.ts';

/** All agents, one a line. */
export function agentTable(agents: readonly AgentView[]): string {
  const head = [
    'Username',
    'Group',
    'Extension',
    'Signed in',
    'Ready',
    'Hold',
    'Work',
    'Reachable',
    'Station',
    'Given',
    'Answered',
    'Missed',
  ];
  const rows = agents.map((agent) => [
    agent.username,
    orDash(agent.group),
    orDash(agent.extension),
    agent.signedIn ? 'yes' : pc.dim('no'),
    ready(agent),
    hold(agent),
    work(agent),
    agent.reachable.is ? pc.green('yes') : pc.red('no'),
    agent.signedIn ? stationShort(agent) : '-',
    String(agent.givenToday),
    String(agent.today.answered),
    String(agent.today.missed),
  ]);
  const empty = 'No agents yet: cordboard group member add, then cordboard agent sign-in';
  return table(head, rows, empty, { spare: ['Given', 'Missed', 'Answered', 'Extension', 'Station', 'Group'] });
}

/** One agent with their day. */
export function agentText(agent: AgentView): string {
  const { today } = agent;
  const spent = Object.entries(today.ms)
    .filter(([, ms]) => ms >= 1_000)
    .map(([what, ms]) => `${what} ${whole(ms)}`);
  return fields([
    ['username', agent.username],
    ['name', agent.name],
    ['group', orDash(agent.group)],
    ['extension', orDash(agent.extension)],
    ['version', String(agent.version)],
    ['signed in', agent.signedIn ? `yes${agent.session === null ? '' : `, at ${agent.session}`}` : 'no'],
    ['station', agent.signedIn ? `${stationWords(agent.station)}${barred(agent)}` : '-'],
    ['ready', ready(agent)],
    ['hold', hold(agent)],
    ['work', work(agent)],
    ['reachable', agent.reachable.is ? 'yes' : `no, for ${whole(agent.now - agent.reachable.since)}`],
    ['misses', `${agent.misses} since the last reset`],
    ['offers today', `${today.offers}, answered ${today.answered}, missed ${today.missed}, declined ${today.declined}`],
    ['direct calls today', `${today.direct}${today.direct === 0 ? '' : `, talked ${whole(today.directMs)}`}`],
    ['time today', orDash(spent.join(', '))],
  ]);
}

function ready({ ready, now }: AgentView): string {
  if (ready.is) return pc.green('yes');
  const reason = ready.reason === null ? '' : ` (${ready.reason})`;
  if (ready.overdue) return pc.red(`no${reason}, over its time`);
  return `no${reason}${ready.limitAt === null ? '' : `, ${remaining(ready.limitAt, now, '')} left`}`;
}

function stationShort({ station }: AgentView): string {
  return station.kind === 'number' ? station.number : station.kind;
}

function barred({ barred, now }: AgentView): string {
  return barred === null ? '' : pc.red(`, not rung for ${remaining(barred.until, now, '')} (${barred.why})`);
}

function hold({ hold, now }: AgentView): string {
  if (hold === null) return '-';
  const told = hold.notify === 'nobody' ? '' : `, ${hold.notify} told`;
  return pc.yellow(`${hold.kind}, step ${hold.step + 1}, ${remaining(hold.until, now, 'until ready')}${told}`);
}

function work(agent: AgentView): string {
  const { is, until, call } = agent.work;
  const rest = until === null ? '' : `, ${remaining(until, agent.now, '')}`;
  return `${is}${rest}${call === null ? '' : ` (${call})`}`;
}

/** The time that is left, in whole seconds and rounded up: `0s` would say that it is over. */
function remaining(until: number | null, now: number, open: string): string {
  return until === null ? open : formatDuration(Math.max(0, Math.ceil((until - now) / 1_000)) * 1_000);
}

function whole(ms: number): string {
  return formatDuration(Math.round(ms / 1_000) * 1_000);
}
