# shellcheck shell=bash
# Sourced by scripts/up: from a clone to dist/, doing only what is not done yet.

check_machine() {
  local version
  if ! version=$(node -p process.versions.node 2>/dev/null); then
    remedy "install Node $needed_node or later (Debian's own is older: https://github.com/nodesource/distributions has one)"
    printf 'There is no node on the PATH.\n' >&2
    return 1
  fi
  if [ "$(printf '%s\n' "$needed_node" "$version" | sort -V | head -n 1)" != "$needed_node" ]; then
    remedy "install Node $needed_node or later"
    printf 'node is %s, and %s is needed.\n' "$version" "$needed_node" >&2
    return 1
  fi
  ensure_package openssl openssl
  note "Node $version"
}

install_dependencies() {
  fetch_packages
  compile_addon
}

# Skipped when every package of the lock file is there in its version.
fetch_packages() {
  cd "$repo"
  if packages_are_there; then
    note 'up to date'
    return
  fi
  if ! npm ci --include=dev --ignore-scripts --no-audit --no-fund --loglevel=error; then
    remedy 'is the npm registry reachable? The log above says what npm missed'
    return 1
  fi
}

packages_are_there() {
  [ -f node_modules/.package-lock.json ] || return 1
  node -e '
    const want = require("./package-lock.json").packages;
    const have = require("./node_modules/.package-lock.json").packages;
    for (const [path, { version, optional }] of Object.entries(want)) {
      if (path !== "" && !optional && have[path]?.version !== version) process.exit(1);
    }
  ' >/dev/null 2>&1
}

# SQLite comes as a binary, where one can be had for this machine and this Node; else it is compiled. Skipped when it loads.
compile_addon() {
  cd "$repo"
  # node-gyp compiles on one core where nobody says otherwise.
  export JOBS=max
  if addon_loads; then return; fi
  if npm rebuild better-sqlite3 --loglevel=error && addon_loads; then return; fi
  if command -v python3 && command -v make && command -v g++; then
    remedy 'the log above says what the compiler missed'
    return 1
  fi
  ensure_package python3 python3
  ensure_package make make
  ensure_package g++ g++
  npm rebuild better-sqlite3 --loglevel=error
  addon_loads
}

addon_loads() {
  node -e 'new (require("better-sqlite3"))(":memory:").close()' >/dev/null 2>&1
}

# Skipped when nothing that it is made from has changed.
build_cordboard() {
  cd "$repo"
  local made_from
  made_from=$(find src scripts/bundle.mjs package-lock.json -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum)
  if [ -f dist/cli/main.js ] && [ "$(cat dist/.made-from 2>/dev/null)" = "$made_from" ]; then
    note 'up to date'
    return
  fi
  rm -f dist/.made-from
  npm run --silent build
  printf '%s\n' "$made_from" >dist/.made-from
  if daemon_pid >/dev/null; then note 'the running daemon is still the old one: scripts/down, then scripts/up'; fi
}
