import { answerChallenge } from './digest.ts';
import { contactLine, randomToken, viaLine } from './lines.ts';
import { formatRequest, type HeaderLine, header, type SipMessage } from './message.ts';
import type { Account, Address } from './protocol.ts';
import type { Wire } from './wire.ts';

/** The registrations of one socket (RFC 3261 §10), with digest where it is asked for. */
export type Registrations = {
  /** Registers all, 50 at a time, for an hour; rejects when one is refused or not answered. */
  register(accounts: readonly Account[], registrar: Address): Promise<void>;
  /** Takes a final response to a REGISTER. */
  responded(response: SipMessage, status: number): void;
};

export function createRegistrations(wire: Wire): Registrations {
  const waiting = new Map<string, (response: SipMessage, status: number) => void>();

  const registerOne = (account: Account, registrar: Address): Promise<void> =>
    new Promise((resolve, reject) => {
      const callId = `register-${account.user}-${randomToken()}`;
      const uri = `sip:${registrar.host}:${registrar.port}`;
      const end = (why: string | null): void => {
        waiting.delete(callId);
        wire.settle(callId);
        if (why === null) resolve();
        else reject(new Error(`phone ${account.user}: ${why}`));
      };
      const send = (cseq: number, challenge: string | null): void => {
        const lines: HeaderLine[] = [
          viaLine(wire),
          ['Max-Forwards', '70'],
          ['From', `<sip:${account.user}@${registrar.host}>;tag=${callId}`],
          ['To', `<sip:${account.user}@${registrar.host}>`],
          ['Call-ID', callId],
          ['CSeq', `${cseq} REGISTER`],
          contactLine(wire, account.user),
          ['Expires', '3600'],
        ];
        if (challenge !== null) {
          lines.push(['Authorization', answerChallenge(challenge, { method: 'REGISTER', uri, ...account })]);
        }
        wire.sendUntil(callId, formatRequest('REGISTER', uri, lines), registrar, () =>
          end('REGISTER was not answered'),
        );
      };
      waiting.set(callId, (response, status) => {
        const cseq = Number.parseInt(header(response, 'cseq'), 10);
        if (status === 200) end(null);
        // The second 401 is a refused digest. A repeated answer to the first REGISTER carries its CSeq and is answered alike.
        else if (status === 401 && cseq === 1) send(2, header(response, 'www-authenticate'));
        else end(`REGISTER was answered with ${status}`);
      });
      send(1, null);
    });

  return {
    register: async (accounts, registrar) => {
      const queue = accounts.values();
      const worker = async (): Promise<void> => {
        for (const account of queue) await registerOne(account, registrar);
      };
      await Promise.all(Array.from({ length: 50 }, worker));
    },
    responded: (response, status) => waiting.get(header(response, 'call-id'))?.(response, status),
  };
}
