import type { Command } from 'commander';
import pc from 'picocolors';
import type { Finding, Level } from '../doctor/finding.ts';
import type { StatusView } from '../protocol/status.ts';
import type { CliContext } from './context.ts';
import { Failure } from './failure.ts';
import { wrapped } from './layout.ts';
import type { Output } from './output.ts';

/** `cordboard doctor` */
export function doctorCommand(program: Command, context: CliContext): void {
  program
    .command('doctor')
    .description('look at Asterisk, the network, the databases and the daemon, and say what to put right')
    .action(async () => {
      const config = context.config();
      const { examine } = await import('../doctor/examine.ts');
      const { diagnose } = await import('../doctor/diagnose.ts');
      const status = () => context.client().get<StatusView>('/v1/status');
      const evidence = await context.patiently('Looking at Asterisk and the daemon', () => examine(config, { status }));
      const findings = diagnose(evidence);
      tellFindings(context.output(), findings);
    });
}

/** Tells the findings with their counts; throws a `Failure` when one is an error. */
export function tellFindings(output: Output, findings: readonly Finding[]): void {
  const count = (level: Level): number => findings.filter((finding) => finding.level === level).length;
  const [errors, warnings] = [count('error'), count('warning')];
  output.result({ errors, warnings, findings }, () =>
    [...findings.map(said), `${errors} errors, ${warnings} warnings, ${count('ok')} ok`].join('\n'),
  );
  if (errors > 0) throw new Failure('unwell', `${errors} of the findings are errors: each says what to do`);
}

const marks: Readonly<Record<Level, (text: string) => string>> = { ok: pc.green, warning: pc.yellow, error: pc.red };

/** Where what was found begins; and, below it, what is said of it. */
const [FOUND, MORE] = [24, 34];

function said({ check, level, found, expected, todo }: Finding): string {
  const head = `${marks[level](level.padEnd(8))} ${check.padEnd(14)} ${wrapped(found, Math.max(FOUND, check.length + 10))}`;
  if (todo === null) return head;
  const more = (title: string, text: string): string =>
    `${' '.repeat(FOUND)}${pc.dim(title.padEnd(MORE - FOUND - 1))} ${wrapped(text, MORE)}`;
  return [head, more('expected:', expected), more('to do:', todo)].join('\n');
}
