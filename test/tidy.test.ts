import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

type Source = { readonly path: string; readonly text: string; readonly code: string };

/** All files that git knows or would take, outside of ignored folders. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '');

const sources: readonly Source[] = files
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: read(path) }))
  .filter(({ text }) => text !== '')
  .map(({ path, text }) => ({ path, text, code: withoutWords(text) }));

const core = sources.filter(({ path }) => path.startsWith('src/core/'));
const src = sources.filter(({ path }) => path.startsWith('src/'));

/** A file that is listed but was removed a moment ago reads as nothing. */
function read(path: string): string {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return '';
  }
}

/** The code without comments and strings, so that a word in a sentence is no offence. Line numbers are kept. */
function withoutWords(text: string): string {
  const blank = (part: string): string => part.replace(/[^\n]/g, ' ');
  return text.replace(/\/\*[\s\S]*?\*\/|(?<![:'"`\\])\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, blank);
}

/** Where in these files the pattern is met: `path:line: text`. */
function offences(list: readonly Source[], pattern: RegExp, where: 'code' | 'text' = 'code'): string[] {
  return list.flatMap((source) =>
    source[where]
      .split('\n')
      .flatMap((line, place) => (pattern.test(line) ? [`${source.path}:${place + 1}: ${line.trim()}`] : [])),
  );
}

/** What a file imports: a path from the root for files of ours, the bare name for packages. */
function importsOf({ path, text }: Source): string[] {
  const named = [...text.matchAll(/(?:^|\n)(?:import|export)\b[^;]*?\bfrom\s+'([^']+)'/g)].map(
    (match) => match[1] ?? '',
  );
  const bare = [...text.matchAll(/(?:^|\n)import\s+'([^']+)'|\bimport\('([^']+)'\)/g)].map((m) => m[1] ?? m[2] ?? '');
  return [...named, ...bare].map((name) =>
    name.startsWith('.') ? relative(root, join(root, dirname(path), name)) : name,
  );
}

function folderOf(path: string): string {
  return path.split('/')[1] ?? '';
}

describe('the core is pure', () => {
  it('given_the_core_when_its_imports_are_read_then_it_knows_only_itself_and_assert', () => {
    expect(core.length).toBeGreaterThan(20);
    const foreign = core.flatMap((source) =>
      importsOf(source)
        .filter((name) => !name.startsWith('src/core/') && name !== 'node:assert')
        .map((name) => `${source.path} imports ${name}`),
    );
    expect(foreign).toEqual([]);
  });

  it.each([
    ['a clock', /\bDate\b|\bperformance\b|\bhrtime\b/],
    ['chance', /\bMath\.random\b|\bcrypto\b|\brandomUUID\b/],
    ['a timer', /\bset(Timeout|Interval|Immediate)\b|\bqueueMicrotask\b|\bnextTick\b/],
    ['the process', /\bprocess\b|\bglobalThis\b|\brequire\b/],
    ['a locale', /\blocaleCompare\b|\bIntl\b|\btoLocale\w+\b|\bnormalize\(/],
    ['waiting', /\basync\b|\bawait\b|\bPromise\b/],
    ['a console', /\bconsole\b/],
    ['a fraction', /(?<![\w.])\d+\.\d+/],
    ['weak references', /\bWeakRef\b|\bFinalizationRegistry\b/],
  ])('given_the_core_when_it_is_searched_for_%s_then_there_is_none', (_what, pattern) => {
    expect(offences(core, pattern)).toEqual([]);
  });

  it('given_sorting_in_the_core_when_it_is_read_then_it_always_says_by_what', () => {
    expect(offences(core, /\.(toSorted|sort)\(\)/)).toEqual([]);
  });
});

describe('arrows point inward', () => {
  /** What each folder of src may know. Only main.ts, the composition root, knows all. */
  const mayKnow: Readonly<Record<string, readonly string[]>> = {
    core: [],
    lib: [],
    types: [],
    protocol: ['core', 'directory/destination.ts'],
    config: ['core', 'lib', 'numbering', 'protocol', 'directory/destination.ts'],
    phones: [],
    numbering: ['core', 'lib'],
    asterisk: ['core', 'lib'],
    storage: ['core', 'lib', 'protocol', 'directory/destination.ts'],
    directory: ['core', 'config', 'lib', 'numbering', 'protocol', 'storage'],
    reports: ['core', 'lib', 'protocol', 'storage'],
    http: ['core', 'config', 'directory', 'lib', 'protocol', 'reports', 'storage'],
    cli: ['core', 'config', 'directory/destination.ts', 'doctor', 'lib', 'phones', 'protocol', 'storage', 'main.ts'],
    doctor: ['asterisk', 'config', 'core', 'directory', 'lib', 'numbering', 'protocol', 'storage'],
    simulation: ['core', 'asterisk', 'lib', 'numbering', 'phones', 'storage', 'engine.ts'],
  };

  it('given_a_folder_of_src_when_its_imports_are_read_then_they_point_inward', () => {
    const outward = src
      .filter(({ path }) => path.split('/').length > 2)
      .flatMap((source) =>
        importsOf(source)
          .filter((name) => name.startsWith('src/') && folderOf(name) !== folderOf(source.path))
          .filter((name) => {
            const allowed = mayKnow[folderOf(source.path)] ?? [];
            return !allowed.some((one) => name === `src/${one}` || name.startsWith(`src/${one}/`));
          })
          .map((name) => `${source.path} imports ${name}`),
      );
    expect(outward).toEqual([]);
  });

  it('given_the_engine_when_its_imports_are_read_then_it_knows_no_adapter_but_by_type', () => {
    const engine = src.find(({ path }) => path === 'src/engine.ts');
    expect(engine).toBeDefined();
    const values = [...(engine?.text.matchAll(/^import (?!type\b)[^;]*? from '([^']+)'/gm) ?? [])].map((m) => m[1]);
    expect(values.filter((name) => !name?.startsWith('./core/'))).toEqual([]);
  });

  it('given_test_code_when_src_is_read_then_it_imports_none', () => {
    const outward = src.flatMap((source) =>
      importsOf(source).filter((name) => name.startsWith('test/') || name.startsWith('bench/') || name === 'vitest'),
    );
    expect(outward).toEqual([]);
  });

  it('given_the_environment_when_src_is_searched_then_only_the_entry_points_read_it', () => {
    const readers = new Set(src.filter(({ code }) => /\bprocess\s*\.\s*env\b/.test(code)).map(({ path }) => path));
    expect([...readers].filter((path) => path !== 'src/main.ts' && path !== 'src/cli/main.ts')).toEqual([]);
  });

  it.each([
    ['ws', ['src/asterisk/ari/', 'src/phones/']],
    ['sip.js', ['src/phones/']],
    ['ari-client', ['src/asterisk/control.ts']],
    ['asterisk-manager', ['src/asterisk/ami/']],
    ['better-sqlite3', ['src/storage/', 'src/front.ts', 'src/reports/']],
    ['fastify', ['src/http/']],
  ])('given_%s_when_src_is_read_then_it_is_imported_in_its_own_place_only', (name, places) => {
    const users = src.filter((source) => importsOf(source).includes(name)).map(({ path }) => path);
    expect(users.length).toBeGreaterThan(0);
    expect(users.filter((path) => !places.some((place) => path.startsWith(place)))).toEqual([]);
  });
});

describe('files stay readable', () => {
  const mostLines = 250;
  /** Files that may be longer, with a reason each. */
  const exceptions: readonly string[] = [];

  it('given_a_source_file_when_it_is_measured_then_it_is_short', () => {
    const long = src
      .filter(({ path }) => !exceptions.includes(path))
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > mostLines)
      .map(({ path, lines }) => `${path} has ${lines} lines`);
    expect(long).toEqual([]);
  });

  it('given_the_tree_when_folders_are_listed_then_they_are_those_of_the_architecture', () => {
    const known =
      'asterisk cli config core directory doctor http lib numbering phones protocol reports simulation storage types'.split(
        ' ',
      );
    const folders = new Set(src.filter(({ path }) => path.split('/').length > 2).map(({ path }) => folderOf(path)));
    expect([...folders].filter((folder) => !known.includes(folder))).toEqual([]);
    const within = new Set(core.filter(({ path }) => path.split('/').length > 3).map(({ path }) => path.split('/')[2]));
    expect([...within].sort()).toEqual(['calls', 'routing']);
  });

  it.each([
    ['any', /:\s*any\b|\bas any\b|<any>/],
    ['enum', /^\s*(export )?(const )?enum\b/],
    ['inheritance of our own', /\bclass \w+ extends (?!Error\b|Transport\b)/],
    ['a switched-off check', /@ts-(ignore|nocheck|expect-error)/],
    ['non-null assertions', /[\w)\]]!(?=[.;,)\]])/],
  ])('given_the_sources_when_searched_for_%s_then_there_is_none', (what, pattern) => {
    expect(offences(src, pattern, what === 'a switched-off check' ? 'text' : 'code')).toEqual([]);
  });
});

describe('nothing of one machine is in it', () => {
  const texts = files
    .filter((path) => !/package-lock\.json$|\.(png|wav|ico|db)$/.test(path) && path !== 'test/tidy.test.ts')
    .map((path) => ({ path, text: read(path), code: '' }));

  it.each([
    ["a developer's path", /\/(home|Users)\/\w+\/|\/root\/|\/work\/\w|\/tmp\/(?!cordboard)[a-z]/],
    ['a registry or mirror', /https?:\/\/[^\s'"`]*(registry|npmjs|mirror|artifactory|nexus)[^\s'"`]*/i],
    [
      'a private address',
      /(?<![\d.])(10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(1[6-9]|2\d|3[01])\.\d+\.\d+)(?![\d.])/,
    ],
    ['a key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ])('given_all_files_when_searched_for_%s_then_there_is_none', (_what, pattern) => {
    expect(offences(texts, pattern, 'text')).toEqual([]);
  });

  it('given_the_lock_file_when_it_is_read_then_it_names_no_download_address', () => {
    expect(read('package-lock.json')).not.toMatch(/"resolved"/);
  });
});
