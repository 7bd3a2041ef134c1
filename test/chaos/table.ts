import type { Fault } from './fault.ts';
import { asteriskFaults } from './faults/asterisk.ts';
import { clockFaults } from './faults/clock.ts';
import { daemonFaults } from './faults/daemon.ts';
import { diskFaults } from './faults/disk.ts';
import { networkFaults } from './faults/network.ts';
import { phoneFaults } from './faults/phones.ts';
import { stuckFaults } from './faults/stuck.ts';
import { twoDaemonFaults } from './faults/two.ts';

/** Every fault there is. */
export const faults: readonly Fault[] = [
  ...daemonFaults,
  ...networkFaults,
  ...phoneFaults,
  ...twoDaemonFaults,
  ...clockFaults,
  ...diskFaults,
  ...asteriskFaults,
  ...stuckFaults,
];
