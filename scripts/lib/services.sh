# shellcheck shell=bash
# Sourced by scripts/up and scripts/down: starts Asterisk and the daemon, and remembers in HOME/up what it was that
# started them. A file there is "PID START": the start time tells our process from a later one that was given its number.

cordboard() {
  node "$repo/dist/cli/main.js" "$@"
}

get_asterisk() {
  local got
  got=$("$repo/scripts/asterisk" install)
  note "$(tail -n 1 <<<"$got" | tr -s ' ' | cut -c 1-100)"
}

# Asterisk's configuration and ours, with the same ports: those said in the environment, else those that Asterisk has. What
# runs keeps its own, or the two would be kept apart; what was said and is not done is told.
configure() {
  local home=$CORDBOARD_HOME name said kept='' settings=() left=()
  if daemon_runs; then kept='the daemon runs'; fi
  if [ -d "$home/asterisk/etc" ] && { [ -n "$kept" ] || "$repo/scripts/asterisk" status --home "$home" >/dev/null 2>&1; }; then
    kept=${kept:-Asterisk runs}
    for name in SIP_PORT TLS_PORT HTTP_PORT HTTPS_PORT AMI_PORT RTP BIND EMERGENCY_NUMBERS EMERGENCY_DIAL; do
      said=CORDBOARD_$name
      if [ -n "${!said:-}" ] && [ "${!said}" != "$(rendered "$name")" ]; then left+=("$said"); fi
    done
  else
    "$repo/scripts/asterisk" render --home "$home"
  fi
  if [ "$kept" != 'the daemon runs' ]; then
    for name in sip tls http https ami; do settings+=("--$name-port" "$(rendered "${name^^}_PORT")"); done
    if [ -n "${CORDBOARD_HEALTH_PORT:-}" ]; then settings+=(--health-port "$CORDBOARD_HEALTH_PORT"); fi
  elif [ -n "${CORDBOARD_HEALTH_PORT:-}" ] && [[ $(health_address) != *":$CORDBOARD_HEALTH_PORT" ]]; then
    left+=(CORDBOARD_HEALTH_PORT)
  fi
  if [ -z "$(rendered EMERGENCY_DIAL)" ] && [ "$(rendered EMERGENCY_NUMBERS)" != off ]; then
    warn "emergency calls ($(rendered EMERGENCY_NUMBERS)) have no target and end at once. scripts/down, then CORDBOARD_EMERGENCY_DIAL=… scripts/up gives them one (scripts/asterisk help)."
  fi
  note "$home${kept:+ ($kept: kept${left[*]:+, and not done: ${left[*]}})}"
  if [ ! -f "$home/cordboard.yaml" ] && [ "$demo" -eq 1 ]; then settings+=(--set "rona.ladder=$demo_ladder"); fi
  cordboard init ${settings[@]+"${settings[@]}"}
}

# rendered NAME: a value of Asterisk's configuration, such as HTTP_PORT.
rendered() {
  sed -n "s/^$1=//p" "$CORDBOARD_HOME/asterisk/rendered"
}

# Ours, or one that somebody else started in this home.
daemon_runs() {
  daemon_pid >/dev/null || cordboard status >/dev/null 2>&1
}

# The default's first rest is 20 s: too long to be watched.
readonly demo_ladder='[{misses: 1, rest: 5s}, {misses: 2, rest: 60s, notify: agent}, {misses: 3, within: 30m, hold: until-ready, notify: supervisors}]'

start_our_asterisk() {
  local home=$CORDBOARD_HOME
  if "$repo/scripts/asterisk" status --home "$home" >/dev/null; then
    remedy "scripts/asterisk stop --home $home stops it; then scripts/up starts it afresh"
    "$repo/scripts/asterisk" start --home "$home"
    note 'runs already'
    return
  fi
  remedy "where a port is taken, stop that process or say another one (scripts/up --help); the logs: $home/asterisk/log"
  "$repo/scripts/asterisk" start --home "$home"
  remember asterisk "$(cat "$home/asterisk/asterisk.pid")"
  note "$("$repo/scripts/asterisk" rx --home "$home" 'core show version' | cut -d ' ' -f 1,2)"
}

stop_our_asterisk() {
  local pid
  if ! pid=$(remembered asterisk); then
    printf 'Asterisk: nothing of ours runs.\n'
  elif [ "$pid" = "$(cat "$CORDBOARD_HOME/asterisk/asterisk.pid" 2>/dev/null)" ]; then
    "$repo/scripts/asterisk" stop --home "$CORDBOARD_HOME"
  fi
  rm -f "$CORDBOARD_HOME/up/asterisk"
}

# Starts the daemon and waits until calls can be taken.
start_daemon() {
  local home=$CORDBOARD_HOME log=$CORDBOARD_HOME/log/cordboard.log pid address holder
  address=$(health_address)
  if pid=$(daemon_pid); then
    remedy "scripts/down and then scripts/up start it afresh; its log: $log"
    wait_ready "$pid" "$address" "$log"
    note "runs already (pid $pid)"
    return
  fi
  if [ "$(ask "$address" /healthz)" = 200 ] && daemon_runs; then
    note 'runs already, started by other hands'
    return
  fi
  declare -A value=([BIND]=${address%:*} [AMI_PORT]=0)
  if holder=$(port_holder t "${address##*:}"); then
    remedy "stop that process, or set http.port in $home/cordboard.yaml"
    printf 'Port %s (the daemon'\''s health) is taken by %s.\n' "${address##*:}" "$holder" >&2
    return 1
  fi
  remedy "the daemon's log: $log"
  # A session of its own: a Ctrl-C in this terminal is not for it.
  setsid node "$repo/dist/cli/main.js" serve </dev/null >>"$log" 2>&1 &
  pid=$!
  disown "$pid"
  remember daemon "$pid"
  wait_ready "$pid" "$address" "$log"
  note "pid $pid"
}

# Probes /readyz for at most 30 s.
wait_ready() {
  local pid=$1 address=$2 log=$3 end=$((SECONDS + 30))
  until [ "$(ask "$address" /readyz)" = 200 ]; do
    if ! kill -0 "$pid" 2>/dev/null; then
      printf 'The daemon ended while it started:\n' >&2
      tail -n 10 "$log" | cut -c 1-400 >&2
      return 1
    fi
    if [ "$SECONDS" -ge "$end" ]; then
      printf 'The daemon was not ready after 30 s. It says: %s\n' "$(ask "$address" /readyz body)" >&2
      tail -n 10 "$log" | cut -c 1-400 >&2
      return 1
    fi
    sleep 0.05
  done
}

stop_daemon() {
  local pid end=$((SECONDS + 15))
  if ! pid=$(daemon_pid); then
    printf 'Daemon: nothing of ours runs.\n'
    rm -f "$CORDBOARD_HOME/up/daemon"
    return
  fi
  kill -TERM "$pid" 2>/dev/null || true
  while daemon_pid >/dev/null; do
    if [ "$SECONDS" -ge "$end" ]; then
      printf 'The daemon (pid %s) did not end within 15 s and is killed.\n' "$pid" >&2
      kill -KILL "$pid" 2>/dev/null || true
      end=$((SECONDS + 15))
    fi
    sleep 0.05
  done
  rm -f "$CORDBOARD_HOME/up/daemon"
  printf 'The daemon is stopped.\n'
}

daemon_pid() {
  remembered daemon
}

# remember NAME PID
remember() {
  printf '%s %s\n' "$2" "$(start_of "$2")" >"$CORDBOARD_HOME/up/$1"
}

# remembered NAME: prints the pid when that very process still runs.
remembered() {
  local pid start
  [ -f "$CORDBOARD_HOME/up/$1" ] && read -r pid start <"$CORDBOARD_HOME/up/$1" || return 1
  [ -n "$start" ] && [ "$start" = "$(start_of "$pid")" ] || return 1
  printf '%s\n' "$pid"
}

# When a process started, in ticks since the machine did (proc(5), field 22). Its name may hold spaces and brackets.
start_of() {
  local stat fields
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
  read -ra fields <<<"${stat##*) }"
  # A process that has ended and was not waited for has no life left to speak of.
  if [ "${fields[0]}" != Z ]; then printf '%s' "${fields[19]}"; fi
}

# HOST:PORT of /readyz, from the configuration.
health_address() {
  node --input-type=module -e '
    const [dist, home] = process.argv.slice(1);
    const { loadConfig } = await import(`${dist}/config/load.js`);
    const { http } = loadConfig(undefined, home);
    console.log(`${http.host}:${http.port}`);
  ' "$repo/dist" "$CORDBOARD_HOME"
}

# ask HOST:PORT PATH [body]: the status of a GET, or its body. Nothing when nobody answers. A fresh machine has no curl.
ask() {
  local host=${1%:*} port=${1##*:} answer
  answer=$(
    exec 2>/dev/null 3<>"/dev/tcp/$host/$port" || exit 0
    printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' "$2" "$host" >&3
    timeout 2 cat <&3
  ) || true
  if [ "${3:-status}" = body ]; then
    printf '%s' "${answer##*$'\r\n\r\n'}"
  else
    answer=${answer%%$'\r\n'*}
    printf '%s' "$answer" | cut -d ' ' -f 2
  fi
}
