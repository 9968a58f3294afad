import { GdbSession } from './session.ts';
import type { DebugTarget } from './target.ts';

/** The socket or line that gdb is on. Character devices have this form. */
export interface GdbPort {
  /** Somebody is there. */
  readonly open: boolean;
  attach(frontend: GdbFrontend): void;
  detach(): void;
  /** False asks to wait for `drain`. */
  write(bytes: Uint8Array): boolean;
  pause(): void;
  resume(): void;
}

export interface GdbFrontend {
  data(bytes: Uint8Array): void;
  drain(): void;
  event(event: 'opened' | 'closed' | 'break' | 'focus' | 'blur'): void;
}

/** Lets gdb come on a port: a new session for whoever does. Returns what takes it off again. */
export function serveGdb(
  port: GdbPort,
  target: DebugTarget,
  options: { readonly onBug?: (error: unknown) => void } = {},
): () => void {
  let session: GdbSession | undefined;
  /** gdb does not read what we write. */
  let isCongested = false;
  const regulate = (): void => {
    if (isCongested || session?.isBehind === true) port.pause();
    else port.resume();
  };
  const open = (): void => {
    session ??= new GdbSession(
      target,
      (bytes) => {
        if (!port.write(bytes)) isCongested = true;
      },
      { ...options, onProgress: regulate },
    );
  };
  const close = (): void => {
    session?.close();
    session = undefined;
    isCongested = false;
    regulate();
  };
  port.attach({
    data(bytes) {
      session?.feed(bytes);
      regulate();
    },
    drain() {
      isCongested = false;
      regulate();
    },
    event(event) {
      if (event === 'opened') open();
      else if (event === 'closed') close();
    },
  });
  if (port.open) open();
  return () => {
    port.detach();
    close();
  };
}
