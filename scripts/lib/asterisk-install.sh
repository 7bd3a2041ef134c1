# shellcheck shell=bash
# Sourced by scripts/asterisk: finds an Asterisk, or unpacks Debian's beside the project. Nothing of it is installed.

# The multiarch name and the loader of this machine, as Debian has them.
case $(uname -m) in
  x86_64) readonly multiarch=x86_64-linux-gnu loader=ld-linux-x86-64.so.2 ;;
  aarch64) readonly multiarch=aarch64-linux-gnu loader=ld-linux-aarch64.so.1 ;;
  *) readonly multiarch=unknown loader=unknown ;;
esac
readonly debian_root=${CORDBOARD_ASTERISK_ROOT:-$repo/var/debian-asterisk}

# Sets `asterisk` (the words that start it) and, for Debian's, `modules` and `data`. Fails when there is none.
find_asterisk() {
  local own
  modules='' data=''
  if own=$(machine_asterisk); then
    asterisk=("$own")
    return
  fi
  local lib=$debian_root/usr/lib/$multiarch
  [ -x "$debian_root/usr/sbin/asterisk" ] || return 1
  # It runs through its own loader: its libc is newer than the machine's.
  asterisk=("$lib/$loader" --library-path "$lib:$lib/asterisk" "$debian_root/usr/sbin/asterisk")
  modules=$lib/asterisk/modules
  data=$debian_root/usr/share/asterisk
}

require_asterisk() {
  find_asterisk || die "there is no Asterisk $needed_version or later here." "Run: scripts/asterisk install"
}

# Prints the machine's own asterisk where it is new enough.
machine_asterisk() {
  local binary version
  [ "${CORDBOARD_ASTERISK:-}" != debian ] || return 1
  binary=$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v asterisk) || return 1
  version=$("$binary" -V 2>/dev/null | sed -nE 's/^Asterisk (certified-)?([0-9][0-9.]*).*/\2/p') || return 1
  [ -n "$version" ] || return 1
  [ "$(printf '%s\n' "$needed_version" "$version" | sort -V | head -n 1)" = "$needed_version" ] || return 1
  printf '%s\n' "$binary"
}

install_asterisk() {
  if find_asterisk; then
    link_sounds
    printf '%s: %s\n' "$("${asterisk[@]}" -V)" "${asterisk[-1]}"
    return
  fi
  [ "$multiarch" != unknown ] || die "no Asterisk for $(uname -m) is known here." "Install Asterisk $needed_version or later yourself."
  mkdir -p "$(dirname "$debian_root")"
  # Two at once (tests in parallel) would unpack it twice.
  exec 9>"$debian_root.lock"
  flock 9
  if ! find_asterisk; then unpack_debian; fi
  flock -u 9
  find_asterisk || die "the Asterisk in $debian_root is not complete." "Remove that directory and try again."
  link_sounds
  printf '%s: %s\n' "$("${asterisk[@]}" -V)" "${asterisk[-1]}"
}

# Asterisk looks for the language `en`; Debian's package lays its prompts under the speaker's name.
link_sounds() {
  local sounds=${data:-/nonexistent}/sounds
  if [ -d "$sounds/en_US_f_Allison" ] && [ ! -e "$sounds/en" ]; then ln -sfn en_US_f_Allison "$sounds/en"; fi
}

# Debian testing has it; 22.10.1 is in no stable release. Unpacked under another name, then renamed: never half of one.
unpack_debian() {
  local fresh=$debian_root.new log=$debian_root.log mode=root root=()
  ensure_package mmdebstrap mmdebstrap
  # As another user it needs uidmap or fakechroot, which a fresh machine does not have: only without sudo is that tried.
  if ! find_root; then mode=auto; fi
  "${root[@]}" rm -rf "$fresh"
  printf 'unpacking Debian'\''s Asterisk into %s ...\n' "$debian_root" >&2
  if ! "${root[@]}" mmdebstrap --mode="$mode" --variant=extract --include=asterisk,asterisk-core-sounds-en,asterisk-moh-opsound-wav \
    --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Check-Valid-Until "false"' \
    forky "$fresh" >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    die "Debian's Asterisk could not be unpacked (log: $log)." "Is the Debian mirror reachable? Or install Asterisk $needed_version or later yourself."
  fi
  # What root unpacked for us is ours to use and to remove.
  if [ "${#root[@]}" -gt 0 ]; then "${root[@]}" chown -R "$(id -u):$(id -g)" "$fresh"; fi
  rm -rf "$debian_root"
  mv "$fresh" "$debian_root"
}

# ensure_package COMMAND PACKAGE: installs a Debian package by name where its command is missing.
ensure_package() {
  local root=()
  if command -v "$1" >/dev/null; then return; fi
  find_root || die "$2 is missing, and neither root nor sudo is at hand." "As root: apt-get install $2"
  command -v apt-get >/dev/null || die "$2 is missing." "Install it with the package manager of this system."
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "$2" >&2 \
    || { "${root[@]}" apt-get update >&2 && "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "$2" >&2; } \
    || die "the package $2 could not be installed." "As root: apt-get install $2"
}

# Sets `root` to the words that stand before a command of root's: none where we are root. Fails when there is no way.
find_root() {
  root=()
  [ "$(id -u)" -ne 0 ] || return 0
  command -v sudo >/dev/null || return 1
  root=(sudo)
}
