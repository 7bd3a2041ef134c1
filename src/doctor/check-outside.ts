import { emergencyNumbers } from '../numbering/emergency-numbers.ts';
import { some, transcoders } from './check-asterisk.ts';
import { staleOf, todoStale } from './check-home.ts';
import type { Evidence, TrunkSeen } from './evidence.ts';
import { type Finding, unchecked, warning, well, wrong } from './finding.ts';

/** `trunks`: each as the directory says, up, with a codec that phones can be heard in, and enough lines for who may call out. */
export function checkTrunks(evidence: Evidence): readonly Finding[] {
  const expected =
    'each trunk in Asterisk as it was made, answering, registered, and lines for everybody who may call out';
  const { directory, trunkStates, trunkDrift } = evidence;
  if ('unseen' in directory) return [unchecked('trunks', directory.unseen, expected)];
  if ('unseen' in trunkStates) return [unchecked('trunks', trunkStates.unseen, expected)];
  if ('unseen' in trunkDrift) return [unchecked('trunks', trunkDrift.unseen, expected)];
  const { trunks } = directory.seen;
  const findings = trunks.flatMap((trunk) => {
    const what = isWrong(trunk, evidence);
    if (what !== null) return [wrong('trunks', `${trunk.id} ${what.found}`, expected, what.todo)];
    const changed = trunkDrift.seen.get(trunk.id) ?? [];
    const state = trunkStates.seen.get(trunk.id);
    if (changed.length === 0) {
      if (trunk.qualifyS === 0 || state?.reachable !== null || state.registered === true) return [];
      const todo = `look again: Asterisk asks it every ${trunk.qualifyS} s`;
      return [warning('trunks', `${trunk.id} was not asked yet whether it answers`, expected, todo)];
    }
    const found = `${trunk.id} was changed in Asterisk: ${some(changed)}`;
    return [
      warning('trunks', found, expected, 'cordboard trunk check puts it right; change it with cordboard trunk set'),
    ];
  });
  const all = [...findings, ...lines(evidence, expected)];
  return all.length > 0 ? all : [well('trunks', `${trunks.length} trunks`, expected)];
}

function isWrong(trunk: TrunkSeen, { trunkStates, modules }: Evidence): { found: string; todo: string } | null {
  const state = 'seen' in trunkStates ? trunkStates.seen.get(trunk.id) : undefined;
  if (trunk.failure !== null)
    return { found: `is not in Asterisk: ${trunk.failure}`, todo: 'put that right; it is tried again by itself' };
  if (trunk.register && state?.registered !== true)
    return {
      found: 'is not registered',
      todo: `is the account right? cordboard trunk set ${trunk.id} --username … --password …; asterisk -rx "pjsip show registrations"`,
    };
  if (trunk.qualifyS > 0 && state?.reachable === false)
    return {
      found: 'does not answer OPTIONS',
      todo: `is its host right, and no firewall between? cordboard trunk show ${trunk.id}`,
    };
  const running = 'seen' in modules ? modules.seen : null;
  const isStuck = (codec: string) =>
    running !== null && transcoders[codec]?.every((module) => !running.has(module)) === true;
  if (trunk.codecs.every(isStuck))
    return {
      found: `has only ${trunk.codecs.join(', ')}, which Asterisk cannot change into another`,
      todo: `load the codec's module, or: cordboard trunk set ${trunk.id} --codecs alaw`,
    };
  return null;
}

/** Whoever may call out needs a trunk to do it by, and as many lines as their limit promises. */
function lines({ directory }: Evidence, expected: string): readonly Finding[] {
  if ('unseen' in directory) return [];
  const { trunks, payers } = directory.seen;
  const out = trunks.filter(({ outbound }) => outbound);
  const [first] = payers;
  if (first === undefined) return [];
  if (out.length === 0)
    return [
      wrong('trunks', `${first.subject} may call out, and no trunk takes calls out`, expected, 'cordboard trunk add …'),
    ];
  const total = out.reduce((sum, { maxCalls }) => sum + (maxCalls ?? Number.POSITIVE_INFINITY), 0);
  return payers.flatMap(({ subject, maxCalls }) => {
    if (maxCalls === null || maxCalls <= total) return [];
    const found = `${subject} may have ${maxCalls} calls out at once, and all trunks together take ${total}`;
    return [
      warning(
        'trunks',
        found,
        expected,
        'raise --max-calls of a trunk where the carrier gives more lines, or lower the limit',
      ),
    ];
  });
}

/** `emergency`: the numbers of the country are in the dialplan, lead somewhere, and say where help must come, as Asterisk was told. */
export function checkEmergency({ emergencyDialplan, directory, fallbackLists, config }: Evidence): readonly Finding[] {
  const needed = emergencyNumbers(config.numbering.country);
  const expected = `${needed.join(', ')} in [cordboard-emergency], a place to send them to, and a default site`;
  if ('unseen' in emergencyDialplan) return [unchecked('emergency', emergencyDialplan.unseen, expected)];
  const { numbers, targets } = emergencyDialplan.seen;
  const missing = needed.filter((number) => !numbers.includes(number));
  if (numbers.includes('off')) {
    const found = `off on purpose: the dialplan sends out none of ${needed.join(', ')}, and without the daemon nobody does`;
    return [warning('emergency', found, expected, 'to have them: scripts/asterisk render --emergency-numbers "…"')];
  }
  const findings: Finding[] = [];
  if (missing.length > 0) {
    const todo =
      'add them in extensions_emergency.conf (scripts/asterisk render --emergency-numbers "…"), then: asterisk -rx "dialplan reload"';
    findings.push(wrong('emergency', `${missing.join(', ')} would not be sent out`, expected, todo));
  }
  const stale =
    'seen' in fallbackLists && 'seen' in directory ? staleOf(fallbackLists.seen, directory.seen.fallbacks) : [];
  const untold = stale.filter((key) => key.startsWith('emergency/'));
  if (untold.length > 0) {
    const found = `whom to call back or where help must come is missing or old in Asterisk: ${some(untold)}`;
    findings.push(wrong('emergency', found, expected, todoStale));
  }
  if (targets.length === 0) {
    const todo = 'scripts/asterisk render --emergency-dial, or CB_FIRST in extensions_emergency.conf';
    // A machine without a trunk cannot call anybody: that is a test machine, or says so already.
    const hasTrunks = 'seen' in directory && directory.seen.trunks.length > 0;
    const found = 'emergency calls have no target: whoever dials one hears that it cannot be';
    findings.push((hasTrunks ? wrong : warning)('emergency', found, expected, todo));
  } else if ('seen' in directory && !directory.seen.hasDefaultSite) {
    const todo = 'cordboard site set NAME --callback … --location … --default';
    findings.push(warning('emergency', 'no default site: nobody is told where help must come', expected, todo));
  }
  return findings.length > 0
    ? findings
    : [well('emergency', `${numbers.join(', ')} to ${targets.join(', then ')}`, expected)];
}
