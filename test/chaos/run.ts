import { whyOf } from '../../src/lib/why.ts';
import type { Dice } from '../../src/simulation/dice.ts';
import { waitUntil } from '../lab/deadline.ts';
import { expectWholeLedger } from '../lab/whole-ledger.ts';
import type { Fault } from './fault.ts';
import { arrange, bothAreHeard, dial, type Floor, first, incoming, musicIsHeard } from './floor.ts';
import { expectEmpty } from './ledger.ts';
import { endsOf, type Outcome } from './outcome.ts';
import type { Stage } from './stage.ts';

/** One fault from an empty exchange to an empty exchange. Never rejects; after a failure the stage is not to be used again. */
export async function runFault(stage: Stage, fault: Fault, dice: Dice): Promise<Outcome> {
  const seen = { talk: '', ring: '', wait: '', note: '' };
  const before = stage.lab.facts().at(-1)?.seq ?? 0;
  let failure: string | null = null;
  try {
    await fault.prepare?.(stage);
    const floor = await arrange(stage);
    seen.note = (await fault.strike(stage, floor, dice)) ?? '';
    await stage.working();
    seen.talk = await judgeTalk(stage, fault, floor);
    if (fault.expect.waiting === 'kept') await musicIsHeard(stage, floor);
    await newcomerIsServed(stage);
    seen.ring = await serve(stage, fault, 'ring', floor);
    seen.wait = await serve(stage, fault, 'wait', floor);
    await everybodyLeaves(stage);
    await expectEmpty(stage);
    expectWholeLedger(stage.lab.home);
    judgeRepairs(stage, fault, before);
  } catch (error) {
    failure = `${whyOf(error)}\n${historyOf(stage, before)}`;
  }
  await fault.restore?.(stage).catch((error: Error) => {
    failure ??= `putting things back: ${error.message}`;
  });
  const facts = stage.lab.facts().filter((fact) => fact.seq > before);
  return {
    fault: `${fault.family}: ${fault.name}`,
    ...seen,
    ends: endsOf(facts),
    repairs: facts.filter((fact) => fact.type === 'repaired').length,
    failure,
  };
}

/** What one needs to see after a failure: the last facts and what the daemon said. */
function historyOf({ lab }: Stage, since: number): string {
  const facts = lab.facts().filter((fact) => fact.seq > since);
  return [...facts.slice(-120).map((fact) => JSON.stringify(fact)), lab.output().slice(-4_000)].join('\n');
}

/** The two are connected still, at their phones and in Asterisk, and each hears what the other says now. */
async function judgeTalk(stage: Stage, fault: Fault, floor: Floor): Promise<string> {
  const { talk } = floor;
  const states = `caller ${talk.caller.state}, agent ${talk.agent.state}`;
  if (fault.expect.talks === 'lost') {
    talk.caller.hangUp();
    talk.agent.hangUp();
    return 'lost';
  }
  if (talk.caller.state !== 'answered' || talk.agent.state !== 'answered') throw new Error(`the talk ended: ${states}`);
  await waitUntil(() => hasTalk(stage), 'a bridge with both who talk');
  await bothAreHeard(stage, floor);
  return 'heard both ways';
}

async function hasTalk({ lab }: Stage): Promise<boolean> {
  const { body } = await lab.asterisk.ari('GET', 'bridges');
  return Array.isArray(body) && body.some((bridge: { channels?: unknown[] }) => (bridge.channels?.length ?? 0) >= 2);
}

/** Routing works: who calls now is answered, and by our hand. The dialplan's fallback would ring the same phones. */
async function newcomerIsServed(stage: Stage): Promise<void> {
  const mark = stage.lab.facts().at(-1)?.seq ?? 0;
  const call = await dial(stage, 8, stage.sales);
  await waitUntil(() => call.state === 'answered' || call.state === 'ended', 'a new caller to be answered', 30_000);
  if (call.state === 'ended') throw new Error(`a new caller was refused: ${JSON.stringify(call.end)}`);
  // The caller hears the answer a moment before the two are joined.
  const offered = await stage.lab.fact('call-queued', { queue: stage.sales.group }, mark);
  await stage.lab.fact('call-connected', { call: offered.call }, mark);
  call.hangUp();
  await waitUntil(
    () => stage.sales.agents.flatMap(incoming).filter((one) => one.state === 'answered').length < 2,
    'the new caller to be gone',
  );
}

/** Whoever rang or waited gets their agent, with the time of entry that they had; or the dialplan had them before. */
async function serve(stage: Stage, fault: Fault, who: 'ring' | 'wait', floor: Floor): Promise<string> {
  const { lab, resting } = stage;
  const { call, caller } = floor[who];
  const ended = lab.facts().find((fact) => fact.type === 'call-ended' && fact.call === call);
  const connected = lab.facts().some((fact) => fact.type === 'call-connected' && fact.call === call);
  if (ended?.type === 'call-ended' && !connected) {
    if (fault.expect.waiting === 'kept') throw new Error(`the ${who}ing call ended ${ended.ending}`);
    return `${ended.ending} (phone ${caller.state})`;
  }
  if (who === 'wait') await lab.api('POST', `/v1/agents/${first(resting).name}/ready`);
  else if (!connected) answerWhatRings(stage);
  const talk = await lab.fact('call-connected', { call }, floor.mark);
  if (who === 'wait' && talk.waitedMs !== talk.at - floor.wait.enteredAt) {
    throw new Error(`the time of entry was lost: waited ${talk.waitedMs} of ${talk.at - floor.wait.enteredAt} ms`);
  }
  return 'served';
}

/** The one whose phone rings takes the call; rung anew after the fault, the next time they do so at once. */
function answerWhatRings({ slow }: Stage): void {
  const { phone } = first(slow);
  phone.behaviour = { kind: 'answer', afterMs: 100 };
  for (const call of incoming(first(slow))) if (call.state === 'ringing') call.answer();
}

async function everybodyLeaves({ lab, resting, slow, callers, sales, crowd }: Stage): Promise<void> {
  const phones = [
    ...callers,
    ...[sales, slow, resting, crowd].flatMap((team) => team.agents.map(({ phone }) => phone)),
  ];
  for (const phone of phones) for (const call of phone.calls) if (call.state !== 'ended') call.hangUp();
  await lab.api('POST', `/v1/agents/${first(resting).name}/not-ready`, {});
  first(slow).phone.behaviour = { kind: 'ignore' };
}

function judgeRepairs({ lab }: Stage, { expect }: Fault, before: number): void {
  const repairs = lab.facts().filter((fact) => fact.seq > before && fact.type === 'repaired');
  if (expect.repairs === 'none' && repairs.length > 0) throw new Error(`repairs: ${JSON.stringify(repairs)}`);
  if (expect.repairs === 'some' && repairs.length === 0) throw new Error('nothing was repaired');
}
