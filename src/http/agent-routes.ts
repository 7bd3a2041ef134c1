import type { FastifyInstance } from 'fastify';
import type { Intent } from '../core/events.ts';
import type { Agent } from '../core/state.ts';
import { existingUser } from '../directory/users.ts';
import { type AgentView, notReadySchema, signInSchema } from '../protocol/agents.ts';
import type { UserRow } from '../storage/directory/users.ts';
import { bodyOf, pathPart } from './request.ts';
import type { Services } from './services.ts';

/** `/v1/agents` */
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

  const intent = (action: string, make: (user: string, request: Parameters<typeof bodyOf>[1]) => Intent): void => {
    app.post(`/v1/agents/:username/${action}`, async (request): Promise<{ agent: AgentView | null }> => {
      const user = existingUser(services.directory, pathPart(request, 'username'));
      await services.engine.ask(make(user.id, request));
      // The reply comes after the commit, so the row is what the intent made of it.
      const agent = services.live.agent(user.id);
      return { agent: agent === null ? null : agentView(agent, user, services.now(), services.live.day()) };
    });
  };
  intent('sign-in', (user, request) => ({ do: 'sign-in', user, ready: bodyOf(signInSchema, request).ready }));
  intent('sign-out', (user) => ({ do: 'sign-out', user }));
  intent('ready', (user) => ({ do: 'ready', user }));
  intent('not-ready', (user, request) => ({ do: 'not-ready', user, reason: bodyOf(notReadySchema, request).reason }));
  intent('end-wrap-up', (user) => ({ do: 'end-wrap-up', user }));
}

/** The counts in the row are of the day on which they last changed: another day's say nothing of today. */
function agentView(agent: Agent, user: UserRow, now: number, day: string): AgentView {
  const isToday = agent.given.day === day;
  return {
    username: user.id,
    name: user.name,
    extension: user.extension,
    group: user.group,
    now,
    signedIn: agent.signedIn,
    signedInAt: agent.signedInAt,
    ready: agent.ready,
    hold: agent.hold,
    work: agent.work,
    reachable: agent.reachable,
    answeredToday: isToday ? agent.answeredToday : 0,
    givenToday: isToday ? agent.given.count : 0,
    misses: agent.misses.length,
  };
}
