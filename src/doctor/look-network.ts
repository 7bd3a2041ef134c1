import { createSocket } from 'node:dgram';
import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { connect as connectTls } from 'node:tls';
import type { Config } from '../config/config.ts';
import type { Certificate, Evidence, PortSeen } from './evidence.ts';
import { seeing } from './finding.ts';

const patienceMs = 1_500;

type Part = Pick<Evidence, 'ports' | 'certificates' | 'ariElsewhere'>;

/**
 * Knocks on Asterisk's ports, reads the certificates that it shows, and tries ARI from this machine's other addresses.
 * `phonesBy` counts the phones of a transport; `elsewhere` is for tests. Never rejects.
 */
export async function lookAtNetwork(
  config: Config,
  phonesBy: (...transports: readonly string[]) => number,
  elsewhere: readonly string[] = ownAddresses(),
): Promise<Part> {
  const { host, httpPort, httpsPort, sipPort, tlsPort, ami } = config.asterisk;
  const tcp = async (key: string, port: number, isVital: boolean, ...by: string[]): Promise<PortSeen> => ({
    ...{ key, at: `${host}:${port} (tcp)`, isVital, phones: phonesBy(...by) },
    answers: await accepts(host, port),
  });
  const udp: Promise<PortSeen> = answersSip(host, sipPort).then((answers) => ({
    ...{ key: 'sip-port', at: `${host}:${sipPort} (udp)`, isVital: false, phones: phonesBy('udp'), answers },
  }));
  const ports = await Promise.all([
    tcp('http-port', httpPort, true, 'ws'),
    tcp('ami.port', ami.port, true),
    udp,
    tcp('sip-port', sipPort, false, 'tcp'),
    tcp('tls-port', tlsPort, false, 'tls'),
    tcp('https-port', httpsPort, false, 'wss'),
  ]);
  const secure = ports.filter(({ key, answers }) => answers && (key === 'tls-port' || key === 'https-port'));
  const certificates = secure.map(async ({ key, at }) => ({
    where: at,
    certificate: await seeing(() => certificateAt(host, key === 'tls-port' ? tlsPort : httpsPort)),
  }));
  const tries = elsewhere.flatMap((address) => [ariAt('http', address, httpPort), ariAt('https', address, httpsPort)]);
  return { ports, certificates: await Promise.all(certificates), ariElsewhere: await Promise.all(tries) };
}

/** This machine's addresses that others can reach. */
function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal, scopeid }) => !internal && !scopeid)
    .map(({ address }) => address);
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.setTimeout(patienceMs, () => settle(false));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

/** Any answer to an OPTIONS (RFC 3261 11) will do, a refusal too. UDP may lose it: it is sent three times. */
function answersSip(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    const settle = (answered: boolean) => {
      clearInterval(again);
      clearTimeout(patience);
      socket.close();
      resolve(answered);
    };
    const ask = () => {
      const { port: ours, address } = socket.address();
      const text = [
        `OPTIONS sip:doctor@${host}:${port} SIP/2.0`,
        `Via: SIP/2.0/UDP ${address}:${ours};branch=z9hG4bKdoctor${ours};rport`,
        `From: <sip:doctor@${host}>;tag=${ours}`,
        `To: <sip:doctor@${host}>`,
        `Call-ID: doctor-${ours}`,
        'CSeq: 1 OPTIONS',
        'Max-Forwards: 1',
        'Content-Length: 0',
      ].join('\r\n');
      socket.send(`${text}\r\n\r\n`, port, host, () => undefined);
    };
    const again = setInterval(ask, patienceMs / 3);
    const patience = setTimeout(() => settle(false), patienceMs);
    socket.once('message', () => settle(true));
    socket.once('error', () => settle(false));
    socket.bind(0, ask);
  });
}

function certificateAt(host: string, port: number): Promise<Certificate> {
  return new Promise((resolve, reject) => {
    // Looked at, not trusted: whoever has to trust it is a phone.
    const socket = connectTls({ host, port, rejectUnauthorized: false }, () => {
      const { subject, issuer, valid_to: end } = socket.getPeerCertificate();
      const isSelfSigned = JSON.stringify(subject) === JSON.stringify(issuer);
      socket.destroy();
      resolve({ subject: String(subject?.CN ?? 'no name'), endsAt: Date.parse(end), isSelfSigned });
    });
    socket.setTimeout(patienceMs, () => socket.destroy(new Error('no answer to the TLS handshake')));
    socket.once('error', reject);
  });
}

function ariAt(scheme: 'http' | 'https', address: string, port: number) {
  const authority = address.includes(':') ? `[${address}]` : address;
  const url = `${scheme}://${authority}:${port}/ari/asterisk/ping`;
  const send = scheme === 'http' ? plainRequest : secureRequest;
  return new Promise<{ url: string; status: number | null }>((resolve) => {
    const asked = send(url, { rejectUnauthorized: false, agent: false }, (response) => {
      response.resume();
      resolve({ url, status: response.statusCode ?? null });
    });
    asked.setTimeout(patienceMs, () => asked.destroy());
    asked.once('error', () => resolve({ url, status: null }));
    asked.once('close', () => resolve({ url, status: null }));
    asked.end();
  });
}
