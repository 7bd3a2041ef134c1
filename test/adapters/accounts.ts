import { createHash } from 'node:crypto';
import type { PhoneAccount } from '../../src/asterisk/provisioning/account.ts';
import { createProvisioner, type Provisioner } from '../../src/asterisk/provisioning/provisioner.ts';
import type { LabAsterisk } from '../lab/asterisk.ts';

/** The password of every phone that `account` makes. */
export const password = 'correct horse';

/** An account that is right in every field; what a test needs otherwise is given. */
export function account(id: string, other: Partial<PhoneAccount> = {}): PhoneAccount {
  return {
    id,
    extension: id,
    transport: 'ws',
    codecs: ['opus', 'ulaw'],
    ha1: createHash('md5').update(`${id}:asterisk:${password}`).digest('hex'),
    callerName: `Phone ${id}`,
    ...other,
  };
}

/** A provisioner for the lab's Asterisk. */
export function provisionerOf(lab: LabAsterisk): Provisioner {
  return createProvisioner({ host: '127.0.0.1', port: lab.ports.http, user: 'cordboard', secret: lab.ariSecret });
}

/** The options of a simulated phone of this account. */
export function phoneOf(lab: LabAsterisk, id: string): { wsUrl: string; user: string; password: string } {
  return { wsUrl: `ws://127.0.0.1:${lab.ports.http}/ws`, user: id, password };
}
