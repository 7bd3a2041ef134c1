# shellcheck shell=bash
# Sourced by scripts/up and scripts/test: one line a step, with its progress and time; a step that fails says why, with its log.

begin_steps() {
  steps_log=$1
  steps_dir=$(mktemp -d)
  trap 'rm -rf "$steps_dir"' EXIT
  trap 'stop_step; exit 130' INT TERM
  step_pid=''
  : >"$steps_dir/warnings"
  printf '%s at %s\n' "$(basename "$0")" "$(date -Is)" >>"$steps_log"
}

# step NAME COMMAND...: runs it with its output in a log. It may say one line with `note`, and `remedy` when it fails.
step() {
  begin_step "$@"
  end_step
}

# The same in two halves: what stands between them is done beside it, and is no step itself.
begin_step() {
  step_name=$1 step_began=${EPOCHREALTIME/[.,]/}
  shift
  : >"$steps_dir/log"
  rm -f "$steps_dir/note" "$steps_dir/remedy"
  # In the background, so that the time can be shown; and there `set -e` counts, which it would not in a condition.
  (
    # Who comes back to it later is told how long it took, and not how long ago it began.
    trap 'printf %s "${EPOCHREALTIME/[.,]/}" >"$steps_dir/ended"' EXIT
    "$@"
  ) >"$steps_dir/log" 2>&1 </dev/null 8>&- &
  step_pid=$!
}

end_step() {
  local name=$step_name log=$steps_dir/log status=0 began=$step_began took
  if [ -t 1 ]; then
    while kill -0 "$step_pid" 2>/dev/null; do
      printf '\r\033[K  .. %-20s %s  %s' "$name" "$(seconds_since "$began")" "$(tail -n 1 "$log" | tr -cd '[:print:]' | cut -c 1-60)"
      sleep 0.2
    done
    printf '\r\033[K'
  fi
  wait "$step_pid" || status=$?
  step_pid=''
  took=$(seconds_between "$began" "$(cat "$steps_dir/ended")")
  { printf '%s\n' "--- $name ($took)"; cat "$log"; } >>"$steps_log"
  if [ "$status" -eq 0 ]; then
    printf '  ok %-20s %s  %s\n' "$name" "$took" "$(cat "$steps_dir/note" 2>/dev/null || true)"
    return
  fi
  printf 'FAIL %-20s %s\n' "$name" "$took"
  {
    printf '\nWhat failed: %s. The last lines of its log:\n' "$name"
    tail -n 20 "$log" | sed 's/^/  | /'
    printf '\nWhat to do: %s\n' "$(cat "$steps_dir/remedy" 2>/dev/null || printf 'see above; the whole log is in %s' "$steps_log")"
    printf 'Then run scripts/%s again: it goes on where it stopped.\n' "$(basename "$0")"
  } >&2
  exit 1
}

# What a step wants to have beside its time.
note() {
  printf '%s' "$*" >"$steps_dir/note"
}

# What a step that succeeds wants to be read: shown again at the end, by `show_warnings`.
warn() {
  printf '%s\n' "$*" >>"$steps_dir/warnings"
}

show_warnings() {
  sed 's/^/Warning: /' "$steps_dir/warnings" >&2
}

# What is to be done when a step fails.
remedy() {
  printf '%s' "$*" >"$steps_dir/remedy"
}

stop_step() {
  printf '\n'
  if [ -n "$step_pid" ]; then end_with_children "$step_pid"; fi
}

# A background command of a script does not hear Ctrl-C, so it is told, and what it started is told first.
end_with_children() {
  local child
  for child in $(cat /proc/"$1"/task/*/children 2>/dev/null); do end_with_children "$child"; done
  kill -TERM "$1" 2>/dev/null || true
}

seconds_since() {
  seconds_between "$1" "${EPOCHREALTIME/[.,]/}"
}

seconds_between() {
  local ms=$((($2 - $1) / 1000))
  printf '%4d.%d s' $((ms / 1000)) $((ms % 1000 / 100))
}
