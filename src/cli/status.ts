import type { Command } from 'commander';
import pc from 'picocolors';
import type { StatusView } from '../protocol/status.ts';
import type { CliContext } from './context.ts';
import { fields } from './output.ts';

/** `cordboard status` */
export function statusCommand(program: Command, context: CliContext): void {
  program
    .command('status')
    .description('how the daemon and its Asterisk are')
    .action(async () => {
      const status = await context.client().get<StatusView>('/v1/status');
      context.output().result(status, statusText);
    });
}

function statusText(status: StatusView): string {
  const { engine, asterisk, counts } = status;
  const states = { down: pc.red('down'), connected: pc.yellow('connected, comparing calls'), ready: pc.green('ready') };
  const lines = [
    fields([
      ['cordboard', `${status.version}, process ${status.pid}`],
      ['home', status.home],
      ['configuration', status.config],
      [
        'engine',
        engine === null
          ? pc.red('does not answer')
          : `up for ${upFor(status.now - engine.startedAt)}, epoch ${engine.epoch}`,
      ],
      ['Asterisk', `${asterisk.version ?? 'unknown version'} at ${asterisk.host}`],
      ['calls (ARI)', engine === null ? 'unknown' : states[engine.pbx]],
      ['phones (AMI)', engine === null ? 'unknown' : states[engine.ami]],
      ['calls now', engine === null ? `${counts.openCalls}` : `${engine.waiting} waiting, ${engine.talking} talking`],
      ['users', `${counts.users}, ${counts.phones.registered} phones registered`],
      ['groups', `${counts.groups}`],
      ['agents', `${counts.agents.signedIn} signed in, ${counts.agents.ready} ready`],
      ...(engine === null
        ? []
        : ([
            ['loop lag', `p99 ${engine.loopLagMs.p99.toFixed(1)} ms, worst ${engine.loopLagMs.max.toFixed(1)} ms`],
            ['turned away', `${engine.turnedAway} callers handed to the fallback`],
            ['repairs', engine.repairs === 0 ? '0' : pc.yellow(`${engine.repairs}: see cordboard events`)],
          ] as const)),
    ]),
  ];
  if (engine?.draining === true) {
    lines.push(
      pc.yellow('draining: nothing new is begun, the daemon stops when nobody waits (cordboard drain --cancel)'),
    );
  }
  if (engine !== null && engine.heldMs !== null) {
    const held = `for ${(engine.heldMs / 1_000).toFixed(1)} s the database could not be written`;
    lines.push(pc.red(`${held}, nothing is decided until it can: cordboard doctor looks at the disk`));
  }
  if (counts.phones.unprovisioned > 0) {
    lines.push(pc.yellow(`${counts.phones.unprovisioned} phones are not in Asterisk yet: see cordboard user list`));
  }
  if (asterisk.failure !== null) {
    lines.push(pc.yellow(`Asterisk could not be asked: ${asterisk.failure}`));
  }
  lines.push(...asterisk.warnings.map((warning) => pc.yellow(warning)));
  return lines.join('\n');
}

function upFor(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3_600)} h`;
}
