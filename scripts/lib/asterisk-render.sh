# shellcheck shell=bash
# Sourced by scripts/asterisk: asterisk-conf/ becomes HOME/asterisk/etc, with ports, paths and secrets filled in.

# What can be set, with its default. One line here, and @NAME@ can be used in asterisk-conf/.
settable() {
  cat <<'TEXT'
BIND=127.0.0.1
SIP_PORT=5060
TLS_PORT=5061
HTTP_PORT=8088
HTTPS_PORT=8089
AMI_PORT=5038
RTP=10000-10999
SESSION_LIMIT=2000
EMERGENCY_NUMBERS=112 911 999
EMERGENCY_DIAL=
EMERGENCY_DIAL_2=
ICE_HOST=
EXTERNAL_ADDRESS=
LOCAL_NET=
STUN=
TURN=
TURN_USER=
TURN_SECRET=
TONES=us
EXTRA=
TEXT
}

# `value` holds what is rendered: from a flag, else the environment, else what was rendered before, else the default.
declare -A value

render_asterisk() {
  local home='' name line flag
  local -A said=()
  while [ $# -gt 0 ]; do
    [ $# -ge 2 ] || die "$1 needs a value."
    flag=${1#--}
    name=${flag//-/_}
    name=${name^^}
    case $flag in
      home) home=$2 ;;
      *) settable | grep -q "^$name=" || die "render knows no option $1." "scripts/asterisk help lists them."
        said[$name]=$2 ;;
    esac
    shift 2
  done
  [ -n "$home" ] || die "render needs --home DIR."
  (umask 077 && mkdir -p "$home")
  home=$(cd "$home" && pwd)
  require_asterisk
  load_values "$home"
  while IFS= read -r line; do
    name=${line%%=*}
    local from_environment=CORDBOARD_$name
    if [ -n "${said[$name]+x}" ]; then value[$name]=${said[$name]}
    elif [ -n "${!from_environment+x}" ]; then value[$name]=${!from_environment}
    elif [ -z "${value[$name]+x}" ]; then value[$name]=${line#*=}
    fi
  done < <(settable)
  check_values
  derive_values "$home"
  write_secrets "$home"
  write_certificate "$home"
  write_configuration "$home"
  save_values "$home"
  if [ -z "${value[EMERGENCY_DIAL]}" ] && [ "${value[EMERGENCY_NUMBERS]}" != off ]; then
    printf 'asterisk: emergency calls (%s) have no target yet: --emergency-dial, or --emergency-numbers off on purpose.\n' \
      "${value[EMERGENCY_NUMBERS]}" >&2
  fi
}

# The values of the last render are kept beside the configuration, one NAME=VALUE a line, never evaluated.
load_values() {
  local line
  value=()
  [ -f "$1/asterisk/rendered" ] || return 0
  while IFS= read -r line; do value[${line%%=*}]=${line#*=}; done <"$1/asterisk/rendered"
}

save_values() {
  local name
  for name in "${!value[@]}"; do printf '%s=%s\n' "$name" "${value[$name]}"; done | grep -v '_SECRET=' | sort >"$1/asterisk/rendered.new"
  mv "$1/asterisk/rendered.new" "$1/asterisk/rendered"
}

check_values() {
  local name wrong=0
  for name in SIP_PORT TLS_PORT HTTP_PORT HTTPS_PORT AMI_PORT; do
    if ! [[ ${value[$name]} =~ ^[0-9]{1,5}$ ]] || [ "${value[$name]}" -gt 65535 ] || [ "${value[$name]}" -eq 0 ]; then
      printf 'asterisk: %s must be a port from 1 to 65535, not "%s".\n' "$name" "${value[$name]}" >&2
      wrong=1
    fi
  done
  if ! [[ ${value[RTP]} =~ ^([0-9]{1,5})-([0-9]{1,5})$ ]] || [ "${BASH_REMATCH[1]}" -ge "${BASH_REMATCH[2]}" ] || [ "${BASH_REMATCH[2]}" -gt 65535 ]; then
    printf 'asterisk: RTP must be a range of ports such as 10000-10999, not "%s".\n' "${value[RTP]}" >&2
    wrong=1
  fi
  if ! [[ ${value[EXTERNAL_ADDRESS]} =~ ^[A-Za-z0-9.:_-]{0,253}$ ]]; then
    printf 'asterisk: EXTERNAL_ADDRESS must be an address or a host name, not "%s".\n' "${value[EXTERNAL_ADDRESS]}" >&2
    wrong=1
  fi
  if ! [[ ${value[LOCAL_NET]} =~ ^([0-9A-Fa-f.:]+/[0-9.]+(,[0-9A-Fa-f.:]+/[0-9.]+)*)?$ ]]; then
    printf 'asterisk: LOCAL_NET must be networks with commas, such as 198.51.100.0/24, not "%s".\n' "${value[LOCAL_NET]}" >&2
    wrong=1
  fi
  if [ -n "${value[EXTERNAL_ADDRESS]}" ] && [ -z "${value[LOCAL_NET]}" ]; then
    printf 'asterisk: EXTERNAL_ADDRESS without LOCAL_NET would be told to the phones inside too.\n' >&2
    wrong=1
  fi
  if [ -n "${value[EXTRA]}" ] && [ ! -d "${value[EXTRA]}" ]; then
    printf 'asterisk: EXTRA is no directory: "%s".\n' "${value[EXTRA]}" >&2
    wrong=1
  fi
  for name in "${!value[@]}"; do
    if [[ ${value[$name]} == *$'\n'* ]]; then
      printf 'asterisk: %s must be one line.\n' "$name" >&2
      wrong=1
    fi
  done
  [ "$wrong" -eq 0 ] || exit 2
}

derive_values() {
  local var=$1/asterisk
  mkdir -p "$var"/{etc,lib,cache,db,keys/keys,spool,log,lib/agi-bin}
  # Asterisk's own database has the phones' digests, its logs who called, and it writes both for everybody to read. It runs as
  # who starts it here, and an Asterisk of somebody's own reads nothing of this.
  chmod 700 "$var" "$var/db"
  value[RTP_START]=${value[RTP]%-*}
  value[RTP_END]=${value[RTP]#*-}
  value[ETC]=$var/etc
  value[VAR]=$var
  value[MODULES]=$modules
  value[DATA]=$data
  value[CERT]=$1/certs/cert.pem
  value[KEY]=$1/certs/key.pem
  value[RUN]=$var/run
  # The path of a Unix socket holds 107 bytes: a deep home gets a short directory elsewhere, named for it.
  if [ "${#value[RUN]}" -gt 80 ]; then
    value[RUN]=${TMPDIR:-/tmp}/cordboard-$(id -u)-$(printf '%s' "$1" | cksum | cut -d ' ' -f 1)
  fi
  mkdir -p "${value[RUN]}"
  chmod 700 "${value[RUN]}"
  [ -O "${value[RUN]}" ] || die "${value[RUN]} belongs to somebody else."
}

write_secrets() {
  local name
  (umask 077 && mkdir -p "$1/secrets")
  for name in ari ami; do
    if [ ! -s "$1/secrets/$name" ]; then
      (umask 077 && head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$1/secrets/$name" && echo >>"$1/secrets/$name")
    fi
    chmod 600 "$1/secrets/$name"
  done
  # Kept beside the others, and never in the list of what was rendered.
  if [ -n "${value[TURN_SECRET]}" ]; then (umask 077 && printf '%s\n' "${value[TURN_SECRET]}" >"$1/secrets/turn"); fi
  if [ -s "$1/secrets/turn" ]; then value[TURN_SECRET]=$(<"$1/secrets/turn"); fi
  value[ARI_SECRET]=$(<"$1/secrets/ari")
  value[AMI_SECRET]=$(<"$1/secrets/ami")
}

# Self-signed, for ten years: for trying. A certificate that is there already is left alone.
write_certificate() {
  local host
  if [ -s "$1/certs/cert.pem" ] && [ -s "$1/certs/key.pem" ]; then return; fi
  command -v openssl >/dev/null || die "openssl is missing." "As root: apt-get install openssl"
  host=$(hostname 2>/dev/null || uname -n)
  mkdir -p "$1/certs"
  (umask 077 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
    -subj "/CN=${host:0:60}" -addext "subjectAltName=DNS:localhost,IP:127.0.0.1,DNS:$host" \
    -keyout "$1/certs/key.pem" -out "$1/certs/cert.pem" 2>"$1/certs/openssl.log") \
    || { cat "$1/certs/openssl.log" >&2; die "the certificate could not be made."; }
  rm -f "$1/certs/openssl.log"
  chmod 644 "$1/certs/cert.pem"
}

write_configuration() {
  local etc=$1/asterisk/etc source name
  for source in "$repo"/asterisk-conf/*.conf; do
    name=$(basename "$source")
    (umask 077 && {
      printf '; Written by scripts/asterisk render from asterisk-conf/%s. What you change here is overwritten.\n' "$name"
      fill_in <"$source"
    } >"$etc/$name.new")
    mv "$etc/$name.new" "$etc/$name"
  done
  if [ -z "${value[EXTRA]}" ]; then return; fi
  for source in "${value[EXTRA]}"/*.conf; do
    if [ ! -f "$source" ]; then continue; fi
    (umask 077 && { echo; cat "$source"; echo; } >>"$etc/$(basename "$source")")
  done
}

# A line that ends in `;= OTHER` becomes OTHER with each @NAME@ replaced, or nothing when nothing is left behind the `=`.
fill_in() {
  local line name number skip=0
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      ';<emergency-numbers') skip=1
        if [ "${value[EMERGENCY_NUMBERS]}" = off ]; then
          printf '; Nobody dials it: doctor reads here that it was on purpose.\nexten => off,1,NoOp(emergency numbers are off on purpose)\n'
        else
          for number in ${value[EMERGENCY_NUMBERS]}; do printf 'exten => %s,1,Goto(cordboard-emergency-call,${EXTEN},1)\n' "$number"; done
        fi
        continue ;;
      ';>emergency-numbers') skip=0; continue ;;
    esac
    if [ "$skip" -eq 1 ]; then continue; fi
    if [[ $line == *';= '* ]]; then
      line=${line##*;= }
      if [[ $line =~ @([A-Z0-9_]+)@ ]]; then
        while [[ $line =~ @([A-Z0-9_]+)@ ]]; do
          name=${BASH_REMATCH[1]}
          [ -n "${value[$name]+x}" ] || die "asterisk-conf names @$name@, which nothing sets."
          # The value is cut in by parts: it may hold characters that a pattern would take for its own.
          line=${line%%"@$name@"*}$'\x01'${value[$name]//@/$'\x02'}$'\x01'${line#*"@$name@"}
        done
        line=${line//$'\x01'/}
        line=${line//$'\x02'/@}
      fi
      if [ -z "$line" ] || [[ $line =~ ^[a-z_]+\ =\ *$ ]]; then continue; fi
    fi
    printf '%s\n' "$line"
  done
}
