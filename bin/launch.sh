# Sourced by every program beside it, with $self naming that program's real file.
# Finds the Node this package was installed with and becomes it, so that starting
# a program costs one Node and not two.

root=${self%/*/*}

# The one place for flags of the JavaScript engine. What it would inline in our modules is little, and to
# find out takes a call at every entry of code that it has not optimized: 6 percent of a boot.
flags='--disable-warning=ExperimentalWarning --no-wasm-inlining'

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
  [ ! -d "$root/bin/$platform" ] || export LD_LIBRARY_PATH="$root/bin/$platform${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
}

# Node keeps what it makes of our sources: without that each thread of a machine compiles them anew,
# which is half the time of a start.
keep_code() {
  cache=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
  [ -z "$cache" ] || export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE-$cache/tinamou/code}"
}

# glibc gives each thread an arena of its own, where what the engine's compiler threads let go of stays.
share_arenas() {
  export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX-2}"
}

run_node() {
  find_node
  offer_libatomic
  share_arenas
  exec "$node" $flags "$@"
}

# tinamou-system-riscv64 is cli/system-riscv64, tinamou itself is cli/tinamou.
# A checkout runs its TypeScript; the published package holds JavaScript alone.
launch() {
  name=${self##*/}
  name=${name#tinamou-}
  entry=$root/src/cli/$name.ts
  [ -f "$entry" ] || entry=$root/dist/cli/$name.js
  keep_code
  run_node "$entry" "$@"
}
