import { checkDialplan, checkMessageLamps, checkRegistrations, checkSorcery } from './check-adopted.ts';
import {
  checkAsterisk,
  checkClock,
  checkCodecs,
  checkModules,
  checkPickupCode,
  checkSessionLimit,
  checkSounds,
  checkVersion,
  checkWriteTimeout,
} from './check-asterisk.ts';
import { checkDaemon, checkDatabases, checkDisk, checkFallback, checkPhones, checkSecrets } from './check-home.ts';
import { checkAriExposure, checkCertificates, checkPorts } from './check-network.ts';
import { checkEmergency, checkTrunks } from './check-outside.ts';
import type { Evidence } from './evidence.ts';
import { CHECKS, type CheckName, type Finding } from './finding.ts';

const checks: Readonly<Record<CheckName, (evidence: Evidence) => readonly Finding[]>> = {
  daemon: checkDaemon,
  asterisk: checkAsterisk,
  version: checkVersion,
  modules: checkModules,
  sorcery: checkSorcery,
  dialplan: checkDialplan,
  ports: checkPorts,
  certificate: checkCertificates,
  'ari-exposure': checkAriExposure,
  'session-limit': checkSessionLimit,
  'write-timeout': checkWriteTimeout,
  'pickup-code': checkPickupCode,
  'message-lamps': checkMessageLamps,
  clock: checkClock,
  codecs: checkCodecs,
  sounds: checkSounds,
  phones: checkPhones,
  registrations: checkRegistrations,
  trunks: checkTrunks,
  emergency: checkEmergency,
  fallback: checkFallback,
  databases: checkDatabases,
  disk: checkDisk,
  secrets: checkSecrets,
};

/** Judges what was seen. Pure; each check gives one finding at least, in the order of `CHECKS`. */
export function diagnose(evidence: Evidence): readonly Finding[] {
  return CHECKS.flatMap((name) => checks[name](evidence));
}
