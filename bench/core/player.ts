import { readFileSync } from 'node:fs';
import { floorUs } from './floor.ts';
import type { Stretch } from './stretch.ts';
import { take } from './take.ts';

/*
 * Steps one stretch in a process of its own, as an engine would: nothing else is in the heap, and the events are read from
 * text, as they are when they come from Asterisk. The first time is for the compiler, the second one counts.
 */

const stretch = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Stretch;
take(stretch);
process.send?.({ ...take(stretch), floorUs: floorUs(stretch) });
