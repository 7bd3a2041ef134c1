import { afterEach, expect, test } from 'vitest';
import { account, password, provisionerOf } from '../adapters/accounts.ts';
import { type LabAsterisk, startAsterisk } from '../lab/asterisk.ts';
import { createVoicePhone, type VoicePhone } from '../lab/voice/phone.ts';

// Phones outside of Asterisk's network are told its outer address, and those inside are not.
let lab: LabAsterisk | null = null;
let phone: VoicePhone | null = null;
afterEach(async () => {
  await phone?.close();
  await lab?.stop();
});

const outer = '192.0.2.99';

test.each([
  // Asterisk's own address has to be inside, or it is taken for an outer one already.
  ['outside', '198.51.100.0/24,127.0.0.1/32', outer],
  ['inside', '198.51.100.0/24,127.0.0.0/8', '127.0.0.1'],
])(
  'given_an_outer_address_when_a_phone_%s_is_rung_then_media_is_asked_for_where_it_can_reach_it',
  async (_where, localNet, told) => {
    lab = await startAsterisk({ render: ['--external-address', outer, '--local-net', localNet] });
    await provisionerOf(lab).apply(account('1001', { transport: 'udp', codecs: ['ulaw'] }));
    const at = { transport: 'udp', host: '127.0.0.1', port: lab.ports.sip, from: '127.0.0.2' } as const;
    phone = createVoicePhone({ ...at, user: '1001', password });
    await phone.register();
    await lab.ari('POST', 'channels?endpoint=PJSIP/1001&context=from-sip&extension=1&priority=1&timeout=10');
    await phone.rings();
    expect(phone.offer).toMatch(new RegExp(`^c=IN IP4 ${told.replaceAll('.', '\\.')}\r?$`, 'm'));
  },
);
