import { readFileSync } from 'node:fs';
import { floorUs } from './floor.ts';
import { packed, type Stretch } from './stretch.ts';
import { take } from './take.ts';

/*
 * Steps one stretch in a process of its own, as an engine would: nothing else is in the heap, and the events are read from
 * text, as they are when they come from Asterisk. An engine runs for weeks, so what counts is what it does once the compiler
 * is done with it: the first times are the compiler's. It took up to two of them with a small company, which is soon through.
 */
const warming = 3;

const stretch = packed(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Stretch);
for (let time = 0; time < warming; time += 1) take(stretch);
process.send?.({ ...take(stretch), floorUs: floorUs(stretch) });
