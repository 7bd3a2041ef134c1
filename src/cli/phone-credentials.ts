import pc from 'picocolors';
import type { SipCredentials } from '../protocol/phones.ts';
import { fields } from './output.ts';

/** What to enter into a phone, for people. */
export function credentialsText(sip: SipCredentials): string {
  return [
    'The phone registers with (this password is shown once and kept nowhere):',
    fields([
      ['user', sip.user],
      ['password', pc.bold(sip.password)],
      ['address', sip.wsUrl ?? `${sip.host}:${sip.port}`],
      ['transport', sip.transport],
      ['realm', sip.realm],
      ...sip.iceServers.map(({ urls }) => ['ICE server', urls.join(', ')] as const),
    ]),
  ].join('\n');
}
