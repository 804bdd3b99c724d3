/**
 * What the reaper runs: POSIX `sh`, as dash, bash, busybox and macOS have it, and no other program but `rm`.
 *
 * Lines on stdin: `add GROUP`, `del GROUP`, `dir PATH` and `mem PATH` for the two directories. The end of stdin means that the host is gone, since the host
 * holds the only other end.
 *
 * - `kill -9 -- -GROUP` is an error in dash ("Illegal number: -"), hence no `--`.
 * - A group is held once, however often it was added: one `del` must forget it, as its id may be reused.
 * - Only a path ending in `/pi-` and six characters is ever removed: never an empty one, never `/`.
 */
export const REAPER_SCRIPT = `
trap '' HUP INT QUIT TERM
groups=' '
directory=
memory=
while IFS= read -r line; do
  value=\${line#* }
  case $line in
    'add '*) case $groups in *" $value "*) ;; *) groups="$groups$value " ;; esac ;;
    'del '*) case $groups in *" $value "*) groups="\${groups%%" $value "*} \${groups#*" $value "}" ;; esac ;;
    'dir '*) directory=$value ;;
    'mem '*) memory=$value ;;
  esac
done
for group in $groups; do kill -9 "-$group" 2>/dev/null; done
for path in "$directory" "$memory"; do
  case $path in /*/pi-??????) rm -rf -- "$path" ;; esac
done
`;
