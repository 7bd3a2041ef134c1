import { reindexAlarm } from './reindex.ts';
import { type Turn, tell } from './turn.ts';

/** Why supervisors should look. */
export type AlarmKind =
  | 'mass-miss'
  | 'agent-held'
  | 'agent-overdue'
  | 'trunk-down'
  | 'wrong-transport'
  | 'limit-reached'
  | 'first-international'
  | 'emergency-call';

/** Something that a supervisor should look at, for as long as it lasts. Its id is `<kind>/<about>`. */
export type Alarm = {
  readonly id: string;
  readonly kind: AlarmKind;
  /** An agent's, a queue's, a trunk's or a phone's id. */
  readonly about: string;
  readonly since: number;
  /** When it ends by itself; null when something else ends it. */
  until: number | null;
};

/** Raises an alarm, or lets the one that stands last until `until` (null: until something ends it). */
export function raiseAlarm(turn: Turn, kind: AlarmKind, about: string, until: number | null): void {
  const id = `${kind}/${about}`;
  const standing = turn.world.state.alarms.get(id);
  const alarm: Alarm = standing ?? { id, kind, about, since: turn.now, until };
  alarm.until = until;
  turn.world.state.alarms.set(id, alarm);
  changed(turn, alarm);
  if (standing === undefined) tell(turn, { type: 'alarm-raised', alarm: kind, about });
}

/** Ends an alarm, where there is one. */
export function endAlarm(turn: Turn, kind: AlarmKind, about: string): void {
  const alarm = turn.world.state.alarms.get(`${kind}/${about}`);
  if (alarm === undefined) return;
  turn.world.state.alarms.delete(alarm.id);
  turn.world.index.deadlines.set('alarms', alarm.id, null);
  turn.world.dirty.mark('alarms', alarm.id);
  tell(turn, { type: 'alarm-ended', alarm: kind, about });
}

/** Whether this alarm stands. */
export function hasAlarm(turn: Turn, kind: AlarmKind, about: string): boolean {
  return turn.world.state.alarms.has(`${kind}/${about}`);
}

function changed(turn: Turn, alarm: Alarm): void {
  turn.world.dirty.mark('alarms', alarm.id);
  reindexAlarm(turn.world, alarm);
}
