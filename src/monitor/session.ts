import type { Catalog } from './catalog.ts';

/** Where a session writes. Never throws: the client may be gone, and what is written then is lost. */
export interface MonitorOutput {
  write(text: string): void;
}

/** The same for a protocol that is ASCII. */
export interface ByteOutput {
  /** `bytes` is borrowed for the call. */
  write(bytes: Uint8Array): void;
}

/** For whoever looks at what is written as text. */
export const asText = (write: (text: string) => void): ByteOutput => ({
  write: (bytes) => write(new TextDecoder('latin1').decode(bytes)),
});

export interface SessionOptions {
  /** What can be asked; everything, unless it says otherwise. */
  readonly catalog?: Catalog;
  /** QMP is written for people: a member a line. */
  readonly isPretty?: boolean;
  /** A command failed in a way that is not the client's doing. The client is told, too. Must not throw. */
  readonly onBug?: (error: unknown) => void;
}
