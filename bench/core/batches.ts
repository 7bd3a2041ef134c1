/** As many as the engine steps before it commits. */
export const batchSize = 256;

/** Things kept as text, outside of the heap, of which a batch at a time becomes objects. */
export type Batches<T> = { readonly count: number; readonly items: number; at(place: number): T[] };

/**
 * Events are read from text right before they are stepped, as they come from a socket: hundreds of thousands of them as objects
 * would be what the collector has to mark and the cache has to hold, and no engine has them.
 */
export function batchesOf<T>(items: readonly T[]): Batches<T> {
  const texts: Buffer[] = [];
  for (let from = 0; from < items.length; from += batchSize)
    texts.push(Buffer.from(JSON.stringify(items.slice(from, from + batchSize))));
  return {
    count: texts.length,
    items: items.length,
    at: (place) => JSON.parse(texts[place]?.toString() ?? '[]') as T[],
  };
}
