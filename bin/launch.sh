# Sourced by every program beside it, with $self naming that program's real file.
# Finds the Node this package was installed with and becomes it, so that starting
# a program costs one Node and not two.

root=${self%/*/*}

# The one place for flags of the JavaScript engine.
flags='--disable-warning=ExperimentalWarning'
# What it would inline in our modules is little, and to find out takes a call at every entry of code that
# it has not optimized: 6 percent of a boot.
flags="$flags --no-wasm-inlining"
# A guest's loops gain nothing when they are peeled and unrolled, and its compiler's memory is what a machine
# needs most of. For the same reason it compiles one function of a module at a time.
flags="$flags --no-wasm-loop-peeling --no-wasm-loop-unrolling --wasm-num-compilation-tasks=1"
# Translated code that nobody needs is freed by garbage collections, and each of our objects holds much that
# the collector does not see: it is to come often.
flags="$flags --heap-growing-percent=20 --max-semi-space-size=4"
# But not while a program starts, when all that there is stays.
flags="$flags --min-semi-space-size=4 --initial-old-space-size=32"

# An installed Node lies where any dependency would: in a node_modules here or further up.
find_node() {
  dir=$root
  while :; do
    for node in "$dir"/node_modules/node-*-*/bin/node; do
      [ -x "$node" ] && return
    done
    [ -n "$dir" ] || break
    dir=${dir%/*}
  done
  node=$(command -v node) && "$node" -e 'process.exit(parseInt(process.versions.node) < 26 ? 1 : 0)' && return
  echo "${self##*/}: needs Node 26 or newer: install one, or reinstall with npm's optional dependencies" >&2
  exit 1
}

# Node for Linux wants libatomic, which a small system may lack; ours holds what Node calls of it.
offer_libatomic() {
  for lib in /usr/lib/*/libatomic.so.1 /usr/lib/libatomic.so.1 /usr/lib64/libatomic.so.1; do
    [ -e "$lib" ] && return
  done
  platform=${node%/bin/node}
  platform=${platform##*/node-}
  [ -d "$root/bin/$platform" ] || return 0
  [ -z "${LD_LIBRARY_PATH+set}" ] || export TINAMOU_LD_LIBRARY_PATH="$LD_LIBRARY_PATH"
  add LD_LIBRARY_PATH "$root/bin/$platform${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
}

# Sets a variable for Node, and notes that: a program in user mode is to have the environment that we were given.
add() {
  export "$1=$2" TINAMOU_ADDED="${TINAMOU_ADDED-}${TINAMOU_ADDED:+ }$1"
}

# Node keeps what it makes of our sources: without that each thread of a machine compiles them anew,
# which is half the time of a start.
keep_code() {
  cache=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
  [ -z "$cache" ] || [ -n "${NODE_COMPILE_CACHE+set}" ] || add NODE_COMPILE_CACHE "$cache/tinamou/code"
}

# glibc would give each thread an arena of its own, where what the engine's compiler threads let go of stays.
share_arenas() {
  [ -n "${MALLOC_ARENA_MAX+set}" ] || add MALLOC_ARENA_MAX 1
}

# Which descriptors we were given, for Node opens others: all that there are but this script's own.
note_descriptors() {
  given=
  for fd in /proc/self/fd/*; do
    if [ -e "$fd" ] && ! [ "$fd" -ef "$self" ]; then given="$given ${fd##*/}"; fi
  done
  export TINAMOU_DESCRIPTORS="$given"
}

# The shell says where it is, whether or not its caller did.
forget_directory() {
  given=
  IFS= read -r given </proc/$$/environ
  case $given in
    *PWD=*) ;;
    *) unset PWD ;;
  esac
}

# Which signals were masked and which ignored when we began: Node changes both.
note_signals() {
  while read -r key value; do
    case $key in
      SigBlk:) masked=$value ;;
      SigIgn:) break ;;
    esac
  done </proc/self/status
  export TINAMOU_SIGNALS="$masked $value"
}

run_node() {
  find_node
  offer_libatomic
  share_arenas
  exec "$node" $flags "$@"
}

# tinamou-system-riscv64 is cli/system-riscv64, tinamou itself is cli/tinamou.
# A checkout bundles its TypeScript when that has changed; the published package holds bundles alone.
launch() {
  name=${self##*/}
  name=${name#tinamou-}
  keep_code
  # A program in user mode is to have the descriptors that we have, and its signals.
  case $name in
    riscv64)
      note_descriptors
      forget_directory
      note_signals
      # SIGUSR1 would wake Node's inspector. Programs are short, and there need not be little memory: a tenth of their
      # time is the collector's otherwise.
      flags="$flags --disable-sigusr1 --heap-growing-percent=0 --max-semi-space-size=16"
      ;;
  esac
  if [ -f "$root/src/cli/$name.ts" ]; then
    run_node "$root/tools/bundled.ts" "$root/src/cli/$name.ts" "$@"
  else
    run_node "$root/dist/cli/$name.js" "$@"
  fi
}
