# Where backups are kept: $STORE is s3://BUCKET/PREFIX, or a folder on a volume. Read with `.`.

put() {
  case "$STORE" in
  s3://*) aws s3 cp --only-show-errors "$1" "$STORE/$2" ;;
  *) cp "$1" "$STORE/.$2" && mv "$STORE/.$2" "$STORE/$2" ;;
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
