/** What we use of asterisk-manager 0.2, as its source says; the package has no types. */
declare module 'asterisk-manager' {
  /** A message from Asterisk: keys in lower case, a key that came several times is a list. */
  type Message = Readonly<Record<string, unknown>>;

  interface Manager {
    on(event: 'managerevent', listener: (message: Message) => void): void;
    on(event: 'error', listener: (error: Error) => void): void;
    on(event: 'close', listener: () => void): void;
    /** The first argument goes to `net.createConnection` as it is, so that its options do too. */
    connect(port: number | import('node:net').NetConnectOpts, host: string | undefined, connected: () => void): void;
    login(done: (error: Message | undefined) => void): void;
    /** `done` is never called when the connection is lost first. */
    action(action: Record<string, string>, done: (error: Message | undefined, response: Message) => void): string;
  }

  /** With `port` null it does not connect by itself. */
  function createManager(port: null, host: null, user: string, secret: string, events: boolean): Manager;
  export = createManager;
}
