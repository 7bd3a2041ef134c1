import type { Station } from '../core/station.ts';

/** Where an agent takes calls, in words that can follow "at": `any phone`, `their own extension`, `+33612345678`. */
export function stationWords(station: Station): string {
  switch (station.kind) {
    case 'any':
      return 'any phone';
    case 'own':
      return 'their own extension';
    case 'browser':
      return 'the browser';
    case 'number':
      return station.number;
  }
}
