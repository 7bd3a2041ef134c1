import { type Command, Option } from 'commander';
import { AUTO_ANSWERS, NATS, type PhoneFields, TRANSPORTS } from '../protocol/phone-settings.ts';
import { callerIdArgument, groupsArgument, listArgument, mailboxesArgument } from './arguments.ts';

/** What the options of a phone are called once commander has read them. */
export type PhoneOptions = {
  transport?: string;
  codecs?: readonly string[];
  nat?: string;
  context?: string;
  callGroups?: readonly string[];
  pickupGroups?: readonly string[];
  autoAnswer?: string;
  mailboxes?: readonly string[] | null;
  callerId?: ReturnType<typeof callerIdArgument>;
  sipPassword?: string;
};

/** Gives a command the options of one phone. */
export function withPhoneOptions(command: Command): Command {
  return command
    .addOption(new Option('--transport <transport>', 'how the phone comes').choices(TRANSPORTS))
    .option('--codecs <list>', 'the codecs, best first: opus,ulaw', listArgument)
    .addOption(new Option('--nat <nat>', 'what is done about NAT').choices(NATS))
    .option('--context <context>', 'where its calls enter the dialplan')
    .option(
      '--call-groups <list>',
      'who may take its ringing calls: numbers 0 to 63 or names, such as 1,sales',
      groupsArgument,
    )
    .option('--pickup-groups <list>', 'whose ringing calls it may take', groupsArgument)
    .addOption(
      new Option('--auto-answer <when>', 'it is asked to answer by itself: offers of queues, or all calls').choices(
        AUTO_ANSWERS,
      ),
    )
    .option(
      '--mailboxes <list>',
      'whose messages its lamp tells of, also unasked: extensions, or mailboxes of the PBX such as 1001@default; own: its own, when it asks',
      mailboxesArgument,
    )
    .option(
      '--caller-id <id>',
      `what others see: '"Hotline" <+4930123>', a name, a number, or default`,
      callerIdArgument,
    )
    .option('--sip-password <password>', 'a SIP password of 12 characters or more; made up when not given');
}

/** The options as the daemon takes them. */
export function phoneFieldsOf({ callerId, ...rest }: PhoneOptions): PhoneFields {
  return { ...rest, ...callerId } as PhoneFields;
}
