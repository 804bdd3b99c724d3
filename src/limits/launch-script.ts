/**
 * What a POSIX `sh` (dash, bash, busybox, macOS) does before it becomes the program, under the same pid: steps of two
 * words each, then `--` and the command.
 *
 * - `join FOLDER` enters a cgroup; 0 means the writer itself, in any pid namespace.
 * - `files COUNT` and `seconds COUNT` set resource limits. One that the kernel refuses to raise is in force already, if
 *   it is the lower one. After the soft limit of seconds comes SIGXCPU, two later, if that was handled, SIGKILL.
 * - `unset NAME` hides what the shell or systemd added to the environment.
 * - `carry NAME` takes `NAME=VALUE` from the value of a variable: a shell changes some variables, and dash drops those
 *   whose names it cannot have, such as `npm_config_//host/:_authToken`. Only `env` has them in its arguments, for an
 *   instant.
 */
export const LAUNCH_SCRIPT = `
pi_carried=
while [ "$1" != -- ]; do
  case $1 in
    join) echo 0 >"$2/cgroup.procs" || exit 125 ;;
    files) ulimit -n "$2" 2>/dev/null || [ "$(ulimit -H -n)" -le "$2" ] || exit 125 ;;
    seconds)
      ulimit -S -t "$2" 2>/dev/null || [ "$(ulimit -H -t)" -le "$2" ] || exit 125
      ulimit -H -t $(($2 + 2)) 2>/dev/null || [ "$(ulimit -H -t)" -le $(($2 + 2)) ] || exit 125 ;;
    unset) unset "$2" ;;
    carry) pi_carried="$pi_carried $2" ;;
  esac
  shift 2
done
shift
for pi_name in $pi_carried; do
  eval "pi_value=\\$$pi_name"
  unset "$pi_name"
  set -- "$pi_value" "$@"
done
[ -z "$pi_carried" ] || set -- env "$@"
unset pi_carried pi_name pi_value
exec "$@"
`;
