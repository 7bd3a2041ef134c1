import { type AmiAccess, type AmiConnection, openAmi } from './connection.ts';

/** Writes into Asterisk's own database whom the dialplan rings when the daemon is absent. */
export type FallbackWriter = {
  /** Sets the dial string (`PJSIP/1001&PJSIP/1002`) of an extension; null removes it. Rejects with why not. */
  setFallback(extension: string, dial: string | null): Promise<void>;
  /** Sets the first lease of a caller, in seconds. Rejects with why not. */
  setLease(seconds: number): Promise<void>;
  close(): void;
};

/** The family of AstDB that the context `cordboard-fallback` reads. */
export const fallbackFamily = 'cordboard/fallback';

/**
 * Writes over AMI, one after the other, on a connection that is there only while something is to be written: the pushes
 * come in bursts, hours apart.
 */
export function createFallbackWriter(access: AmiAccess): FallbackWriter {
  let connection: Promise<AmiConnection> | null = null;
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  let drop: (why: string) => void = () => undefined;

  function connect(): Promise<AmiConnection> {
    return new Promise((resolve, reject) => {
      const opened = openAmi(access, {
        onReady: () => resolve(opened),
        onEvent: () => undefined,
        onEnd(why) {
          connection = null;
          reject(new Error(`AMI: ${why}`));
        },
      });
      drop = (why) => {
        connection = null;
        opened.close();
        reject(new Error(`AMI: ${why}`));
      };
    });
  }

  async function write(extension: string, dial: string | null): Promise<void> {
    const ami = await connected();
    if (dial !== null) return ami.action('DBPut', { Family: fallbackFamily, Key: extension, Val: dial });
    return ami.action('DBDel', { Family: fallbackFamily, Key: extension }).catch((error: Error) => {
      // What is not there is as good as removed; the words differ between versions.
      if (!/not found|could not be deleted/i.test(error.message)) throw error;
    });
  }

  function connected(): Promise<AmiConnection> {
    connection ??= connect();
    return connection;
  }

  async function inTurn(act: () => Promise<void>): Promise<void> {
    waiting += 1;
    const mine = last.then(act);
    last = mine.catch(() => undefined);
    try {
      await mine;
    } finally {
      waiting -= 1;
      if (waiting === 0) drop('done');
    }
  }

  return {
    setFallback: (extension, dial) => inTurn(() => write(extension, dial)),
    setLease: (seconds) =>
      inTurn(async () =>
        (await connected()).action('DBPut', { Family: 'cordboard', Key: 'lease', Val: String(seconds) }),
      ),
    close: () => drop('closed by us'),
  };
}
