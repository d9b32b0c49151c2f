#!/usr/bin/env bash
# A class at one projector: starts Redis, five glassports that publish into it, traffic to each,
# and the dashboard that watches all of them. Ends them all when the dashboard is ended.
#
#   examples/class.sh              with glassport and redis-server from the PATH
#   GLASSPORT=target/release/glassport examples/class.sh
set -euo pipefail

glassport=${GLASSPORT:-glassport}
for program in "$glassport" redis-server redis-cli curl; do
  command -v "$program" >/dev/null || { echo "class.sh: there is no $program" >&2; exit 1; }
done

here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
started=()
end() {
  trap - EXIT
  # Those that ask first, those that are asked then, and what they told last.
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$folder"
}
trap end EXIT
trap 'exit 130' INT TERM

# A port that nothing listens on: asked of the system, by a server that is ended again.
free_port() {
  "$glassport" --no-tui -q -b 127.0.0.1 -p 0 2>"$folder/port" >/dev/null &
  local pid=$! port=
  while [ -z "$port" ]; do
    kill -0 "$pid" 2>/dev/null || { cat "$folder/port" >&2; exit 1; }
    port=$(sed -n 's|.*http://127.0.0.1:\([0-9]*\).*|\1|p' "$folder/port" | head -n 1)
    sleep 0.05
  done
  kill "$pid" && wait "$pid" 2>/dev/null || true
  echo "$port"
}

# Students may add records to the stream and nothing else; the teacher may read them.
redis_port=$(free_port)
redis-server --bind 127.0.0.1 --port "$redis_port" --save '' --dir "$folder" \
  --aclfile "$here/class.acl" >/dev/null &
started+=($!)
until redis-cli -p "$redis_port" --user teacher --pass teach --no-auth-warning ping >/dev/null 2>&1; do
  kill -0 "${started[0]}" 2>/dev/null || { echo "class.sh: redis-server does not start" >&2; exit 1; }
  sleep 0.05
done

addresses=()
for student in 1 2 3 4 5; do
  GLASSPORT_PUBLISH="redis://student:learn@127.0.0.1:$redis_port/class" \
    "$glassport" --no-tui -q -b 127.0.0.1 -p 0 --publish-as "laptop-$student" --redact \
    2>"$folder/$student" >/dev/null &
  started+=($!)
  address=
  while [ -z "$address" ]; do
    kill -0 "${started[-1]}" 2>/dev/null || { cat "$folder/$student" >&2; exit 1; }
    address=$(sed -n 's|.*\(http://127.0.0.1:[0-9]*\).*|\1|p' "$folder/$student" | head -n 1)
    sleep 0.05
  done
  addresses+=("$address")
done

# A request here, a request there; now and then one that is wrong.
traffic() {
  local paths=(/ /hello.txt /style.css /nowhere /.glassport/echo)
  while true; do
    local address=${addresses[RANDOM % ${#addresses[@]}]}
    curl -s -o /dev/null "$address${paths[RANDOM % ${#paths[@]}]}" || true
    sleep "0.$((RANDOM % 4 + 1))"
  done
}
traffic &
started+=($!)

"$glassport" watch "redis://teacher:teach@127.0.0.1:$redis_port/class" "$@"
