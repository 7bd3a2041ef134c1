/** Throws the sentence when the rule does not hold. One that needs words of its own is put together only then: most rules hold. */
export function rule(holds: boolean, sentence: string | (() => string)): asserts holds {
  if (!holds) throw new Error(`broken rule: ${typeof sentence === 'string' ? sentence : sentence()}`);
}
