import type { NumberedFact } from '../core/facts.ts';

type AgentLine = {
  signedIn: boolean;
  ready: boolean;
  held: boolean;
  /** Held until they choose ready. */
  heldForGood: boolean;
  reachable: boolean;
  work: string;
  offer: string | null;
  talk: string | null;
};
type CallLine = { ended: boolean; talksWith: string | null; readonly offers: Set<string>; readonly arrivedAt: number };

/** What the facts alone say of agents, calls and offers: the second set of books. Throws when they contradict themselves. */
export class Ledger {
  readonly counts = new Map<string, number>();
  private readonly agents = new Map<string, AgentLine>();
  private readonly calls = new Map<string, CallLine>();
  /** Calls that were picked up: the end of one, or of the talk before it, may be told after the next talk has begun. */
  private readonly pickedUp = new Set<string>();
  private readonly offers = new Map<string, { readonly call: string; readonly agent: string }>();
  private pbx: 'unknown' | 'known' = 'unknown';
  private lastSeq = 0;
  private lastAt = 0;

  /** Enters one fact. */
  note(fact: NumberedFact): void {
    this.must(fact.seq === this.lastSeq + 1, fact, `fact ${this.lastSeq + 1} is missing`);
    this.must(fact.at >= this.lastAt, fact, 'time went back');
    this.lastSeq = fact.seq;
    this.lastAt = fact.at;
    this.counts.set(fact.type, (this.counts.get(fact.type) ?? 0) + 1);
    if (fact.type === 'pbx-ready') this.pbx = 'known';
    if (fact.type === 'pbx-lost' || fact.type === 'pbx-connected' || fact.type === 'engine-started')
      this.pbx = 'unknown';
    this.noteCall(fact);
    this.noteAgent(fact);
  }

  /** A user was removed: what comes back under this name is a new agent. A talk goes on all the same. */
  private forget(agent: string): void {
    const talk = this.agents.get(agent)?.talk ?? null;
    this.agents.delete(agent);
    this.agent(agent).talk = talk;
  }

  /** When the call came to us; null when no fact said so. */
  arrivedAt(call: string): number | null {
    return this.calls.get(call)?.arrivedAt ?? null;
  }

  /** Whether the agent takes calls, or will by themselves: busy and resting ones count, whatever their phone says. */
  isThere(agent: string): boolean {
    const { signedIn, ready, held, heldForGood, reachable, work } = this.agent(agent);
    return signedIn && ready && !heldForGood && (held || work !== 'idle' || reachable);
  }

  /** Every call that arrived has ended, and every offer that was made. */
  expectAllEnded(): void {
    const open = [...this.calls].filter(([, call]) => !call.ended).map(([id]) => id);
    if (open.length > 0) throw new Error(`broken rule: calls never ended: ${open}`);
    if (this.offers.size > 0) throw new Error(`broken rule: offers never ended: ${[...this.offers.keys()]}`);
  }

  private noteCall(fact: NumberedFact): void {
    switch (fact.type) {
      case 'call-arrived':
        this.must(!this.calls.has(fact.call), fact, 'the call arrived twice');
        this.calls.set(fact.call, { ended: false, talksWith: null, offers: new Set(), arrivedAt: fact.at });
        return;
      case 'call-queued':
      case 'call-overflowed':
        this.must(this.live(fact, fact.call).talksWith === null, fact, 'a talking call was moved');
        return;
      case 'offer-made':
        return this.offerMade(fact);
      case 'offer-rang':
      case 'offer-answered':
        this.must(this.offers.has(fact.offer), fact, 'the offer is not open');
        return;
      case 'offer-ended': {
        this.must(this.offers.delete(fact.offer), fact, 'the offer ended twice, or never began');
        this.calls.get(fact.call)?.offers.delete(fact.offer);
        const agent = this.agent(fact.agent);
        if (agent.offer === fact.offer) agent.offer = null;
        return;
      }
      case 'call-connected': {
        const call = this.live(fact, fact.call);
        this.must(call.talksWith === null, fact, `the call has two agents, ${call.talksWith} is the other`);
        call.talksWith = fact.user;
        if (fact.user === null) return;
        const agent = this.agent(fact.user);
        const isLate = this.pickedUp.has(fact.call) || this.pickedUp.has(agent.talk ?? '');
        this.must(agent.talk === null || isLate, fact, `the agent has two calls, ${agent.talk} is the other`);
        agent.talk = fact.call;
        return;
      }
      case 'call-picked-up':
        this.pickedUp.add(fact.call);
        return;
      case 'call-ended': {
        this.pickedUp.delete(fact.call);
        const call = this.live(fact, fact.call);
        call.ended = true;
        const agent = call.talksWith === null ? undefined : this.agent(call.talksWith);
        if (agent?.talk === fact.call) agent.talk = null;
        return;
      }
    }
  }

  private offerMade(fact: Extract<NumberedFact, { type: 'offer-made' }>): void {
    this.must(this.pbx === 'known', fact, 'Asterisk is not known yet');
    const agent = this.agent(fact.agent);
    const { signedIn, ready, held, reachable, work } = agent;
    this.must(signedIn && ready && !held && reachable && work === 'idle', fact, `agent is ${JSON.stringify(agent)}`);
    this.must(agent.offer === null, fact, `the agent has another offer, ${agent.offer}`);
    this.must(agent.talk === null, fact, `the agent is in another call, ${agent.talk}`);
    const call = this.live(fact, fact.call);
    this.must(call.talksWith === null, fact, `the call is with ${call.talksWith}`);
    call.offers.add(fact.offer);
    agent.offer = fact.offer;
    this.offers.set(fact.offer, { call: fact.call, agent: fact.agent });
  }

  private noteAgent(fact: NumberedFact): void {
    switch (fact.type) {
      case 'agent-signed-in':
        this.agent(fact.agent).signedIn = true;
        return;
      case 'agent-signed-out':
        this.agent(fact.agent).signedIn = false;
        return;
      case 'agent-removed':
        return this.forget(fact.agent);
      case 'agent-ready':
        this.agent(fact.agent).ready = fact.ready;
        return;
      case 'agent-held':
        Object.assign(this.agent(fact.agent), { held: true, heldForGood: fact.until === null });
        return;
      case 'agent-hold-ended':
        Object.assign(this.agent(fact.agent), { held: false, heldForGood: false });
        return;
      case 'agent-reachable':
        this.agent(fact.agent).reachable = fact.reachable;
        return;
      case 'agent-work':
        this.agent(fact.agent).work = fact.work;
        return;
    }
  }

  private agent(id: string): AgentLine {
    const known = this.agents.get(id);
    if (known !== undefined) return known;
    const line: AgentLine = {
      signedIn: false,
      ready: false,
      held: false,
      heldForGood: false,
      reachable: false,
      work: 'idle',
      offer: null,
      talk: null,
    };
    this.agents.set(id, line);
    return line;
  }

  private live(fact: NumberedFact, id: string): CallLine {
    const call = this.calls.get(id);
    this.must(call !== undefined && !call.ended, fact, 'the call is not live');
    return call;
  }

  private must(holds: boolean, fact: NumberedFact, sentence: string): asserts holds {
    if (!holds) throw new Error(`broken rule: ${sentence}: ${JSON.stringify(fact)}`);
  }
}
