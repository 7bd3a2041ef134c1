import type { Command } from 'commander';
import pc from 'picocolors';
import type { AlarmView } from '../protocol/agents.ts';
import type { CliContext } from './context.ts';
import { timeOfDay } from './fact-line.ts';
import { table } from './output.ts';

const meanings: Readonly<Record<AlarmView['kind'], string>> = {
  'mass-miss': 'most of the queue missed within seconds: look at the network; nobody is held for it',
  'agent-held': 'missed too often, and is held: ask whether they are there',
  'emergency-call': 'called for help: see who they are and where, and open the door',
  'wrong-transport':
    'the phone came by another transport than it is set to: cordboard phone show, then change the phone or the setting',
  'trunk-down': 'no calls come or go there: ask the carrier, look at the network',
  'limit-reached': 'calls out were stopped by a limit: is it them?',
  'first-international': 'called another country for the first time: is it them?',
  'agent-overdue': 'not ready for longer than the reason allows',
};

/** `cordboard alarm …` */
export function alarmCommand(program: Command, context: CliContext): void {
  const alarm = program.command('alarm').description('what supervisors should look at');
  alarm
    .command('list')
    .description('the alarms that stand now, oldest first; each ends when its cause does')
    .action(async () => {
      const answer = await context.client().get<{ alarms: readonly AlarmView[] }>('/v1/alarms');
      context.output().result(answer, ({ alarms }) => {
        const rows = alarms.map(({ kind, about, since }) => [timeOfDay(since), pc.yellow(kind), about, meanings[kind]]);
        return table(['Since', 'Alarm', 'About', 'Meaning'], rows, 'No alarm stands');
      });
    });
}
