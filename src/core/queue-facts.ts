import type { Destination, QueueId, UserId } from './settings.ts';
import type { CallId } from './state.ts';

/** What happened to a call in a queue. */
export type QueueFact =
  | {
      readonly type: 'call-queued';
      readonly call: CallId;
      readonly queue: QueueId;
      readonly due: number;
      readonly priority: number;
      /** As `printNeeds` writes them; empty for none. */
      readonly needs: string;
      readonly waiting: number;
    }
  /** The settings of its queue changed, and with them its place or what it needs. */
  | {
      readonly type: 'call-rekeyed';
      readonly call: CallId;
      readonly queue: QueueId;
      readonly due: number;
      readonly priority: number;
      readonly needs: string;
    }
  /** Its time of waiting gave it a higher priority, and with it an earlier due. */
  | {
      readonly type: 'call-rose';
      readonly call: CallId;
      readonly queue: QueueId;
      readonly priority: number;
      readonly due: number;
    }
  /** It needs less now. */
  | {
      readonly type: 'call-relaxed';
      readonly call: CallId;
      readonly queue: QueueId;
      readonly step: number;
      readonly needs: string;
    }
  /** Members of another tier may take it now: it waited so long, or all of the tiers before were tried. */
  | {
      readonly type: 'tier-opened';
      readonly call: CallId;
      readonly queue: QueueId;
      readonly tier: number;
      readonly why: 'waited' | 'tried';
    }
  /** Ring-all in waves: so many members ring now at the most. */
  | {
      readonly type: 'wave-began';
      readonly call: CallId;
      readonly queue: QueueId;
      readonly wave: number;
      readonly most: number;
    }
  | {
      readonly type: 'call-overflowed';
      readonly call: CallId;
      readonly queue: QueueId;
      /** `barred`, `unreached`: the number outside that it was sent to may not be dialled, or nobody was reached there. */
      readonly why: 'max-wait' | 'miss' | 'nobody' | 'full' | 'queue-removed' | 'moved' | 'barred' | 'unreached';
      readonly to: Destination;
    }
  /** The caller was handed to the dialplan's fallback: we are overloaded, or on our way out. */
  | { readonly type: 'call-turned-away'; readonly call: CallId; readonly why: 'overload' | 'draining' }
  /** Something that the dialplan asked for could not be read: the queue's own setting holds. */
  | {
      readonly type: 'call-wish-ignored';
      readonly call: CallId;
      readonly wish: 'priority' | 'place' | 'needs';
      /** At most 80 characters of it. */
      readonly got: string;
      readonly expected: string;
    }
  /** Most agents of a queue let it ring, or could not be rung, within seconds: it is the network, and nobody is held for it. */
  | {
      readonly type: 'mass-missed';
      readonly queue: QueueId;
      /** So many of so many at work. */
      readonly agents: number;
      readonly of: number;
      /** Whose misses of these seconds were taken back. */
      readonly forgiven: readonly UserId[];
    };
