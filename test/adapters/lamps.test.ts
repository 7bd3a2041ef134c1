import { afterEach, describe, expect, test } from 'vitest';
import type { NumberedFact } from '../../src/core/facts.ts';
import { keepLamps, type LampKeeper } from '../../src/directory/lamp-keeper.ts';
import type { LampState } from '../../src/directory/lamps.ts';
import { createLog, silentLog } from '../../src/lib/log.ts';
import { waitUntil } from '../lab/deadline.ts';

const waits = { type: 'call-ended' } as NumberedFact;
let keeper: LampKeeper | null = null;
afterEach(() => keeper?.close());

/** A keeper before an Asterisk that shows `shown`; each write is noted. */
function lamps(shown: Map<string, string>, wanted: Map<string, LampState>) {
  const writes: string[] = [];
  const asterisk = { refuses: 0 };
  const port = {
    readLamps: async () => new Map(shown),
    setLamp: async (extension: string, state: string | null) => {
      if (asterisk.refuses > 0) {
        asterisk.refuses -= 1;
        throw new Error('no answer');
      }
      writes.push(`${extension} ${state}`);
      if (state === null) shown.delete(extension);
      else shown.set(extension, state);
    },
  };
  keeper = keepLamps(
    () => [],
    () => wanted,
    port,
    createLog({ level: 'fatal', name: 'test' }),
  );
  return { keeper, writes, asterisk };
}

describe('the lamps', () => {
  test('given_lamps_of_an_earlier_life_when_asterisk_is_there_then_only_what_differs_is_written_and_strays_are_taken_away', async () => {
    const shown = new Map([
      ['8001', 'RINGING'],
      ['8002', 'NOT_INUSE'],
      ['8009', 'INUSE'],
    ]);
    const it = lamps(shown, new Map([['8001', 'NOT_INUSE'] as const, ['8002', 'NOT_INUSE'] as const]));
    it.keeper.refresh();
    await waitUntil(() => it.writes.length === 2, 'two writes');
    expect(it.writes.toSorted()).toEqual(['8001 NOT_INUSE', '8009 null']);
  });

  test('given_many_facts_at_once_when_a_lamp_changed_then_it_is_written_once', async () => {
    const wanted = new Map<string, LampState>([['8001', 'NOT_INUSE']]);
    const it = lamps(new Map([['8001', 'NOT_INUSE']]), wanted);
    it.keeper.saw([waits]);
    wanted.set('8001', 'RINGING');
    for (let times = 0; times < 100; times += 1) it.keeper.saw([waits]);
    await waitUntil(() => it.writes.length > 0, 'a write');
    expect(it.writes).toEqual(['8001 RINGING']);
  });

  test('given_an_asterisk_that_does_not_answer_when_it_does_again_then_the_lamp_is_set', async () => {
    const it = lamps(new Map(), new Map<string, LampState>([['8001', 'RINGING']]));
    it.asterisk.refuses = 1;
    it.keeper.refresh();
    await waitUntil(() => it.writes.length > 0, 'a write');
    expect(it.writes).toEqual(['8001 RINGING']);
  });

  test('given_a_lamp_that_is_being_set_when_all_are_to_be_read_again_then_the_pass_goes_on_and_another_reads_them', async () => {
    const said: unknown[] = [];
    const written: string[] = [];
    let reads = 0;
    let goOn = (): void => undefined;
    const port = {
      readLamps: async () => {
        reads += 1;
        return new Map<string, string>();
      },
      setLamp: async (extension: string) => {
        written.push(extension);
        if (written.length === 1) await new Promise<void>((resolve) => (goOn = resolve));
      },
    };
    const log = silentLog();
    log.warn = ((...line: unknown[]) => void said.push(line)) as typeof log.warn;
    const wanted = new Map<string, LampState>([
      ['8001', 'RINGING'],
      ['8002', 'RINGING'],
    ]);
    keeper = keepLamps(
      () => [],
      () => wanted,
      port,
      log,
    );
    keeper.refresh();
    await waitUntil(() => written.length === 1, 'the first lamp');
    keeper.refresh();
    goOn();
    await waitUntil(() => reads === 2, 'the second reading');
    await waitUntil(() => written.length === 4, 'all lamps, twice');
    expect(said).toEqual([]);
    expect(written).toEqual(['8001', '8002', '8001', '8002']);
  });
});
