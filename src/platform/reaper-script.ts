import { MARK_VARIABLE } from "./mark-variable.js";
import {
  CGROUP_PASSES,
  MARK_CLEAN_PASSES,
  MARK_PASSES,
  PASS_PAUSE_SECONDS,
  REAPER_GRACE_SECONDS,
} from "./reaper-times.js";

/**
 * What the reaper runs where there is a shell: it takes 0.1 MB and starts at once, where a Node.js (`reaper-on-node.ts`) takes
 * 7 MB and tens of milliseconds. POSIX `sh`, as dash, bash, busybox and macOS have it, with no programs but `sleep`, `grep`, `rm`,
 * `rmdir` and `chmod`.
 *
 * Lines on stdin: `add GROUP`, `del GROUP` for process groups, `cgroup PATH`, `uncgroup PATH` for control groups,
 * `dir PATH` and `mem PATH` for the two directories, `folder PATH`, `unfolder PATH` for what goes if it is empty,
 * `discard PATH` for what goes at once, `mark VALUE`. The end of stdin means that the host is gone, since
 * the host holds the only other end.
 *
 * - Children get a moment to end by themselves: they see the end of the host too, and finish what they are doing.
 * - Descendants that left their group are known by the host's mark in their environment, where /proc shows that, and by
 *   their control group, which they cannot leave without rights over another one.
 * - `kill -9 -- -GROUP` is an error in dash ("Illegal number: -"), hence no `--`.
 * - A group is held once, however often it was added: one `del` must forget it, as its id may be reused.
 * - Only a path ending in `/pi-host-` and twelve characters is ever removed with what it holds: never an empty one, never
 *   `/`. Nor is anything killed by a path that is no control group whose name begins as ours do.
 * - A child may have left folders without permissions: only who is not root needs the second attempt.
 * - What is discarded is removed beside the reading of further lines: much takes minutes, and a kill cannot wait for it.
 * - Version 2 kills a control group with all below it at once. In version 1 a fork can outrun a pass over the members,
 *   hence the limit of none and the further passes; what is 0 there belongs to another pid namespace.
 */
export const REAPER_SCRIPT = `
trap '' HUP INT QUIT TERM
newline='
'
groups=' '
cgroups=$newline
folders=$newline
directory=
memory=
mark=
remove() { rm -rf -- "$1" || { chmod -R u+rwx -- "$1"; rm -rf -- "$1"; } }
while IFS= read -r line; do
  value=\${line#* }
  case $line in
    'add '*) case $groups in *" $value "*) ;; *) groups="$groups$value " ;; esac ;;
    'del '*) case $groups in *" $value "*) groups="\${groups%%" $value "*} \${groups#*" $value "}" ;; esac ;;
    'cgroup '*) case $cgroups in *"$newline$value$newline"*) ;; *) cgroups="$cgroups$value$newline" ;; esac ;;
    'uncgroup '*) case $cgroups in *"$newline$value$newline"*)
      cgroups="\${cgroups%%"$newline$value$newline"*}$newline\${cgroups#*"$newline$value$newline"}" ;;
    esac ;;
    'folder '*) folders="$folders$value$newline" ;;
    'unfolder '*) case $folders in *"$newline$value$newline"*)
      folders="\${folders%%"$newline$value$newline"*}$newline\${folders#*"$newline$value$newline"}" ;;
    esac ;;
    'discard '*) case $value in
      */../* | */..) ;;
      "\${directory:-/dev/null}"/?* | "\${memory:-/dev/null}"/?*) remove "$value" </dev/null 2>/dev/null & ;;
      *) case $folders in *"$newline\${value%.*}$newline"*) remove "$value" </dev/null 2>/dev/null & ;; esac ;;
    esac ;;
    'dir '*) directory=$value ;;
    'mem '*) memory=$value ;;
    'mark '*) mark=$value ;;
  esac
done
exec 2>/dev/null
case $groups$cgroups in *[0-9]*) sleep ${REAPER_GRACE_SECONDS} ;; esac
for group in $groups; do kill -9 "-$group"; done
if [ -n "$mark" ] && [ -e /proc/self/environ ]; then
  passes=0
  clean=0
  while [ $clean -lt ${MARK_CLEAN_PASSES} ] && [ $passes -lt ${MARK_PASSES} ]; do
    [ $passes -eq 0 ] || sleep ${PASS_PAUSE_SECONDS}
    passes=$((passes + 1))
    clean=$((clean + 1))
    for path in $(grep -ls "${MARK_VARIABLE}=$mark" /proc/[0-9]*/environ); do
      clean=0
      pid=\${path#/proc/}
      kill -9 "\${pid%/environ}"
    done
  done
fi
empty() {
  if [ -e "$1/cgroup.kill" ]; then echo 1 >"$1/cgroup.kill"
  elif [ -e "$1/pids.max" ]; then echo 0 >"$1/pids.max"
  fi
  while read -r pid; do [ "$pid" -gt 1 ] && kill -9 "$pid"; done <"$1/cgroup.procs"
  for below in "$1"/*/; do if [ -e "$below/cgroup.procs" ]; then empty "\${below%/}"; fi; done
  rmdir "$1"
}
remains=y
passes=0
while [ -n "$remains" ] && [ $passes -lt ${CGROUP_PASSES} ]; do
  [ $passes -eq 0 ] || sleep ${PASS_PAUSE_SECONDS}
  passes=$((passes + 1))
  remains=
  rest=\${cgroups#"$newline"}
  while [ -n "$rest" ]; do
    path=\${rest%%"$newline"*}
    rest=\${rest#*"$newline"}
    case $path in /*) ;; *) continue ;; esac
    case \${path##*/} in pi-[0-9]*) ;; *) continue ;; esac
    [ -e "$path/cgroup.procs" ] || continue
    empty "$path"
    if [ -e "$path/cgroup.procs" ]; then remains=y; fi
  done
done
wait
for path in "$directory" "$memory"; do
  case $path in /*/pi-host-????????????) ;; *) continue ;; esac
  remove "$path"
done
rest=\${folders#"$newline"}
while [ -n "$rest" ]; do
  path=\${rest%%"$newline"*}
  rest=\${rest#*"$newline"}
  case $path in /*) rmdir -- "$path" ;; esac
done
`;
