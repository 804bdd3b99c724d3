import { MARK_VARIABLE } from "./mark-variable.js";

/** How long children get after the death of their host: what is left of the second in which nothing may remain. */
const REAPER_GRACE_SECONDS = 0.4;

/**
 * What the reaper runs: POSIX `sh`, as dash, bash, busybox and macOS have it, and no programs but `sleep`, `grep` and `rm`.
 *
 * Lines on stdin: `add GROUP`, `del GROUP`, `dir PATH` and `mem PATH` for the two directories, `mark VALUE`. The end of stdin means that the host is gone, since the host
 * holds the only other end.
 *
 * - Children get a moment to end by themselves: they see the end of the host too, and finish what they are doing.
 * - Descendants that left their group are known by the host's mark in their environment, where /proc shows that.
 * - `kill -9 -- -GROUP` is an error in dash ("Illegal number: -"), hence no `--`.
 * - A group is held once, however often it was added: one `del` must forget it, as its id may be reused.
 * - Only a path ending in `/pi-` and six characters is ever removed: never an empty one, never `/`.
 */
export const REAPER_SCRIPT = `
trap '' HUP INT QUIT TERM
groups=' '
directory=
memory=
mark=
while IFS= read -r line; do
  value=\${line#* }
  case $line in
    'add '*) case $groups in *" $value "*) ;; *) groups="$groups$value " ;; esac ;;
    'del '*) case $groups in *" $value "*) groups="\${groups%%" $value "*} \${groups#*" $value "}" ;; esac ;;
    'dir '*) directory=$value ;;
    'mem '*) memory=$value ;;
    'mark '*) mark=$value ;;
  esac
done
case $groups in *[0-9]*) sleep ${REAPER_GRACE_SECONDS} 2>/dev/null ;; esac
for group in $groups; do kill -9 "-$group" 2>/dev/null; done
if [ -n "$mark" ] && [ -e /proc/self/environ ]; then
  for path in $(grep -ls "${MARK_VARIABLE}=$mark" /proc/[0-9]*/environ 2>/dev/null); do
    pid=\${path#/proc/}
    kill -9 "\${pid%/environ}" 2>/dev/null
  done
fi
for path in "$directory" "$memory"; do
  case $path in /*/pi-??????) rm -rf -- "$path" ;; esac
done
`;
