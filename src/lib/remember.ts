/** Makes a pure function of a text that answers the `most` texts it was asked last from memory. */
export function remember<T>(work: (text: string) => T, most: number): (text: string) => T {
  const known = new Map<string, { readonly value: T }>();
  return (text) => {
    const found = known.get(text) ?? { value: work(text) };
    // A Map keeps the order in which its keys were put in: the first is the one that was asked longest ago.
    known.delete(text);
    known.set(text, found);
    const [oldest] = known.size > most ? known.keys() : [];
    if (oldest !== undefined) known.delete(oldest);
    return found.value;
  };
}
