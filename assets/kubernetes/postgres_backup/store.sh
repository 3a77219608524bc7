# Where backups are kept: $STORE is s3://BUCKET/PREFIX, or a folder on a volume. Read with `.`.

put() {
  case "$STORE" in
  s3://*) aws s3 cp --only-show-errors "$1" "$STORE/$2" ;;
  *)
    cp "$1" "$STORE/.$2" && mv "$STORE/.$2" "$STORE/$2" && return
    rm -f "$STORE/.$2"
    return 1
    ;;
  esac
}

get() {
  case "$STORE" in
  s3://*) aws s3 cp --only-show-errors "$STORE/$1" "$2" ;;
  *) cp "$STORE/$1" "$2" ;;
  esac
}

remove() {
  case "$STORE" in
  s3://*) aws s3 rm --only-show-errors "$STORE/$1" ;;
  *) rm -f "$STORE/$1" ;;
  esac
}

has_limited_space() {
  case "$STORE" in
  s3://*) return 1 ;;
  esac
}

# Removes what killed jobs left: files of no whole backup, older than $JOB_MINUTES, which no job outlives.
remove_remains() {
  has_limited_space || return 0
  find "$STORE" -maxdepth 1 -type f -mmin "+$JOB_MINUTES" | while read -r file; do
    case "${file##*/}" in
    .*.dump | .*.rows | .*.sha256) rm -f "$file" ;;
    *.dump | *.rows) [ -e "${file%.*}.sha256" ] || rm -f "$file" ;;
    esac
  done
}

# The SHA-256 of what the store gives back.
sum_of() {
  get "$1" "$WORK/again" && sha256sum "$WORK/again" | cut -d ' ' -f 1 && rm "$WORK/again"
}

# The names of all whole backups.
backups() {
  case "$STORE" in
  s3://*)
    place=${STORE#s3://}
    found=$(aws s3api list-objects-v2 --bucket "${place%%/*}" --prefix "${place#*/}/" --query 'Contents[].[Key]' --output text) || return
    ;;
  *) found=$(ls "$STORE") || return ;;
  esac
  echo "$found" | sed -n 's#^\(.*/\)\{0,1\}\([^/]*\)\.sha256$#\2#p'
}
