import type { Config } from '../config/config.ts';
import type { Transport } from '../protocol/phone-settings.ts';
import { REALM, type SipCredentials } from '../protocol/phones.ts';
import type { IceServers } from './ice-servers.ts';

/** Asterisk's SIP over WebSocket without TLS, for phones on the same machine (RFC 7118). */
export function wsUrl(config: Config): string {
  return `ws://${bracketed(config.asterisk.host)}:${config.asterisk.httpPort}/ws`;
}

/** What to enter into a phone. */
export function sipCredentials(
  config: Config,
  iceServers: IceServers,
  user: string,
  password: string,
  transport: Transport,
): SipCredentials {
  const { host, httpPort, httpsPort, sipPort, tlsPort } = config.asterisk;
  const ports: Record<Transport, number> = { udp: sipPort, tcp: sipPort, tls: tlsPort, ws: httpPort, wss: httpsPort };
  const port = ports[transport];
  const web = transport === 'ws' || transport === 'wss';
  return {
    user,
    password,
    realm: REALM,
    host,
    port,
    transport,
    iceServers: web ? iceServers(user) : [],
    wsUrl: web ? `${transport}://${bracketed(host)}:${port}/ws` : null,
  };
}

/** An IPv6 address in a URL stands in brackets (RFC 3986 section 3.2.2). */
function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
