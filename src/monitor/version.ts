import { VERSION } from '../base/version.ts';

/**
 * Clients read the version of QEMU to know what they may ask for, so they are told the one whose
 * protocol this is; who really answers is in the package.
 */
export const PROTOCOL = { major: 7, minor: 2, micro: 0 } as const;
export const PACKAGE = `tinamou-${VERSION}`;
