import type { Tier } from '../vm/config.ts';

/** A machine to make in this page. Files are whole, in memory; all but `kernel` and `bios` are rarely needed. */
export interface MachineOptions {
  /** Bytes of RAM; 128 MiB unless given. */
  readonly memory?: number;
  /** How many CPUs, 1 to 8; 1. */
  readonly cpus?: number;
  /** Model and properties of the CPU as `-cpu` takes them. */
  readonly cpu?: string;
  /** Firmware: built in unless given; `none` starts what is in RAM at once. */
  readonly bios?: 'builtin' | 'none' | Uint8Array;
  /** An ELF program, a Linux Image (also compressed), or bytes for the start of RAM. */
  readonly kernel?: Uint8Array;
  readonly initrd?: Uint8Array;
  /** The kernel's command line. */
  readonly append?: string;
  readonly dtb?: Uint8Array;
  /** Raw disk images. The guest writes into them. */
  readonly disks?: readonly DiskOptions[];
  readonly tier?: Tier;
  /** The guest's reset ends the machine. */
  readonly noReboot?: boolean;
  /** Hears of mistakes that the guest makes. */
  readonly guestError?: (text: string) => void;
}

export interface DiskOptions {
  /** A multiple of 512. */
  readonly image: Uint8Array;
  readonly readOnly?: boolean;
}
