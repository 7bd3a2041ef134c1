import { type Command, Option } from 'commander';
import pc from 'picocolors';
import { countArgument } from '../lib/count-argument.ts';
import { defined } from '../lib/defined.ts';
import { formatDuration } from '../lib/duration.ts';
import { NUMBER_FORMATS, TRUNK_TRANSPORTS, type TrunksChecked, type TrunkView } from '../protocol/trunks.ts';
import { durationArgument, listArgument } from './arguments.ts';
import type { CliContext } from './context.ts';
import { Failure } from './failure.ts';
import { listCommand, removeCommand } from './listing.ts';
import { fields, orDash, table } from './output.ts';

/** `cordboard trunk …` */
export function trunkCommand(program: Command, context: CliContext): void {
  const trunk = program.command('trunk').description('ways out of the house: carriers, by registration or by address');

  withSettings(trunk.command('add <name>').description('add a trunk and give it to Asterisk'))
    .requiredOption('--host <host>', 'where the carrier is, with :port where it is not the usual one')
    .action(async (name: string, options: SettingOptions) => {
      const answer = await context.client().post<{ trunk: TrunkView }>('/v1/trunks', { name, ...wire(options) });
      context.output().result(answer, (saved) => `${name} ${done(options, 'added')}\n\n${trunkText(saved.trunk)}`);
    });
  listCommand<TrunkView>(
    trunk,
    context,
    'all trunks, in the order in which they are tried, and whether they are up',
    'trunks',
    trunkTable,
  );
  trunk
    .command('show <name>')
    .description('one trunk with all settings and its state')
    .action(async (name: string) => {
      const answer = await context.client().get<{ trunk: TrunkView }>(path(name));
      context.output().result(answer, (shown) => trunkText(shown.trunk));
    });
  withSettings(trunk.command('set <name>').description('change a trunk; what is not named stays'))
    .option('--host <host>', 'another place')
    .action(async (name: string, options: SettingOptions) => {
      const patch = wire(options);
      if (Object.keys(patch).every((key) => key === 'dryRun'))
        throw new Failure('usage', 'say what to change, such as --max-calls 10', 2);
      const answer = await context.client().patch<{ trunk: TrunkView }>(path(name), patch);
      context.output().result(answer, (saved) => `${name} ${done(options, 'changed')}\n\n${trunkText(saved.trunk)}`);
    });
  trunk
    .command('check')
    .description('compare all trunks with Asterisk, attribute by attribute, and put right what was changed there')
    .action(async () => {
      const checked = await context.client().post<TrunksChecked>('/v1/trunks/check');
      context.output().result(checked, checkedText);
      if (checked.failed.length > 0)
        throw new Failure(
          'not-put-right',
          `${checked.failed.length} trunks could not be given to Asterisk; see above why`,
        );
    });
  removeCommand(trunk, context, 'remove a trunk; calls that are on it go on', path);
}

/** As commander names them: without the unit that the wire's names carry. */
type SettingOptions = {
  host?: string;
  address?: readonly string[];
  codecs?: readonly string[];
  callerId?: string;
  maxCalls?: number;
  unreachableAfter?: number;
  ring?: number;
  qualify?: number;
  header?: readonly string[];
  dryRun?: boolean;
  [other: string]: unknown;
};

const path = (name: string): string => `/v1/trunks/${encodeURIComponent(name)}`;

function withSettings(command: Command): Command {
  return command
    .addOption(new Option('--transport <transport>', 'how the carrier is reached').choices(TRUNK_TRANSPORTS))
    .option('--username <user>', 'the account at the carrier')
    .option('--password <password>', 'its password; it is kept, since the carrier asks for it')
    .option('--register', 'register there')
    .option('--no-register', 'do not register')
    .option('--contact-user <user>', 'where the carrier sends calls to, such as the main number')
    .option('--address <list>', 'from where it calls, besides its host: addresses or networks', listArgument)
    .option('--trusted', 'believe what it says of who calls (P-Asserted-Identity)')
    .option('--no-trusted', 'do not')
    .option('--codecs <list>', 'best first, such as alaw,ulaw', listArgument)
    .option('--order <number>', 'the lowest is tried first', countArgument)
    .option('--outbound', 'calls may go out here')
    .option('--no-outbound', 'calls only come in here')
    .addOption(new Option('--format <format>', 'how it writes numbers').choices(NUMBER_FORMATS))
    .option('--caller-id <number>', 'shown where a user has no number of their own')
    .option('--max-calls <count>', 'at once, both ways; 0 for no limit', countArgument)
    .option('--unreachable-after <duration>', 'with no 18x by then the next one is tried', durationArgument)
    .option('--ring <duration>', 'calls out ring at the most so long', durationArgument)
    .option('--qualify <seconds>', 'ask so often whether it lives; 0 never', countArgument)
    .option('--header <header...>', 'added to each call out, such as "X-Account: 17"')
    .option('--dry-run', 'check everything and say what would be, and do nothing');
}

function done({ dryRun }: SettingOptions, what: string): string {
  return dryRun === true ? `would be ${what}` : what;
}

function checkedText({ checked, repaired, failed }: TrunksChecked): string {
  const lines = [`${checked} trunks compared; ${repaired.length} had been changed in Asterisk and were put right`];
  for (const { trunk, attributes } of repaired) lines.push(`  ${trunk}: ${attributes.join(', ')}`);
  for (const { trunk, failure } of failed) lines.push(pc.red(`  ${trunk} could not be given to Asterisk: ${failure}`));
  return lines.join('\n');
}

function wire(options: SettingOptions): Record<string, unknown> {
  const { address, maxCalls, unreachableAfter, ring, qualify, header, ...rest } = options;
  const named = {
    ...rest,
    addresses: address,
    maxCalls: maxCalls === 0 ? null : maxCalls,
    unreachableAfterMs: unreachableAfter,
    ringMs: ring,
    qualifyS: qualify,
    headers: header,
  };
  return defined(named);
}

function stateOf(trunk: TrunkView): string {
  if (trunk.failure !== null) return pc.red('not in Asterisk');
  if (trunk.up === null) return pc.dim('unknown');
  if (trunk.up) return pc.green('up');
  return pc.red(trunk.registered === false ? 'DOWN, not registered' : 'DOWN, no answer');
}

function trunkTable(trunks: readonly TrunkView[]): string {
  const rows = [...trunks]
    .sort((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1))
    .map((trunk) => [
      trunk.name,
      stateOf(trunk),
      trunk.host,
      trunk.register ? 'registers' : 'by address',
      String(trunk.order),
      `${trunk.calls}${trunk.maxCalls === null ? '' : ` of ${trunk.maxCalls}`}`,
    ]);
  return table(['Name', 'State', 'Host', 'How', 'Order', 'Calls'], rows, 'No trunks yet: cordboard trunk add');
}

function trunkText(trunk: TrunkView): string {
  return fields([
    ['name', trunk.name],
    ['state', stateOf(trunk)],
    ['failure', orDash(trunk.failure)],
    ['host', `${trunk.host} (${trunk.transport})`],
    ['account', `${orDash(trunk.username)}${trunk.register ? ', registers' : ''}`],
    ['contact user', orDash(trunk.contactUser)],
    ['calls from', orDash(trunk.addresses.join(', '))],
    ['trusted', trunk.trusted ? 'yes' : 'no'],
    ['codecs', trunk.codecs.join(', ')],
    ['order', String(trunk.order)],
    ['outbound', trunk.outbound ? 'yes' : 'no'],
    ['format', trunk.format],
    ['caller ID', orDash(trunk.callerId)],
    ['calls', `${trunk.calls}${trunk.maxCalls === null ? '' : ` of ${trunk.maxCalls}`}`],
    ['unreachable after', formatDuration(trunk.unreachableAfterMs)],
    ['ring', formatDuration(trunk.ringMs)],
    ['headers', orDash(trunk.headers.join('; '))],
  ]);
}
