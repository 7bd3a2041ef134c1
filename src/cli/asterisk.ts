import type { Command } from 'commander';
import pc from 'picocolors';
import type { CheckName } from '../doctor/finding.ts';
import type { Rendering } from '../doctor/render.ts';
import type { StatusView } from '../protocol/status.ts';
import type { CliContext } from './context.ts';
import { tellFindings } from './doctor.ts';

/** What of the doctor's is about Asterisk itself. */
const ofAsterisk: readonly CheckName[] = [
  ...([
    'asterisk',
    'version',
    'modules',
    'sorcery',
    'dialplan',
    'emergency',
    'ports',
    'ari-exposure',
    'session-limit',
  ] as const),
  ...(['write-timeout', 'pickup-code', 'message-lamps', 'codecs', 'sounds'] as const),
];

/** `cordboard asterisk …`: taking over an Asterisk that is there already. */
export function asteriskCommand(program: Command, context: CliContext): void {
  const asterisk = program
    .command('asterisk')
    .description('an Asterisk of your own: what it lacks, what it would be given');

  asterisk
    .command('check')
    .description('name what a running Asterisk lacks for Cordboard; changes nothing')
    .action(async () => {
      const { examine } = await import('../doctor/examine.ts');
      const { diagnose } = await import('../doctor/diagnose.ts');
      const status = () => context.client().get<StatusView>('/v1/status');
      const config = context.config();
      const findings = diagnose(await context.patiently('Looking at Asterisk', () => examine(config, { status })));
      tellFindings(
        context.output(),
        findings.filter(({ check }) => ofAsterisk.includes(check)),
      );
    });

  asterisk
    .command('render')
    .description('show what an Asterisk would be given: what is global, the files, phones and fallback; writes nothing')
    .action(async () => {
      const { render } = await import('../doctor/render.ts');
      context.output().result(render(context.config()), text);
    });
}

const headings: Readonly<Record<Rendering['files'][number]['how'], string>> = {
  include: 'include it in extensions.conf',
  merge: 'merge it into yours',
  compare: 'compare it with yours',
  leave: 'only where you have none',
};

function text({ global, files, phones, fallbacks }: Rendering): string {
  const head = (line: string): string => `\n${pc.bold(`;;; ${line}`)}`;
  const shownFiles = files.flatMap(({ file, how, text }) =>
    how === 'leave' ? [head(`${file}: ${headings[how]}`)] : [head(`${file}: ${headings[how]}`), text.trimEnd()],
  );
  return [
    pc.bold(';;; Global: this holds for others on that Asterisk too'),
    ...global.map(({ file, setting, effect }) => `;   ${file}: ${setting}\n;     ${effect}`),
    ...shownFiles,
    head(`over ARI while the daemon runs: ${phones.length} phones (${phones.length * 3} objects), each marked as ours`),
    ...phones.map((phone) => phone.text),
    head('over AMI, into AstDB: whom each number rings without the daemon'),
    ...Object.entries(fallbacks).map(([number, dial]) => `cordboard/fallback/${number} = ${dial}`),
  ].join('\n');
}
