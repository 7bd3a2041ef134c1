import type { SeenTrunk } from '../../core/events.ts';
import { trunkOf } from '../translate.ts';
import type { AmiEvent } from './event.ts';

/** Follows our registrations at carriers on one AMI connection. */
export type Registrations = {
  /** Asks how they stand; a question while one is under way is asked afterwards. */
  ask(): void;
  /** Whether the event was about registrations. */
  take(event: AmiEvent): boolean;
};

/**
 * `Registry` says that something changed, but names only addresses, which two trunks may share: so the list is asked, which
 * names objects. `action` sends the question; it may be refused, since Asterisk calls it an error when there are none.
 */
export function createRegistrations(
  action: () => Promise<unknown>,
  onTrunks: (trunks: readonly SeenTrunk[]) => void,
): Registrations {
  let listed: SeenTrunk[] = [];
  let phase: 'idle' | 'asking' | 'asking-and-stale' = 'idle';

  function ask(): void {
    if (phase !== 'idle') {
      phase = 'asking-and-stale';
      return;
    }
    phase = 'asking';
    listed = [];
    action().catch(done);
  }

  function done(): void {
    const isStale = phase === 'asking-and-stale';
    phase = 'idle';
    if (listed.length > 0) onTrunks(listed);
    if (isStale) ask();
  }

  return {
    ask,
    take(event) {
      switch (event.type) {
        case 'registry':
          ask();
          return true;
        case 'registration-listed': {
          const trunk = trunkOf(event.name);
          if (trunk !== null) listed.push({ trunk, registered: event.status === 'Registered' });
          return true;
        }
        case 'registrations-listed':
          done();
          return true;
        default:
          return false;
      }
    },
  };
}
