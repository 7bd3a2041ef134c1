import type { FastifyInstance, FastifyReply } from 'fastify';
import * as z from 'zod';
import type { CallExplanation } from '../core/explain-call.ts';
import { Refusal } from '../directory/refusal.ts';
import type { AgentWhyNot, CallWhy, OfferStory, PastAnswer, PastAsk, PastMoment, PastWatch } from '../protocol/why.ts';
import { openCallView, pastCallView } from '../reports/call-view.ts';
import { offerStories } from '../reports/why.ts';
import { withProgress } from './progress.ts';
import { pathPart, queryOf } from './request.ts';
import type { Services } from './services.ts';

const callQuery = z.object({
  at: z.coerce.number().int().min(0).optional(),
  full: z.stringbool().default(false),
  members: z.coerce.number().int().min(1).max(1_000).default(20),
  progress: z.stringbool().default(false),
});

const agentQuery = z.object({
  at: z.coerce.number().int().min(0).optional(),
  call: z.string().min(1).max(64).optional(),
  progress: z.stringbool().default(false),
});

/** Why a call went where it went, and why a phone is silent. */
export function whyRoutes(app: FastifyInstance, services: Services): void {
  const { live, engine } = services;

  app.get('/v1/calls/:id/why', async (request, reply): Promise<CallWhy | FastifyReply> => {
    const id = pathPart(request, 'id');
    const { at, full, members, progress } = queryOf(callQuery, request);
    const [row, facts, caller, now] = [live.call(id), live.factsOfCall(id), live.caller(id), services.now()];
    refuseFuture(at);
    const isOpen = row !== null && row.phase !== 'ended';
    const call = isOpen ? openCallView(row, caller, now) : pastCallView(facts, caller, now);
    if (call === null) {
      throw unknownCall(id);
    }
    const ask = { about: 'call', call: id, limit: members } as const;
    const offers = offerStories(facts).filter((offer) => offer.at <= (at ?? Number.POSITIVE_INFINITY));
    const made = full ? factsOfOffers(offers, facts) : [];
    return await withProgress<CallWhy>(reply, progress, async (watch) => {
      const { moments: past, failure: untold } = await recalled({ ask, at: at ?? null, facts: made }, watch);
      const explanation = at === undefined ? isOpen && (await engine.why(ask)).call : momentAt(past)?.answer.call;
      return {
        call,
        offers: offers.map((offer, place) => ({ ...offer, members: membersAt(past, made[place]) })),
        explanation: explanation || null,
        exact: past.every(({ exact }) => exact),
        untold,
      };
    });
  });

  app.get('/v1/agents/:username/why-not', async (request, reply): Promise<AgentWhyNot | FastifyReply> => {
    const agent = pathPart(request, 'username');
    const { at, call = null, progress } = queryOf(agentQuery, request);
    refuseFuture(at);
    const isUser = services.directory.store.users.find(agent) !== null;
    // Who was removed since is known to the past.
    if (!isUser && at === undefined && call === null) {
      throw unknownUser(agent, false);
    }
    const facts = call === null ? [] : live.factsOfCall(call);
    if (call !== null && facts.length === 0 && live.call(call) === null) {
      throw unknownCall(call);
    }
    const ask = { about: 'agent', agent, call } as const;
    const offers = offerStories(facts).filter((offer) => offer.at <= (at ?? Number.POSITIVE_INFINITY));
    const made = factsOfOffers(offers, facts);
    return await withProgress<AgentWhyNot>(reply, progress, async (watch) => {
      const { moments: past, failure: untold } = await recalled({ ask, at: at ?? null, facts: made }, watch);
      const now = at === undefined ? await engine.why(ask) : momentAt(past)?.answer;
      if (!isUser && ![now, ...past.map(({ answer }) => answer)].some((answer) => answer?.agent)) {
        throw unknownUser(agent, true);
      }
      return {
        agent,
        explanation: now?.agent ?? null,
        towards: now?.towards ?? null,
        offers: offers.map((offer, place) => ({
          offer: offer.offer,
          at: offer.at,
          winner: offer.agent,
          standing: past.find(({ fact }) => fact === made[place])?.answer.towards?.standing ?? null,
        })),
        exact: past.every(({ exact }) => exact),
        untold,
      };
    });
  });

  /** Nobody knows what will be; it was answered as if it were now. */
  function refuseFuture(at: number | undefined): void {
    if (at === undefined || at <= services.now()) return;
    throw new Refusal('invalid', `at: expected a time that has passed; got ${new Date(at).toISOString()}`, 'at');
  }

  /** Nothing is recalled where nothing is asked. A time that cannot be told of is refused; the offers' part is said to miss. */
  async function recalled(ask: PastAsk, watch: PastWatch): Promise<PastAnswer> {
    if (ask.at === null && ask.facts.length === 0) return { moments: [], failure: null };
    const past = await services.askPast(ask, watch);
    if (past.failure !== null && ask.at !== null) {
      throw new Refusal('past-not-kept', past.failure, 'at');
    }
    return past;
  }
}

/** The numbers of the facts in which the offers were made, in their order. */
function factsOfOffers(
  offers: readonly OfferStory[],
  facts: readonly { readonly type: string; readonly seq: number; readonly offer?: string | null }[],
): readonly number[] {
  return offers.flatMap(
    ({ offer }) => facts.find((fact) => fact.type === 'offer-made' && fact.offer === offer)?.seq ?? [],
  );
}

function momentAt(moments: readonly PastMoment[]): PastMoment | undefined {
  return moments.find(({ fact }) => fact === null);
}

function membersAt(moments: readonly PastMoment[], seq: number | undefined): CallExplanation | null {
  return seq === undefined ? null : (moments.find(({ fact }) => fact === seq)?.answer.call ?? null);
}

function unknownUser(id: string, isPast: boolean): Refusal {
  const then = isPast ? ', and there was none then' : '';
  return new Refusal('unknown-user', `There is no user ${id}${then}: see cordboard user list`, 'username');
}

function unknownCall(id: string): Refusal {
  return new Refusal('unknown-call', `There is no call ${id}: see cordboard call list --all`, 'id');
}
