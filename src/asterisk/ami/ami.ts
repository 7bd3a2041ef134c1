import type { SeenTrunk } from '../../core/events.ts';
import type { Fact } from '../../core/facts.ts';
import type { TrunkId } from '../../core/outside.ts';
import type { PhoneId } from '../../core/settings.ts';
import { createBackoff } from '../../lib/backoff.ts';
import type { Log } from '../../lib/log.ts';
import { trunkEndpoint } from '../translate.ts';
import { type AmiAccess, type AmiConnection, openAmi } from './connection.ts';
import { createContacts, type Reachability } from './contacts.ts';
import { type Contact, type EmergencyCall, emergencyFamily } from './event.ts';
import { createRegistrations } from './registrations.ts';
import { createSecondLook } from './second-look.ts';

/** Times in ms. */
export type AmiOptions = AmiAccess & {
  readonly log: Log;
  /** A ping goes out so often; the connection is dead when it is not answered in time (default 5,000). */
  readonly pingMs?: number;
};

export type RegistrationHandlers = {
  /** AMI is up, and these are all the phones that can be reached; from here on `onPhone` keeps that current. */
  onUp(reachable: readonly Reachability[]): void;
  onDown(why: string): void;
  onPhone(news: Reachability): void;
  /** Somebody dialled an emergency number, now or while nobody listened; it is told of again until `tellingDone`. */
  onEmergency?(call: EmergencyCall): void;
  /** How our registrations at carriers stand: after `onUp`, and each time that one of them changed. */
  onTrunks?(trunks: readonly SeenTrunk[]): void;
};

/** What is followed, for as long as it is not closed. */
export type Registrations = {
  /**
   * These phones are (again) in the directory, and nothing is known of them there: `onPhone` tells of those that Asterisk has a contact of,
   * once it was asked.
   */
  lookAgain(phones: readonly PhoneId[]): void;
  /**
   * How these trunks stand is told by `onPhone`: addresses that are written down are in no list of Asterisk's, and without a change there
   * is no news of them.
   */
  askTrunks(trunks: readonly TrunkId[]): void;
  /** These are the trunks of the directory: what was known of others counts no more. */
  keepTrunks(trunks: readonly TrunkId[]): void;
  /** People know of the emergency calls among these facts: Asterisk may forget them. */
  tellingDone(facts: readonly Fact[]): void;
  close(): void;
};

/**
 * Follows the registrations of all phones over AMI, for ever. A refresh is no news, and Asterisk tells nobody of it; a
 * contact that came, went, stopped or began to answer is.
 */
export function connectAmi(options: AmiOptions, handlers: RegistrationHandlers): Registrations {
  const log = options.log;
  const backoff = createBackoff({ firstMs: 100, lastMs: 2_000 });
  const told = new Set<string>();
  let following: Following | null = null;
  let retry: NodeJS.Timeout | null = null;

  function open(): void {
    retry = null;
    following = follow(options, {
      onUp(reachable) {
        log.info({ phones: reachable.length, failed: backoff.attempts() }, 'AMI is up');
        backoff.reset();
        handlers.onUp(reachable);
      },
      onPhone: handlers.onPhone,
      onTrunks: (trunks) => handlers.onTrunks?.(trunks),
      onEmergency(call) {
        // Its trace could not be removed, or not yet: people know of it.
        if (call.channel !== undefined && told.has(call.channel)) following?.forget(call.channel);
        else handlers.onEmergency?.(call);
      },
      onEnd(why, wasUp) {
        following = null;
        const delayMs = backoff.next();
        if (wasUp) log.warn({ why, delayMs }, 'AMI was lost; connecting again for ever');
        else if (backoff.worthSaying()) {
          log.warn({ why, attempts: backoff.attempts(), delayMs }, 'AMI is not reachable; trying for ever');
        }
        retry = setTimeout(open, delayMs);
        if (wasUp) handlers.onDown(why);
      },
    });
  }

  open();
  return {
    lookAgain: (phones) => following?.lookAgain(phones),
    askTrunks: (trunks) => following?.askTrunks(trunks),
    keepTrunks: (trunks) => following?.keepTrunks(trunks),
    tellingDone(facts) {
      for (const fact of facts) {
        if (fact.type !== 'emergency-called' || fact.channel === null) continue;
        told.add(fact.channel);
        following?.forget(fact.channel);
      }
    },
    close() {
      if (retry !== null) clearTimeout(retry);
      following?.close();
      following = null;
    },
  };
}

type Following = Pick<Registrations, 'lookAgain' | 'askTrunks' | 'keepTrunks' | 'close'> & {
  forget(channel: string): void;
};
type FollowHandlers = Omit<RegistrationHandlers, 'onDown'> & { onEnd(why: string, wasUp: boolean): void };

/** One connection, from its list of contacts to its end. */
function follow(options: AmiOptions, handlers: FollowHandlers): Following {
  const contacts = createContacts();
  const listed: Contact[] = [];
  const said = new Set<string>();
  const actionMs = options.actionMs ?? 5_000;
  let phase: 'opening' | 'up' | 'ended' = 'opening';
  let pinging: NodeJS.Timeout | null = null;
  let listing: NodeJS.Timeout | null = null;

  const connection: AmiConnection = openAmi(options, {
    onReady() {
      listing = setTimeout(() => setImmediate(listIsLate), actionMs);
      pinging = setInterval(() => connection.action('Ping', {}).catch(giveUp), options.pingMs ?? 5_000);
      connection.action('PJSIPShowContacts', {}).catch((error: Error) => {
        // Asterisk calls it an error when nobody is registered.
        if (/no contacts found/i.test(error.message)) up();
        else giveUp(error);
      });
    },
    onEvent(event) {
      if (secondLook.take(event)) return;
      if (event.type === 'contact-listed') listed.push(event.contact);
      else if (event.type === 'contacts-listed') up();
      else if (event.type === 'emergency' || event.type === 'emergency-traced') handlers.onEmergency?.(event.emergency);
      else if (registrations.take(event)) return;
      else if (event.type === 'malformed') malformed(event.event);
      else if (event.type === 'contact' || event.type === 'contact-detail') {
        if (event.type === 'contact') secondLook.noted(event.contact);
        const news = contacts.note(event.contact, event.type === 'contact' && event.gone);
        if (phase === 'up' && news !== null) handlers.onPhone(news);
      }
    },
    onEnd: over,
  });

  const registrations = createRegistrations(
    () => connection.action('PJSIPShowRegistrationsOutbound', {}),
    (trunks) => handlers.onTrunks?.(trunks),
  );

  const secondLook = createSecondLook(() => connection.action('PJSIPShowContacts', {}), contacts, handlers.onPhone);

  /** Each kind is said once a connection: a broken peer must not fill the disk. */
  function malformed(event: string): void {
    if (said.has(event)) return;
    said.add(event);
    options.log.warn({ event }, 'AMI sent an event without what it should tell; dropped, and not said again');
  }

  function up(): void {
    if (phase !== 'opening') return;
    phase = 'up';
    if (listing !== null) clearTimeout(listing);
    // What an event has told since the question is newer than the list.
    for (const contact of listed) if (!contacts.knows(contact)) contacts.note(contact, false);
    contacts.settle();
    handlers.onUp(contacts.reachable().map(contacts.stateOf));
    registrations.ask();
    // Asterisk calls it an error when there is none.
    connection.action('DBGetTree', { Family: emergencyFamily }).catch(() => undefined);
  }

  function listIsLate(): void {
    if (phase === 'opening') giveUp(new Error(`no list of contacts in ${actionMs} ms`));
  }

  function giveUp(error: Error): void {
    connection.close();
    over(error.message);
  }

  function over(why: string): void {
    if (phase === 'ended') return;
    const wasUp = phase === 'up';
    shut();
    handlers.onEnd(why, wasUp);
  }

  function shut(): void {
    phase = 'ended';
    if (pinging !== null) clearInterval(pinging);
    if (listing !== null) clearTimeout(listing);
  }

  return {
    lookAgain(phones) {
      if (phase === 'up') secondLook.look(phones);
    },
    askTrunks(trunks) {
      // One that Asterisk does not have is an error to it, and is given to it soon.
      for (const trunk of trunks)
        connection.action('PJSIPShowEndpoint', { Endpoint: trunkEndpoint(trunk) }).catch(() => undefined);
    },
    keepTrunks: contacts.keepTrunks,
    forget(channel) {
      // One that could not be removed is tried again with the next connection.
      connection.action('DBDel', { Family: emergencyFamily, Key: channel }).catch(() => undefined);
    },
    close() {
      shut();
      connection.close();
    },
  };
}
