#!/bin/sh
# Takes a snapshot of each claim of $CLAIMS and waits for it; only then removes all but the $KEEP newest of that claim.
set -eu
: "${NAMESPACE:?}" "${CLAIMS:?}" "${KEEP:?}" "${WAIT_SECONDS:?}"
ACCOUNT=${ACCOUNT:-/var/run/secrets/kubernetes.io/serviceaccount}
API=${API:-https://kubernetes.default.svc}
SNAPSHOTS="$API/apis/snapshot.storage.k8s.io/v1/namespaces/$NAMESPACE/volumesnapshots"

say() { echo "volume-snapshots: $*"; }
fail() {
  echo "volume-snapshots: $*" >&2
  exit 1
}

# The token comes by standard input: the list of processes shows none.
call() {
  printf 'Authorization: Bearer %s' "$(cat "$ACCOUNT/token")" |
    curl --silent --show-error --fail --max-time 60 --cacert "$ACCOUNT/ca.crt" --header @- "$@"
}

# take NAME CLAIM
take() {
  class=${SNAPSHOT_CLASS:+"\"volumeSnapshotClassName\": \"$SNAPSHOT_CLASS\","}
  call --output /dev/null --header "Content-Type: application/json" --data @/dev/fd/3 "$SNAPSHOTS" 3<<JSON
{"apiVersion": "snapshot.storage.k8s.io/v1", "kind": "VolumeSnapshot",
 "metadata": {"name": "$1", "namespace": "$NAMESPACE", "labels": {"pergola/claim": "$2"}},
 "spec": {$class "source": {"persistentVolumeClaimName": "$2"}}}
JSON
}

ready() {
  call "$SNAPSHOTS/$1" | tr -d ' \n' | grep -q '"readyToUse":true'
}

# The names of a claim's snapshots, the newest first: the time stands in the name.
names() {
  call "$SNAPSHOTS?labelSelector=pergola%2Fclaim%3D$1" >"${TMPDIR:-/tmp}/snapshots" || return
  tr -d ' \n' <"${TMPDIR:-/tmp}/snapshots" | grep -o "\"name\":\"$1-[0-9]\{14\}\"" | cut -d '"' -f 4 | sort -ru || true
}

started=$(date +%s)
now=$(date -u -d "@$started" +%Y%m%d%H%M%S)
for claim in $CLAIMS; do
  take "$claim-$now" "$claim" || fail "no snapshot of $claim can be made; the line above says why"
done
for claim in $CLAIMS; do
  until ready "$claim-$now"; do
    [ "$(($(date +%s) - started))" -lt "$WAIT_SECONDS" ] ||
      fail "$claim-$now is not ready after $WAIT_SECONDS s; kubectl describe volumesnapshot says why; older ones are untouched"
    sleep "${PAUSE_SECONDS:-10}"
  done
  say "$claim-$now: ready"
  found=$(names "$claim") || fail "the snapshots of $claim cannot be listed; nothing older was removed"
  for old in $(echo "$found" | tail -n "+$((KEEP + 1))"); do
    call --output /dev/null --request DELETE "$SNAPSHOTS/$old" || fail "$old cannot be removed; the new snapshot is kept"
    say "$old: removed"
  done
done
