import type { Command } from 'commander';
import pc from 'picocolors';
import type { PhoneRemoved, PhoneSaved, PhonesChecked, PhoneView } from '../protocol/phones.ts';
import type { CliContext } from './context.ts';
import { Failure } from './failure.ts';
import { listCommand } from './listing.ts';
import { dateAndTime } from './moment.ts';
import { fields, orDash, table } from './output.ts';
import { credentialsText } from './phone-credentials.ts';
import { type PhoneOptions, phoneFieldsOf, withPhoneOptions } from './phone-options.ts';
import { asSimulatedPhone } from './simulated-phone.ts';

type AddOptions = PhoneOptions & { label?: string; dryRun?: boolean };

/** `cordboard phone …`: the phones of users; `cordboard phone <username>` is a simulated one. */
export function phoneCommand(program: Command, context: CliContext): void {
  const phone = program
    .command('phone')
    .summary('phones of users, real and simulated')
    .description(
      "The phones of users. Without a subcommand: be a simulated phone until Ctrl-C, a user's own, or with --dial a throw-away one. It registers and talks SIP like any other, without a voice.",
    );
  asSimulatedPhone(phone, context);
  const dryRun = 'check everything and say what would be, and do nothing';

  withPhoneOptions(phone.command('add <username>'))
    .description('give a user one more phone; prints its SIP credentials, once')
    .option('--label <label>', "the phone's name, such as mobile: its id is then the extension, a dash and this")
    .option('--dry-run', dryRun)
    .action(async (username: string, { label, dryRun, ...rest }: AddOptions) => {
      const said = { ...(label === undefined ? {} : { label }), ...(dryRun === true ? { dryRun } : {}) };
      const path = `/v1/users/${encodeURIComponent(username)}/phones`;
      const saved = await context.client().post<PhoneSaved>(path, { ...said, ...phoneFieldsOf(rest) });
      context.output().result(saved, (each) => savedText('added', each));
    });

  listCommand<PhoneView>(
    phone,
    context,
    'all phones, and by which transport they are registered',
    'phones',
    phoneTable,
  );

  phone
    .command('show <id>')
    .description('one phone')
    .action(async (id: string) => {
      const answer = await context.client().get<{ phone: PhoneView }>(pathOf(id));
      context.output().result(answer, (shown) => phoneText(shown.phone));
    });

  withPhoneOptions(phone.command('set <id>'))
    .description('change a phone; what is not named stays')
    .option('--dry-run', dryRun)
    .action(async (id: string, { dryRun, ...rest }: AddOptions) => {
      const patch = phoneFieldsOf(rest);
      if (Object.keys(patch).length === 0) throw new Failure('usage', 'say what to change, such as --nat no', 2);
      const body = { ...patch, ...(dryRun === true ? { dryRun } : {}) };
      const saved = await context.client().patch<PhoneSaved>(pathOf(id), body);
      context.output().result(saved, (each) => savedText('changed', each));
    });

  phone
    .command('remove <id>')
    .description('remove one phone; the user keeps the extension and the other ones')
    .action(async (id: string) => {
      const answer = await context.client().delete<PhoneRemoved>(pathOf(id));
      context.output().result(answer, ({ removed, username }) => `${removed} removed from ${username}`);
    });

  phone
    .command('rotate <id>')
    .description('give a phone another SIP password; prints it, once')
    .action(async (id: string) => {
      const saved = await context.client().post<PhoneSaved>(`${pathOf(id)}/rotate`);
      context.output().result(saved, (each) => savedText('has another password', each));
    });

  phone
    .command('sign-in <id>')
    .description('a throw-away SIP password for a phone in a browser, good until its next sign-in')
    .action(async (id: string) => {
      const saved = await context.client().post<PhoneSaved>(`${pathOf(id)}/sign-in`);
      context.output().result(saved, (each) => savedText('may sign in', each));
    });

  phone
    .command('check')
    .description('compare all phones with Asterisk, attribute by attribute, and put right what was changed there')
    .action(async () => {
      const checked = await context.patiently('Comparing phones with Asterisk', () =>
        context.client().post<PhonesChecked>('/v1/phones/check'),
      );
      context.output().result(checked, checkedText);
    });

  // Not an option of `phone` itself: it would swallow the --label of `phone add`.
  asSimulatedPhone(phone.command('simulate'), context)
    .description('be a simulated phone until Ctrl-C: what cordboard phone does without a subcommand')
    .option('--label <label>', 'which of their phones; the first one unless said');
}

const pathOf = (id: string): string => `/v1/phones/${encodeURIComponent(id)}`;

function savedText(what: string, { phone, sip, dryRun }: PhoneSaved): string {
  const lines = [dryRun ? `${phone.id} could be ${what}; nothing was done` : `${phone.id} ${what}`];
  if (sip !== null) lines.push('', credentialsText(sip));
  for (const warning of phone.warnings) lines.push('', pc.yellow(warning));
  if (!phone.provisioned && !dryRun) lines.push('', pc.yellow(`${stateOf(phone)}. It is tried again by itself.`));
  return lines.join('\n');
}

function phoneTable(phones: readonly PhoneView[]): string {
  const rows = phones.map((phone) => [
    phone.id,
    phone.username,
    orDash(phone.label),
    phone.transport,
    phone.nat,
    phone.codecs.join(','),
    stateOf(phone),
  ]);
  const head = ['Phone', 'User', 'Label', 'Transport', 'NAT', 'Codecs', 'State'];
  const warnings = phones.flatMap((phone) => phone.warnings.map((warning) => pc.yellow(`${phone.id}: ${warning}`)));
  const empty = 'No phones yet: cordboard user add, or cordboard phone add';
  return [table(head, rows, empty, { spare: ['NAT', 'Codecs'] }), ...warnings].join('\n');
}

function phoneText(phone: PhoneView): string {
  const drift = phone.drift === null ? null : `${phone.drift.attributes.join(', ')} (${dateAndTime(phone.drift.at)})`;
  const text = fields([
    ['id', phone.id],
    ['user', phone.username],
    ['label', orDash(phone.label)],
    ['extension', phone.extension],
    ['transport', phone.transport],
    ['codecs', phone.codecs.join(', ')],
    ['NAT', phone.nat],
    ['context', phone.context],
    ['call groups', orDash(phone.callGroups.join(', '))],
    ['pickup groups', orDash(phone.pickupGroups.join(', '))],
    ['auto-answer', phone.autoAnswer],
    ['mailboxes', phone.mailboxes === null ? 'its own, when it asks' : orDash(phone.mailboxes.join(', '))],
    ['caller ID', `"${phone.callerName}" <${phone.callerNumber}>`],
    ['state', stateOf(phone)],
    ['changed by hand', orDash(drift)],
  ]);
  return [text, ...phone.warnings.map((warning) => pc.yellow(warning))].join('\n');
}

/** A phone's state in a few words. */
export function stateOf(phone: PhoneView): string {
  if (!phone.provisioned) return pc.yellow(`unprovisioned: ${phone.failure ?? 'not given to Asterisk yet'}`);
  if (phone.registered !== true) return pc.dim('not registered');
  return pc.green(phone.registeredBy === null ? 'registered' : `registered by ${phone.registeredBy}`);
}

function checkedText({ checked, repaired, failed, strangers, fallbacks }: PhonesChecked): string {
  const lines = [`${checked} phones compared; ${repaired.length} had been changed in Asterisk and were put right`];
  for (const { phone, attributes } of repaired) lines.push(`  ${phone}: ${attributes.join(', ')}`);
  for (const { phone, failure } of failed) lines.push(pc.red(`  ${phone} could not be put right: ${failure}`));
  if (fallbacks.length > 0)
    lines.push(
      `what the dialplan knows without the daemon had been changed and was put right: ${fallbacks.join(', ')}`,
    );
  if (strangers.length > 0) lines.push(pc.yellow(`not in the directory, left alone: ${strangers.join(', ')}`));
  return lines.join('\n');
}
