import { trunkEndpoint, trunkOf } from '../translate.ts';
import { type AmiAccess, type AmiConnection, type AmiMessage, openAmi } from './connection.ts';
import { type AmiEvent, decodeEvent, transportOf } from './event.ts';

/** What Asterisk knows of a trunk. */
export type TrunkState = { readonly reachable: boolean | null; readonly registered: boolean | null };

/** One step of the dialplan. */
export type DialplanStep = { readonly exten: string; readonly application: string; readonly data: string };

/** Questions about how Asterisk is set up, one after the other, on a connection of their own. Each may reject. */
export type Inquiry = {
  /**
   * What one category of a configuration file says, as it is on Asterisk's disk now, includes and templates resolved; null
   * when there is no such file. Only the category that is named is read: others may hold secrets.
   */
  category(file: string, name: string): Promise<ReadonlyMap<string, string> | null>;
  /** A family of AstDB: its keys, without the family's name, and their values. */
  family(name: string): Promise<ReadonlyMap<string, string>>;
  /** By which transport each phone with a contact is registered: `udp`, `tcp`, `tls`, `ws` or `wss`. */
  registeredBy(): Promise<ReadonlyMap<string, string>>;
  /** How Asterisk has these trunks: whether its address answers, and whether the carrier took our registration; null: not asked. */
  trunks(names: readonly string[]): Promise<ReadonlyMap<string, TrunkState>>;
  /** Each step of a context, included ones not: the number it is for, and its application with what that is given. */
  steps(context: string): Promise<readonly DialplanStep[]>;
  /** Whether the dialplan has a context of this name. */
  hasContext(name: string): Promise<boolean>;
  close(): void;
};

/** Connects, or rejects with why not. */
export async function openInquiry(access: AmiAccess): Promise<Inquiry> {
  const lists = new Map<string, { readonly rows: AmiMessage[]; done: () => void }>();
  let failed: (error: Error) => void = () => undefined;
  const lost = new Promise<never>((_, reject) => {
    failed = reject;
  });
  // Who is not waiting just now hears of it at the next question.
  lost.catch(() => undefined);
  const connection = await new Promise<AmiConnection>((resolve, reject) => {
    const opened = openAmi(access, {
      onReady: () => resolve(opened),
      onEvent: () => undefined,
      onMessage(message) {
        if (message.event === 'DBGetTreeResponse') lists.get('tree')?.rows.push(message);
        if (message.event === 'DBGetTreeComplete') lists.get('tree')?.done();
        if (message.event === 'ListDialplan') lists.get('dialplan')?.rows.push(message);
        if (message.event === 'ShowDialPlanComplete') lists.get('dialplan')?.done();
        if (message.event === 'OutboundRegistrationDetail') lists.get('registrations')?.rows.push(message);
        if (message.event === 'OutboundRegistrationDetailComplete') lists.get('registrations')?.done();
        if (message.event === 'ContactStatusDetail') lists.get('details')?.rows.push(message);
        if (message.event === 'EndpointDetailComplete') lists.get('details')?.done();
        if (message.event === 'ContactList') lists.get('contacts')?.rows.push(message);
        if (message.event === 'ContactListComplete') lists.get('contacts')?.done();
      },
      onEnd(why) {
        reject(new Error(`AMI: ${why}`));
        failed(new Error(`AMI: ${why}`));
      },
    });
  });
  async function list(name: string, action: string, fields: Readonly<Record<string, string>>): Promise<AmiMessage[]> {
    const rows: AmiMessage[] = [];
    const complete = new Promise<void>((resolve) => lists.set(name, { rows, done: resolve }));
    try {
      await connection.ask(action, fields);
      await Promise.race([complete, lost, late(access.actionMs ?? 5_000)]);
      return rows;
    } finally {
      lists.delete(name);
    }
  }

  /** Asterisk calls it an error when such a list is empty. */
  async function listed(
    name: string,
    action: string,
    isEmpty: RegExp,
    fields: Readonly<Record<string, string>> = {},
  ): Promise<AmiMessage[]> {
    try {
      return await list(name, action, fields);
    } catch (error) {
      if (error instanceof Error && isEmpty.test(error.message)) return [];
      throw error;
    }
  }

  return {
    async category(file, name) {
      try {
        const answer = await connection.ask('GetConfig', { Filename: file, Category: name });
        return linesOf(answer);
      } catch (error) {
        if (error instanceof Error && /not found/i.test(error.message)) return null;
        throw error;
      }
    },
    async family(name) {
      const rows = await listed('tree', 'DBGetTree', /not found/i, { Family: name });
      return new Map(rows.map((row) => [String(row.key).replace(`/${name}/`, ''), String(row.val)]));
    },
    async registeredBy() {
      const rows = await listed('contacts', 'PJSIPShowContacts', /no contacts found/i);
      return new Map(rows.map((row) => [String(row.endpoint), transportOf(String(row.uri)) ?? 'unknown']));
    },
    async trunks(names) {
      const contacts: AmiMessage[] = [];
      // Addresses that are written down are in no list of contacts. One that Asterisk does not have is an error to it.
      for (const name of names) {
        const fields = { Endpoint: trunkEndpoint(name) };
        contacts.push(...(await listed('details', 'PJSIPShowEndpoint', /unable to retrieve/i, fields)));
      }
      const registrations = await listed(
        'registrations',
        'PJSIPShowRegistrationsOutbound',
        /no outbound registrations/i,
      );
      return trunkStates([...contacts, ...registrations].flatMap((row) => decodeEvent(row) ?? []));
    },
    async steps(context) {
      const rows = await list('dialplan', 'ShowDialPlan', { Context: context });
      let exten = '';
      return rows.flatMap((row) => {
        // Only the first step of a number names it.
        exten = typeof row.extension === 'string' && row.extension !== '' ? row.extension : exten;
        if (typeof row.application !== 'string') return [];
        return [{ exten, application: row.application, data: typeof row.appdata === 'string' ? row.appdata : '' }];
      });
    },
    async hasContext(name) {
      try {
        await connection.ask('ShowDialPlan', { Context: name });
        return true;
      } catch (error) {
        if (error instanceof Error && /did not find context/i.test(error.message)) return false;
        throw error;
      }
    },
    close: () => connection.close(),
  };
}

function trunkStates(events: readonly AmiEvent[]): ReadonlyMap<string, TrunkState> {
  const states = new Map<string, TrunkState>();
  const note = (endpoint: string, seen: Partial<TrunkState>): void => {
    const trunk = trunkOf(endpoint);
    const before = states.get(trunk ?? '') ?? { reachable: null, registered: null };
    if (trunk !== null) states.set(trunk, { ...before, ...seen });
  };
  for (const event of events) {
    if (event.type === 'contact-detail') note(event.contact.phone, { reachable: event.contact.reachable });
    if (event.type === 'registration-listed') note(event.name, { registered: event.status === 'Registered' });
  }
  return states;
}

/** `line-000000-000001: name=value`, of which a later one counts, as in Asterisk. */
function linesOf(answer: AmiMessage): ReadonlyMap<string, string> {
  const lines = Object.entries(answer).filter(([key]) => key.startsWith('line-'));
  return new Map(
    lines.flatMap(([, value]) => {
      const text = String(value);
      const equals = text.indexOf('=');
      return equals < 0 ? [] : [[text.slice(0, equals).trim(), text.slice(equals + 1).trim()] as const];
    }),
  );
}

function late(ms: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => setImmediate(() => reject(new Error(`AMI: no list in ${ms} ms`))), ms).unref();
  });
}
