/** What we use of ari-client 2.2: reading a few resources. Its WebSocket is never started. The package has no types. */
declare module 'ari-client' {
  export interface Client {
    asterisk: {
      getInfo(): Promise<unknown>;
      listModules(): Promise<unknown>;
    };
    sounds: { list(parameters: { lang?: string; format?: string }): Promise<unknown> };
  }
  /** May never settle when the peer is dead, and crashes on some answers that are no JSON. */
  export function connect(url: string, user: string, secret: string): Promise<Client>;
}
