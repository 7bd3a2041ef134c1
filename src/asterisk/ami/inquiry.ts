import { type AmiAccess, type AmiConnection, type AmiMessage, openAmi } from './connection.ts';

/** Questions about how Asterisk is set up, one after the other, on a connection of their own. Each may reject. */
export type Inquiry = {
  /**
   * What one category of a configuration file says, as it is on Asterisk's disk now, includes and templates resolved; null
   * when there is no such file. Only the category that is named is read: others may hold secrets.
   */
  category(file: string, name: string): Promise<ReadonlyMap<string, string> | null>;
  /** A family of AstDB: its keys, without the family's name, and their values. */
  family(name: string): Promise<ReadonlyMap<string, string>>;
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
      },
      onEnd(why) {
        reject(new Error(`AMI: ${why}`));
        failed(new Error(`AMI: ${why}`));
      },
    });
  });
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
      const rows: AmiMessage[] = [];
      const complete = new Promise<void>((resolve) => lists.set('tree', { rows, done: resolve }));
      await connection.ask('DBGetTree', { Family: name });
      await Promise.race([complete, lost, late(access.actionMs ?? 5_000)]);
      lists.delete('tree');
      return new Map(rows.map((row) => [String(row.key).replace(`/${name}/`, ''), String(row.val)]));
    },
    close: () => connection.close(),
  };
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
