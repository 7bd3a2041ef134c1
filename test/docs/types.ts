/** What is read of a TypeScript source without a compiler: enough for the plain types of this project. */

/** The text of `type NAME = …;`, without its comments. Throws when there is none. */
export function typeText(source: string, name: string): string {
  const bare = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const start = bare.search(new RegExp(`\\btype ${name} =`));
  if (start < 0) throw new Error(`no type ${name}`);
  let depth = 0;
  for (let place = start; place < bare.length; place += 1) {
    const letter = bare[place];
    if (letter === '{' || letter === '(') depth += 1;
    if (letter === '}' || letter === ')') depth -= 1;
    if (letter === ';' && depth === 0) return bare.slice(bare.indexOf('=', start) + 1, place);
  }
  throw new Error(`type ${name} does not end`);
}

/**
 * The names of the fields at the outermost level of a type's text, of what it picks from others, and of what it takes of types of
 * `base` but for what it omits.
 */
export function fieldsOf(text: string, base = ''): readonly string[] {
  const names: string[] = [];
  let depth = 0;
  for (const line of text.split('\n')) {
    for (const [token, name] of line.matchAll(/[{}]|(?:readonly )?([A-Za-z]\w*)\??:/g)) {
      if (token === '{') depth += 1;
      else if (token === '}') depth -= 1;
      else if (depth === 1 && name !== undefined) names.push(name);
    }
  }
  for (const [, list = ''] of text.matchAll(/Pick<\s*\w+,([^>]*)>/g)) names.push(...literalsOf(list));
  // The type of a field may omit something too: only what stands beside the braces counts.
  for (const [, name = '', list = ''] of text.replace(/\{[\s\S]*\}/, '').matchAll(/Omit<\s*(\w+),([^>]*)>/g)) {
    const omitted = literalsOf(list);
    names.push(...fieldsOf(typeText(base, name)).filter((field) => !omitted.includes(field)));
  }
  return names;
}

/** The string literals in a type's text, in their order. */
export function literalsOf(text: string): readonly string[] {
  return [...text.matchAll(/'([^']+)'/g)].map(([, word = '']) => word);
}

/** The members of a union of objects, each as its text. */
export function membersOf(text: string): readonly string[] {
  return text.split(/^ {2}\| (?=\{)/m).filter((member) => member.includes('{'));
}
