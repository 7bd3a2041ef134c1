/** Where the entry of a thread is, once it is built: there every file stands one folder deep, whatever source it came from. */
export function threadFile(name: 'front-thread' | 'past-thread'): URL {
  return new URL(`../threads/${name}.js`, import.meta.url);
}
