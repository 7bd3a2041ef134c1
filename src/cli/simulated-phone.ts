import { type Command, InvalidArgumentError } from 'commander';
import { whyOf } from '../lib/why.ts';
import type { Behaviour, Phone, PhoneEvent } from '../phones/index.ts';
import type { PhoneAccess, PhoneView, TrialPhone } from '../protocol/phones.ts';
import { durationArgument } from './arguments.ts';
import type { ApiClient } from './client.ts';
import type { CliContext } from './context.ts';
import { Failure } from './failure.ts';
import type { Output } from './output.ts';
import { phoneLine } from './phone-line.ts';

type PhoneCommandOptions = {
  label?: string;
  answerAfter?: number;
  decline?: true | number;
  ignore?: true;
  forwardTo?: string;
  hangUpAfter?: number;
  dial?: string;
  for?: number;
};

/**
 * Makes `command` a simulated phone that really registers and really talks SIP, for trying and testing: `cordboard phone
 * simulate`, and `cordboard phone` itself.
 */
export function asSimulatedPhone(command: Command, context: CliContext): Command {
  return command
    .argument('[username]', 'whose phone; not needed with --dial')
    .option('--answer-after <duration>', 'answer each call after this long (the default, after 1s)', durationArgument)
    .option('--decline [code]', 'decline each call with this SIP code (603 unless said)', declineArgument)
    .option('--ignore', 'let each call ring out')
    .option('--forward-to <number>', 'forward each call there (302), as it was dialled or as a SIP URI')
    .option('--hang-up-after <duration>', 'hang up so long after the answer', durationArgument)
    .option('--dial <number>', 'dial this number, and end when the call ends')
    .option('--for <duration>', 'with --dial: hang up so long after dialling', durationArgument)
    .action(async (username: string | undefined, _own: PhoneCommandOptions, self: Command) => {
      // `phone` has the same options as `phone simulate`, and takes them first.
      const options = self.optsWithGlobals<PhoneCommandOptions>();
      const behaviour = behaviourOf(options);
      checkUsage(username, options);
      const client = context.client();
      const output = context.output();
      if (username === undefined) {
        const trial = await client.post<TrialPhone>('/v1/trial-phones');
        try {
          await run({ wsUrl: trial.wsUrl, user: trial.id, password: trial.secret }, behaviour, options, output);
        } finally {
          await client.delete(`/v1/trial-phones/${trial.id}`);
        }
      } else {
        const which = options.label === undefined ? {} : { label: options.label };
        const path = `/v1/users/${encodeURIComponent(username)}/phone-access`;
        const access = await client.post<PhoneAccess>(path, which);
        await warnIfTaken(client, access.extension);
        await run({ wsUrl: access.wsUrl, user: access.extension, ha1: access.ha1 }, behaviour, options, output);
      }
    });
}

type Account = { wsUrl: string; user: string } & ({ password: string } | { ha1: string });

/** Runs one phone until Ctrl-C, SIGTERM, or the end of the call that it dialled. Whatever happens it takes its leave. */
async function run(
  account: Account,
  behaviour: Behaviour,
  options: PhoneCommandOptions,
  output: Output,
): Promise<void> {
  // SIP.js is two hundred files: only who simulates a phone reads them.
  const { createPhone } = await import('../phones/index.ts');
  const stopped = untilStopped();
  const phone = createPhone({ ...account, behaviour, log: (event) => output.line(event, phoneLine) });
  if (options.hangUpAfter !== undefined) hangUpAfter(phone, options.hangUpAfter);
  try {
    if (options.dial === undefined) {
      await Promise.race([phone.register(), stopped.promise]);
      await stopped.promise;
    } else {
      await dialAndFollow(phone, options.dial, options.for ?? null, stopped.promise);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('phone-failed', whyOf(error));
  } finally {
    await phone.close();
    stopped.forget();
  }
}

async function dialAndFollow(
  phone: Phone,
  target: string,
  forMs: number | null,
  stopped: Promise<void>,
): Promise<void> {
  // Without its socket the phone would not hear the other side's BYE.
  const over = firstEvent(phone, (event) => event.type === 'ended' || event.type === 'disconnected');
  const call = await phone.dial(target);
  const timer = forMs === null ? null : setTimeout(() => call.hangUp(), forMs);
  await Promise.race([over, stopped]);
  if (timer !== null) clearTimeout(timer);
  await phone.close();
  if (phone.events.some((event) => event.type === 'answered')) return;
  const sip = call.end?.sip ?? null;
  const why = call.end?.by === 'us' ? 'nobody had answered when we hung up' : `SIP ${sip ?? 'gave no reason'}`;
  throw new Failure('not-answered', `The call to ${target} was not answered: ${why}`);
}

function firstEvent(phone: Phone, predicate: (event: PhoneEvent) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const leave = phone.subscribe((event) => {
      if (!predicate(event)) return;
      leave();
      resolve();
    });
  });
}

function hangUpAfter(phone: Phone, ms: number): void {
  phone.subscribe((event) => {
    if (event.type !== 'answered') return;
    const call = phone.calls[event.call - 1];
    setTimeout(() => call?.hangUp(), ms).unref();
  });
}

/** Ctrl-C once is a request; the second time the process ends at once, as if nobody listened. */
function untilStopped(): { readonly promise: Promise<void>; readonly forget: () => void } {
  let stop = (): void => {};
  const promise = new Promise<void>((resolve) => {
    stop = () => {
      forget();
      resolve();
    };
  });
  const forget = (): void => {
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return { promise, forget };
}

function checkUsage(username: string | undefined, options: PhoneCommandOptions): void {
  if (username === undefined && options.dial === undefined) {
    throw new Failure('usage', 'Say whose phone: cordboard phone <username>; or cordboard phone --dial <number>', 2);
  }
  if (options.dial === undefined && options.for !== undefined) {
    throw new Failure('usage', '--for goes with --dial; for a phone that is called there is --hang-up-after', 2);
  }
}

function behaviourOf(options: PhoneCommandOptions): Behaviour {
  const { answerAfter, decline, ignore, forwardTo } = options;
  const said = [answerAfter, decline, ignore, forwardTo].filter((option) => option !== undefined);
  if (said.length > 1) {
    throw new Failure('usage', 'Only one of --answer-after, --decline, --ignore and --forward-to', 2);
  }
  if (forwardTo !== undefined) return { kind: 'redirect', to: forwardTo };
  if (ignore === true) return { kind: 'ignore' };
  if (decline !== undefined) {
    return { kind: 'decline', sip: decline === true ? 603 : decline, afterMs: 1_000 };
  }
  return { kind: 'answer', afterMs: answerAfter ?? 1_000 };
}

function declineArgument(text: string): number {
  const code = Number(text);
  if (!/^[4-6]\d\d$/.test(text)) {
    throw new InvalidArgumentError('Expected a SIP code from 400 to 699, such as 486 or 603.');
  }
  return code;
}

/** A phone has one contact at a time: the one that was there is not told that it lost its place. */
async function warnIfTaken(client: ApiClient, id: string): Promise<void> {
  const { phone } = await client.get<{ phone: PhoneView }>(`/v1/phones/${encodeURIComponent(id)}`);
  if (phone.registered === true) {
    process.stderr.write(`The phone ${id} is registered: this one takes its place until it registers again.\n`);
  }
}
