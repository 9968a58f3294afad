/** malloc_trim(3): takes the bytes to leave at the end of the heap. */
type Trim = (keep: bigint) => number;

/** That of the C library; one that does nothing where there is none, as outside of glibc. */
function openTrim(): Trim {
  try {
    const { dlopen } = process.getBuiltinModule('node:ffi');
    const { functions } = dlopen(null, { malloc_trim: { arguments: ['uint64'], return: 'int32' } });
    return functions.malloc_trim;
  } catch {
    return () => 0;
  }
}

let trim: Trim | undefined;

/**
 * Gives memory back to the system that the C library keeps for later: by itself it does so only at the end of its heap.
 * Takes some milliseconds.
 */
export function trimAllocator(): void {
  trim ??= openTrim();
  trim(0n);
}
