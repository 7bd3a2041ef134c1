import type { Command } from 'commander';
import pc from 'picocolors';
import type { Config } from '../config/config.ts';
import type { NumberedFact } from '../core/facts.ts';
import type { Phone } from '../phones/index.ts';
import type { AgentView } from '../protocol/agents.ts';
import type { PhoneAccess, TrialPhone } from '../protocol/phones.ts';
import type { ApiClient } from './client.ts';
import type { CliContext } from './context.ts';
import { type Cast, gatherCast, type Player } from './demo-cast.ts';
import { type CallStory, followCall } from './demo-life.ts';
import { summary } from './demo-summary.ts';
import { factLine } from './fact-line.ts';
import { Failure } from './failure.ts';
import type { Output } from './output.ts';

const TALK_MS = 3_000;
/** How long the stage may take to be ready: an agent who rests after an earlier demonstration is waited for. */
const READY_MS = 45_000;
/** What comes on top of the group's own times before the demonstration is given up. */
const PATIENCE_MS = 30_000;

/** `cordboard demo`: one call on real SIP that is missed, declined, answered and ended. `scripts/up` shows it. */
export function demoCommand(program: Command, context: CliContext): void {
  program
    .command('demo')
    .summary('show a call from its arrival to the end of the wrap-up')
    .description('Show one call on real SIP with simulated phones: an agent misses it, one declines, one answers.')
    .option('--summary', 'only say what runs where, and what can be tried')
    .action(async (options: { summary?: true }) => {
      const client = context.client();
      const output = context.output();
      if (options.summary === true) {
        const told = await summary(client, context.config());
        output.result(told, (value) => value.lines.join('\n'));
      } else {
        await demonstrate(client, context.config(), output);
      }
    });
}

async function demonstrate(client: ApiClient, config: Config, output: Output): Promise<void> {
  const { createPhone } = await import('../phones/index.ts');
  const cast = await gatherCast(client, config);
  const { players } = cast;
  await refuseIfOccupied(client, players);
  if (!output.json) process.stdout.write(`${prologue(cast)}\n`);
  const phones: Phone[] = [];
  const stop = new AbortController();
  const interrupt = (): void => stop.abort(new Failure('interrupted', 'The demonstration was interrupted'));
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const trial = await client.post<TrialPhone>('/v1/trial-phones');
  try {
    for (const { username, behaviour } of players) {
      const access = await client.post<PhoneAccess>(`/v1/users/${username}/phone-access`);
      const phone = createPhone({ wsUrl: access.wsUrl, user: access.extension, ha1: access.ha1, behaviour });
      phones.push(phone);
      await phone.register();
      await client.post(`/v1/agents/${username}/sign-in`);
      await client.post(`/v1/agents/${username}/ready`);
    }
    await untilOnStage(client, cast, stop.signal);
    const caller = createPhone({ wsUrl: trial.wsUrl, user: trial.id, password: trial.secret, displayName: 'A caller' });
    phones.push(caller);
    await play(client, caller, cast, output, stop);
  } finally {
    process.removeListener('SIGINT', interrupt);
    process.removeListener('SIGTERM', interrupt);
    await Promise.all(phones.map((phone) => phone.close()));
    await Promise.allSettled(players.map(({ username }) => client.post(`/v1/agents/${username}/sign-out`)));
    await client.delete(`/v1/trial-phones/${trial.id}`).catch(() => undefined);
  }
}

/** Dials, prints each fact of the call as it happens, hangs up after some talk, and ends when the agent has rested. */
async function play(
  client: ApiClient,
  caller: Phone,
  { group, players }: Cast,
  output: Output,
  stop: AbortController,
): Promise<void> {
  const story = followCall(caller.user, group.extension);
  const giveUp = (code: string, message: string): void => stop.abort(new Failure(code, message));
  const longestMs = group.ringMs * players.length + TALK_MS + group.wrapUpMs + PATIENCE_MS;
  const deadline = setTimeout(
    () => giveUp('demo-stuck', `The demonstration was not over after ${longestMs / 1_000} s: ${missing(story)}`),
    longestMs,
  );
  caller.subscribe((event) => {
    if (event.type === 'ended' && story.partner === null) {
      giveUp('not-answered', `The caller's call ended before anybody talked (SIP ${event.end.sip ?? '-'})`);
    }
  });
  try {
    const { facts } = await client.get<{ facts: readonly NumberedFact[] }>('/v1/events?limit=1');
    const call = await caller.dial(group.extension);
    await client.lines(
      `/v1/events?follow=true&after=${facts.at(-1)?.seq ?? 0}`,
      (line) => {
        const fact = JSON.parse(line) as NumberedFact;
        if (!story.take(fact)) return;
        output.line(fact, (each) => factLine(each, story.arrivedAt ?? each.at));
        // Not from the caller's own answer: that came when the music began.
        if (fact.type === 'call-connected') setTimeout(() => call.hangUp(), TALK_MS);
        if (story.over) stop.abort();
      },
      stop.signal,
    );
  } finally {
    clearTimeout(deadline);
  }
  if (story.over) return;
  stop.signal.throwIfAborted();
  throw new Failure('stream-lost', 'The daemon ended the stream of events: cordboard status');
}

function missing(story: CallStory): string {
  if (story.call === null) return 'the call did not come in';
  if (story.partner === null) return 'nobody answered';
  return 'the call, or the rest after it, did not end';
}

function prologue({ group, players }: Cast): string {
  const width = Math.max(...players.map(({ username }) => username.length)) + 2;
  const lines = players.map(
    ({ username, extension, does }) => `  ${pc.bold(username.padEnd(width))}${extension}  ${does}`,
  );
  return [
    pc.bold(`A simulated caller dials ${group.extension}: group ${group.name}, strategy ${group.strategy}.`),
    'Three agents with simulated phones; the SIP and the Asterisk are real:',
    ...lines,
    pc.dim('Milliseconds since the call came in:'),
  ].join('\n');
}

/** A phone of somebody's own that is registered as one of the players would be thrown out by ours. */
async function refuseIfOccupied(client: ApiClient, players: readonly Player[]): Promise<void> {
  const taken = (await agents(client)).find((agent) => isPlayer(agent, players) && agent.reachable.is);
  if (taken !== undefined) {
    throw new Failure(
      'stage-taken',
      `A phone is registered as ${taken.username} (${taken.extension ?? ''}), whom the demonstration simulates: take it off first`,
    );
  }
}

/** Probes until all three can be offered a call. */
async function untilOnStage(client: ApiClient, { group, players }: Cast, stop: AbortSignal): Promise<void> {
  const deadline = Date.now() + READY_MS;
  for (;;) {
    const waitingFor = (await agents(client)).flatMap((agent) => {
      const why = isPlayer(agent, players) ? whyNot(agent) : null;
      return why === null ? [] : [`${agent.username} is ${why}`];
    });
    if (waitingFor.length === 0) return;
    stop.throwIfAborted();
    if (Date.now() > deadline) {
      throw new Failure('not-ready', `The agents of ${group.name} cannot be offered a call: ${waitingFor.join(', ')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function whyNot(agent: AgentView): string | null {
  if (!agent.signedIn) return 'not signed in';
  if (!agent.ready.is) return 'not ready';
  if (agent.hold !== null) return 'held';
  if (!agent.reachable.is) return 'not reachable';
  return agent.work.is === 'idle' ? null : agent.work.is;
}

async function agents(client: ApiClient): Promise<readonly AgentView[]> {
  return (await client.get<{ agents: readonly AgentView[] }>('/v1/agents')).agents;
}

function isPlayer(agent: AgentView, players: readonly Player[]): boolean {
  return players.some(({ username }) => username === agent.username);
}
