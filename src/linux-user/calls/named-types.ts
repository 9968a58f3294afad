/** Arguments that are passed on as numbers, and have names: -strace shows those. */
import * as names from '../strace/names.ts';
import { named, shown, showPointer } from '../strace/show.ts';
import { hex, int, long, mode } from './types.ts';

/** An address that the call looks at by itself. */
export const pointer = shown(hex, showPointer);
/** Where in a file. */
export const offset = shown(long, (caller, index) => (caller.value(index) === 0 ? '0' : hex.show(caller, index)));
export const protection = named(int, names.showProtection);
export const mapFlags = named(int, names.showMapFlags);
export const remapFlags = named(int, names.showRemapFlags);
export const advice = named(int, names.showAdvice);
export const whence = named(int, names.showWhence);
export const atFlags = named(hex, names.showAtFlags);
export const unlinkFlags = named(hex, names.showUnlinkFlags);
export const accessFlags = named(hex, names.showAccessFlags);
export const accessMode = named(mode, names.showAccessMode);
export const fcntlCommand = named(int, names.showFcntl);
export const ioctlRequest = named(hex, names.showIoctl);
export const futexOperation = named(hex, names.showFutex);
/** The lowest byte is the signal of the end. */
export const cloneFlags = named(hex, names.showCloneFlags);
export const socketDomain = named(int, names.showSocketDomain);
export const socketType = named(hex, names.showSocketType);
export const socketProtocol = named(int, names.showInternetProtocol);
export const messageFlags = named(hex, names.showMessageFlags);
export const randomFlags = named(hex, names.showRandomFlags);
export const clock = named(int, names.showClock);
export const intervalTimer = named(int, names.showIntervalTimer);
export const maskHow = named(int, names.showMaskHow);
export const epollOperation = named(int, names.showEpollOperation);
export const resource = named(int, names.showResource);
export const waitOptions = named(int, names.showWaitOptions);
