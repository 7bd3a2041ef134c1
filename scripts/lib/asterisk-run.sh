# shellcheck shell=bash
# Sourced by scripts/asterisk: start, stop and look. Everything is found by the pid file and the rendered values.

# with_home FUNCTION --home DIR ARGUMENTS...
with_home() {
  local what=$1 home='' rest=()
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --home) [ $# -ge 2 ] || die "--home needs a directory."
        home=$2
        shift 2 ;;
      *) rest+=("$1")
        shift ;;
    esac
  done
  [ -n "$home" ] || die "--home DIR is missing."
  [ -d "$home/asterisk/etc" ] || die "$home has no Asterisk configuration." "Run: scripts/asterisk render --home $home"
  home=$(cd "$home" && pwd)
  require_asterisk
  load_values "$home"
  conf=$home/asterisk/etc/asterisk.conf
  pid_file=$home/asterisk/asterisk.pid
  console=$home/asterisk/log/console
  "$what" "$home" ${rest[@]+"${rest[@]}"}
}

start_asterisk() {
  local pid
  if pid=$(running_pid); then
    wait_booted "$pid" || die "Asterisk runs (pid $pid) and is not ready after ${CORDBOARD_BOOT_SECONDS:-60} s." \
      "Its logs: ${value[VAR]}/log. To start it afresh: scripts/asterisk stop --home $1"
    printf 'Asterisk runs already (pid %s).\n' "$pid"
    return
  fi
  check_ports
  rm -f "${value[RUN]}/asterisk.ctl"
  mkdir -p "${value[RUN]}"
  (
    # Each channel takes a few descriptors; the usual limit of 1024 ends at some 200 calls.
    ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)" || true
    # A session of its own: a Ctrl-C in the terminal that started it is not for it.
    exec setsid "${asterisk[@]}" -C "$conf" -f -n </dev/null >"$console" 2>&1 9>&-
  ) &
  pid=$!
  printf '%s\n' "$pid" >"$pid_file"
  disown "$pid"
  if ! wait_booted "$pid"; then
    # Left running it would be nobody's: who asked for it was told that there is none.
    if ! kill -0 "$pid" 2>/dev/null; then failed_start "Asterisk ended while it started."; fi
    end_asterisk "$pid" kill -0 "$pid"
    failed_start "Asterisk was not ready after ${CORDBOARD_BOOT_SECONDS:-60} s, and was stopped."
  fi
  printf 'Asterisk runs (pid %s): sip %s, tls %s, http %s, https %s, ami %s.\n' "$pid" \
    "${value[SIP_PORT]}" "${value[TLS_PORT]}" "${value[HTTP_PORT]}" "${value[HTTPS_PORT]}" "${value[AMI_PORT]}"
}

# Probes for at most 60 s, which is long for a machine under load; it takes one or two. Each probe has
# a short time, so that one that hangs does not cost all of it.
wait_booted() {
  local pid=$1 end=$((SECONDS + ${CORDBOARD_BOOT_SECONDS:-60}))
  until [ -S "${value[RUN]}/asterisk.ctl" ] && timeout 3 "${asterisk[@]}" -C "$conf" -rx 'core waitfullybooted' 2>/dev/null | grep 'fully booted' >/dev/null; do
    kill -0 "$pid" 2>/dev/null || return 1
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.05
  done
}

failed_start() {
  {
    printf '%s\n' '--- the last lines of its log:'
    tail -n 15 "$console" 2>/dev/null
    tail -n 15 "${value[VAR]}/log/messages" 2>/dev/null
  } >&2 || true
  rm -f "$pid_file"
  die "$1" "Its logs: ${value[VAR]}/log"
}

# Names who has a port that we need, before Asterisk half starts without it.
check_ports() {
  local name taken=0 proto holder
  for name in SIP_PORT:u SIP_PORT:t TLS_PORT:t HTTP_PORT:t HTTPS_PORT:t AMI_PORT:t; do
    proto=${name#*:}
    name=${name%:*}
    if holder=$(port_holder "$proto" "${value[$name]}"); then
      printf 'asterisk: port %s (%s, %s) is taken by %s.\n' "${value[$name]}" "${name%_PORT}" \
        "$([ "$proto" = u ] && echo udp || echo tcp)" "$holder" >&2
      taken=1
    fi
  done
  [ "$taken" -eq 0 ] || die "Asterisk was not started." "Stop that process, or render with other ports (scripts/asterisk help)."
}

# port_holder u|t PORT: prints who listens there, on our address or on all of them; fails when nobody does. Of TCP sockets
# only those in the state 0A (LISTEN) do; a UDP socket has no such state.
port_holder() {
  local file address hex inode pid found=''
  hex=$(printf '%04X' "$2")
  for file in /proc/net/$([ "$1" = u ] && echo udp || echo tcp){,6}; do
    [ -r "$file" ] || continue
    # Read by awk: where bash reads a file itself it goes back after each line, and the kernel lists all sockets anew.
    while read -r address inode; do
      case ${address%:*} in
        00000000 | 00000000000000000000000000000000 | "$(hex_address "${value[BIND]}")") ;;
        *) [ "${value[BIND]}" = 0.0.0.0 ] || [ "$2" = "${value[AMI_PORT]}" ] || continue ;;
      esac
      found=$inode
      break 2
    done < <(awk -v kind="$1" -v port=":$hex$" '$2 ~ port && (kind == "u" || $4 == "0A") { print $2, $10 }' "$file")
  done
  [ -n "$found" ] || return 1
  pid=$(find /proc/[0-9]*/fd -maxdepth 1 -lname "socket:\\[$found\\]" 2>/dev/null | head -n 1 | cut -d / -f 3) || true
  if [ -n "$pid" ]; then
    printf 'pid %s (%s)\n' "$pid" "$(tr '\0' ' ' <"/proc/$pid/cmdline" | cut -c 1-80)"
  else
    printf 'another user'\''s process (as root: ss -lpn | grep :%s)\n' "$2"
  fi
}

# An IPv4 address as /proc/net has it: hexadecimal, in the byte order of the machine.
hex_address() {
  local a b c d
  IFS=. read -r a b c d <<<"$1"
  printf '%02X%02X%02X%02X' "$d" "$c" "$b" "$a" 2>/dev/null || true
}

# Prints the pid of our Asterisk. A pid that was given to another process since is not ours: its command line says so.
running_pid() {
  local pid
  [ -s "$pid_file" ] || return 1
  pid=$(<"$pid_file")
  [ -r "/proc/$pid/cmdline" ] && tr '\0' '\n' <"/proc/$pid/cmdline" | grep -qxF -- "$conf" || return 1
  printf '%s\n' "$pid"
}

# end_asterisk PID CHECK...: SIGTERM, then at most 20 s while the check holds; what does not end by then is killed, and that is said.
end_asterisk() {
  local pid=$1 end=$((SECONDS + 20))
  shift
  kill -TERM "$pid" 2>/dev/null || true
  while "$@" >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$end" ]; then
      printf 'asterisk: pid %s did not end within 20 s and is killed.\n' "$pid" >&2
      kill -KILL "$pid" 2>/dev/null || true
      end=$((SECONDS + 20))
    fi
    sleep 0.05
  done
}

stop_asterisk() {
  local pid
  if ! pid=$(running_pid); then
    rm -f "$pid_file"
    printf 'Asterisk does not run.\n'
    return
  fi
  end_asterisk "$pid" running_pid
  rm -f "$pid_file"
  case ${value[RUN]} in "${value[VAR]}"/*) ;; *) rm -rf "${value[RUN]}" ;; esac
  printf 'Asterisk is stopped.\n'
}

status_asterisk() {
  local pid
  if ! pid=$(running_pid); then
    printf 'Asterisk does not run.\n'
    exit 3
  fi
  printf 'Asterisk runs (pid %s), %s.\n' "$pid" "$("${asterisk[@]}" -C "$conf" -rx 'core show uptime seconds' 2>/dev/null | head -n 1)"
}

rx_asterisk() {
  [ $# -eq 2 ] || die 'rx needs one command in quotes.'
  running_pid >/dev/null || die "Asterisk does not run." "Run: scripts/asterisk start --home $1"
  exec timeout 60 "${asterisk[@]}" -C "$conf" -rx "$2"
}

show_value() {
  [ $# -eq 2 ] && [ -n "${value[$2]+x}" ] || die "there is no such value." "It knows: $(printf '%s ' "${!value[@]}")"
  printf '%s\n' "${value[$2]}"
}
