import { fileKind } from './file.ts';
import type { CharKind } from './kind.ts';
import { nullKind } from './null.ts';
import { ringbufKind } from './ringbuf.ts';
import { socketKind } from './socket.ts';
import { stdioKind } from './stdio.ts';

/** Every kind of back end but `mux`, which joins one of these to several front ends. */
export const charKinds: readonly CharKind[] = [fileKind, nullKind, ringbufKind, socketKind, stdioKind];
