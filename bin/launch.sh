# Sourced by every program beside it, with $tinamou_self naming that program's real file.
# Its variables have names that no program's environment has, for those that are exported would stay so.
# Finds the Node this package was installed with and becomes it, so that starting
# a program costs one Node and not two.

tinamou_root=${tinamou_self%/*/*}

# The one place for flags of the JavaScript engine.
tinamou_flags='--disable-warning=ExperimentalWarning'
# What it would inline in our modules is little, and to find out takes a call at every entry of code that
# it has not optimized: 6 percent of a boot.
tinamou_flags="$tinamou_flags --no-wasm-inlining"
# A guest's loops gain nothing when they are peeled and unrolled, and its compiler's memory is what a machine
# needs most of. For the same reason it compiles one function of a module at a time.
tinamou_flags="$tinamou_flags --no-wasm-loop-peeling --no-wasm-loop-unrolling --wasm-num-compilation-tasks=1"
# Translated code that nobody needs is freed by garbage collections, and each of our objects holds much that
# the collector does not see: it is to come often.
tinamou_flags="$tinamou_flags --heap-growing-percent=20 --max-semi-space-size=4"
# But not while a program starts, when all that there is stays.
tinamou_flags="$tinamou_flags --min-semi-space-size=4 --initial-old-space-size=32"

# An installed Node lies where any dependency would: in a node_modules here or further up.
find_node() {
  tinamou_dir=$tinamou_root
  while :; do
    for tinamou_node in "$tinamou_dir"/node_modules/node-*-*/bin/node; do
      [ -x "$tinamou_node" ] && return
    done
    [ -n "$tinamou_dir" ] || break
    tinamou_dir=${tinamou_dir%/*}
  done
  tinamou_node=$(command -v node) && "$tinamou_node" -e 'process.exit(parseInt(process.versions.node) < 26 ? 1 : 0)' && return
  echo "${tinamou_self##*/}: needs Node 26 or newer: install one, or reinstall with npm's optional dependencies" >&2
  exit 1
}

# Node for Linux wants libatomic, which a small system may lack; ours holds what Node calls of it.
offer_libatomic() {
  for tinamou_lib in /usr/lib/*/libatomic.so.1 /usr/lib/libatomic.so.1 /usr/lib64/libatomic.so.1; do
    [ -e "$tinamou_lib" ] && return
  done
  tinamou_platform=${tinamou_node%/bin/node}
  tinamou_platform=${tinamou_platform##*/node-}
  [ -d "$tinamou_root/bin/$tinamou_platform" ] || return 0
  [ -z "${LD_LIBRARY_PATH+set}" ] || export TINAMOU_LD_LIBRARY_PATH="$LD_LIBRARY_PATH"
  add LD_LIBRARY_PATH "$tinamou_root/bin/$tinamou_platform${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
}

# Sets a variable for Node, and notes that: a program in user mode is to have the environment that we were given.
add() {
  export "$1=$2" TINAMOU_ADDED="${TINAMOU_ADDED-}${TINAMOU_ADDED:+ }$1"
}

# Node keeps what it makes of our sources: without that each thread of a machine compiles them anew,
# which is half the time of a start.
keep_code() {
  tinamou_cache=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
  [ -z "$tinamou_cache" ] || [ -n "${NODE_COMPILE_CACHE+set}" ] || add NODE_COMPILE_CACHE "$tinamou_cache/tinamou/code"
}

# glibc would give each thread an arena of its own, where what the engine's compiler threads let go of stays.
share_arenas() {
  [ -n "${MALLOC_ARENA_MAX+set}" ] || add MALLOC_ARENA_MAX 1
}

# Which descriptors we were given, for Node opens others: all that there are but this script's own.
note_descriptors() {
  tinamou_given=
  for tinamou_fd in /proc/self/fd/*; do
    if [ -e "$tinamou_fd" ] && ! [ "$tinamou_fd" -ef "$tinamou_self" ]; then tinamou_given="$tinamou_given ${tinamou_fd##*/}"; fi
  done
  export TINAMOU_DESCRIPTORS="$tinamou_given"
}

# The shell exports variables in an order of its own, and says where it is, whether or not its caller did. What we were
# given is told by the kernel; lines of a variable's value that look like others are none that there are.
note_environment() {
  tinamou_order=
  IFS='
'
  set -f
  for tinamou_entry in $(tr '\0' '\n' </proc/$$/environ 2>/dev/null); do
    tinamou_order="$tinamou_order ${tinamou_entry%%=*}"
  done
  set +f
  unset IFS
  case "$tinamou_order " in
    *' PWD '*) ;;
    *' '?*) unset PWD ;;
  esac
  # More would not fit a variable.
  [ ${#tinamou_order} -gt 100000 ] || export TINAMOU_ORDER="$tinamou_order"
}

# Which signals were masked and which ignored when we began, for Node changes both; and which processors are ours.
note_status() {
  while read -r tinamou_key tinamou_value; do
    case $tinamou_key in
      SigBlk:) tinamou_masked=$tinamou_value ;;
      SigIgn:) tinamou_ignored=$tinamou_value ;;
      Cpus_allowed_list:) break ;;
    esac
  done </proc/self/status
  export TINAMOU_SIGNALS="$tinamou_masked $tinamou_ignored"
  tinamou_processors=$tinamou_value
}

# The engine's compilers and collector have four threads, and would get two thirds of two processors while a program's own
# two threads want them: half as many as there are processors.
share_processors() {
  case $tinamou_processors in
    *,* | '') return ;;
    *-*) tinamou_processors=$((${tinamou_processors#*-} - ${tinamou_processors%-*} + 1)) ;;
    *) tinamou_processors=1 ;;
  esac
  [ "$tinamou_processors" -ge 8 ] ||
    tinamou_flags="$tinamou_flags --v8-pool-size=$((tinamou_processors < 4 ? 1 : tinamou_processors / 2))"
}

run_node() {
  find_node
  offer_libatomic
  share_arenas
  exec "$tinamou_node" $tinamou_flags "$@"
}

# tinamou-system-riscv64 is cli/system-riscv64, tinamou itself is cli/tinamou.
# A checkout bundles its TypeScript when that has changed; the published package holds bundles alone.
launch() {
  tinamou_name=${tinamou_self##*/}
  tinamou_name=${tinamou_name#tinamou-}
  tinamou_main=$tinamou_name.js
  keep_code
  # A program in user mode is to have the descriptors that we have, and its signals.
  case $tinamou_name in
    riscv64)
      tinamou_main=$tinamou_name.cjs
      note_descriptors
      note_environment
      note_status
      share_processors
      # SIGUSR1 would wake Node's inspector. Programs are short, and there need not be little memory: a tenth of their
      # time is the collector's otherwise. What comes first stays: the code that is kept of a program.
      tinamou_flags="$tinamou_flags --disable-sigusr1 --heap-growing-percent=0 --no-incremental-marking --min-semi-space-size=32 --max-semi-space-size=32 --initial-old-space-size=128"
      ;;
  esac
  if [ -f "$tinamou_root/src/cli/$tinamou_name.ts" ]; then
    run_node "$tinamou_root/tools/bundled.ts" "$tinamou_root/src/cli/$tinamou_name.ts" "$@"
  else
    run_node "$tinamou_root/dist/cli/$tinamou_main" "$@"
  fi
}
