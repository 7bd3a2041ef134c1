import type { FastifyInstance } from 'fastify';
import type { AgentIntent } from '../core/events.ts';
import { ledgerAt } from '../core/routing/ledger.ts';
import type { Agent } from '../core/state.ts';
import { stationOf } from '../directory/station.ts';
import { existingUser } from '../directory/users.ts';
import {
  type AgentView,
  type AlarmView,
  agentAskSchema,
  extendSchema,
  notReadySchema,
  type SignIn,
  signInSchema,
} from '../protocol/agents.ts';
import type { UserRow } from '../storage/directory/users.ts';
import { bodyOf, pathPart } from './request.ts';
import type { Services } from './services.ts';

/** `/v1/agents` and `/v1/alarms` */
export function agentRoutes(app: FastifyInstance, services: Services): void {
  app.get('/v1/agents', (): { agents: readonly AgentView[] } => {
    const users = new Map(services.directory.store.users.all().map((user) => [user.id, user]));
    const now = services.now();
    const day = services.live.day();
    const agents = services.live.agents().flatMap((agent) => {
      const user = users.get(agent.id);
      // Whoever is in no group and signed out is a user like others, not an agent.
      return user === undefined || (user.group === null && !agent.signedIn) ? [] : [agentView(agent, user, now, day)];
    });
    return { agents };
  });

  app.get('/v1/agents/:username', (request): { agent: AgentView | null } => viewOf(pathPart(request, 'username')));

  app.get('/v1/alarms', (): { alarms: readonly AlarmView[] } => ({
    alarms: services.live.alarms().map(({ id: _, ...alarm }) => alarm),
  }));

  const intent = (action: string, make: (user: string, request: Parameters<typeof bodyOf>[1]) => AgentIntent): void => {
    app.post(`/v1/agents/:username/${action}`, async (request): Promise<{ agent: AgentView | null }> => {
      const user = existingUser(services.directory, pathPart(request, 'username'));
      await services.engine.ask(make(user.id, request));
      // The reply comes after the commit, so the row is what the intent made of it.
      return viewOf(user.id);
    });
  };
  intent('sign-in', (user, request) => ({ do: 'sign-in', user, ...atStation(bodyOf(signInSchema, request)) }));
  intent('sign-out', (user, request) => ({ do: 'sign-out', user, ...bodyOf(agentAskSchema, request) }));
  intent('ready', (user, request) => ({ do: 'ready', user, ...bodyOf(agentAskSchema, request) }));
  intent('not-ready', (user, request) => ({ do: 'not-ready', user, ...bodyOf(notReadySchema, request) }));
  intent('wrap-up/end', (user, request) => ({ do: 'end-wrap-up', user, ...bodyOf(agentAskSchema, request) }));
  intent('wrap-up/extend', (user, request) => ({ do: 'extend-wrap-up', user, ...bodyOf(extendSchema, request) }));

  function atStation({ station, ...asked }: SignIn) {
    return { ...asked, ...(station === undefined ? {} : { station: stationOf(services.config.numbering, station) }) };
  }

  function viewOf(username: string): { agent: AgentView | null } {
    const user = existingUser(services.directory, username);
    const agent = services.live.agent(user.id);
    return { agent: agent === null ? null : agentView(agent, user, services.now(), services.live.day()) };
  }
}

/** The counts in the row are of the day on which they last changed: another day's say nothing of today. */
function agentView(agent: Agent, user: UserRow, now: number, day: string): AgentView {
  const { day: _, until: __, ...today } = ledgerAt(agent, now, day);
  return {
    username: user.id,
    name: user.name,
    extension: user.extension,
    group: user.group,
    now,
    version: agent.version,
    signedIn: agent.signedIn,
    signedInAt: agent.signedInAt,
    session: agent.session,
    station: agent.station,
    barred: agent.barred,
    ready: agent.ready,
    hold: agent.hold,
    work: agent.work,
    reachable: agent.reachable,
    idleSince: agent.idleSince,
    givenToday: agent.given.day === day ? agent.given.count : 0,
    misses: agent.misses.length,
    today,
  };
}
