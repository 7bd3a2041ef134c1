import type { AriRequest, AriResponse } from './ari/port.ts';

/** What Asterisk calls a device state that an ARI application sets (Device States REST API); the dialplan's hints name it. */
const prefix = 'Stasis:';

/** The lamps of ours by extension, each a device state such as `INUSE`. Both reject with why not. */
export type Lamps = {
  readLamps(): Promise<ReadonlyMap<string, string>>;
  /** Null takes the lamp away. */
  setLamp(extension: string, state: string | null): Promise<void>;
};

/** The lamps as ARI device states. */
export function createLamps(link: {
  request(request: AriRequest, done: (response: AriResponse) => void): void;
}): Lamps {
  const ask = (request: AriRequest): Promise<unknown> =>
    new Promise((resolve, reject) => {
      link.request(request, ({ status, body }) => {
        // What is to be taken away and is not there is as good as taken away.
        const done = (status >= 200 && status < 300) || (status === 404 && request.method === 'DELETE');
        if (done) resolve(body);
        else reject(new Error(`${request.method} ${request.uri}: ${status === 0 ? 'no answer' : `HTTP ${status}`}`));
      });
    });
  return {
    async readLamps() {
      const list = await ask({ method: 'GET', uri: 'deviceStates' });
      const lamps = new Map<string, string>();
      for (const one of Array.isArray(list) ? (list as { name?: unknown; state?: unknown }[]) : []) {
        const { name, state } = one;
        if (typeof name === 'string' && name.startsWith(prefix)) lamps.set(name.slice(prefix.length), String(state));
      }
      return lamps;
    },
    async setLamp(extension, state) {
      const uri = `deviceStates/${encodeURIComponent(prefix + extension)}`;
      await ask(state === null ? { method: 'DELETE', uri } : { method: 'PUT', uri: `${uri}?deviceState=${state}` });
    },
  };
}
