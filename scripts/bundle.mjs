// Makes dist/ from src/: `npm run build`. The daemon and the command line are bundled with the packages that they use, since
// loading some six hundred files one by one is what a start is made of: a daemon that died is back in half the time.
import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const repo = fileURLToPath(new URL('..', import.meta.url));
const at = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
// Made beside the old one, and then put in its place at once: a daemon that runs from there may start a thread anew at any moment.
const [made, out, old] = [at('dist.new'), at('dist'), at('dist.old')];
for (const left of [made, old]) rmSync(left, { recursive: true, force: true });
await build({
  absWorkingDir: repo,
  // Every file stands one folder deep, as the sources of those do that look for files of the package.
  entryPoints: [
    { in: 'src/cli/main.ts', out: 'cli/main' },
    { in: 'src/front-thread.ts', out: 'threads/front-thread' },
    { in: 'src/past-thread.ts', out: 'threads/past-thread' },
    // For the shell: what the configuration says once all defaults are in.
    { in: 'src/config/load.ts', out: 'config/load' },
  ],
  outdir: made,
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // What a person reads at 3 a.m.: names as they are, and `node --enable-source-maps` gives the lines of the sources.
  minify: false,
  sourcemap: 'linked',
  // The one brings an addon; the others are scripts that a module, which is strict, is not to hold.
  external: ['better-sqlite3', 'ari-client', 'asterisk-manager'],
  // Packages that are no modules of the standard ask for Node's own in their way.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
  logLevel: 'warning',
});
chmodSync(`${made}/cli/main.js`, 0o755);
if (existsSync(out)) renameSync(out, old);
renameSync(made, out);
rmSync(old, { recursive: true, force: true });
