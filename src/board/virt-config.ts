import type { RiscvFeatures } from '../isa/riscv/features.ts';
import type { Topology } from './topology.ts';

/** All that makes one `virt` machine different from another: plain data, the same on every thread. */
export interface VirtConfig {
  readonly ramSize: number;
  readonly cpu: RiscvFeatures;
  readonly topology: Topology;
  /** The machine answers the supervisor's calls itself. */
  readonly builtinFirmware: boolean;
  /** Name of the serial port's back end; none: the port leads nowhere. */
  readonly serial: string | undefined;
  /** Names of the flash chips' back ends; none: an empty chip. */
  readonly flash: readonly (string | undefined)[];
  /** Devices that were plugged in, in order. */
  readonly devices: readonly PluggedDevice[];
  /** `-global driver.property=value`, in order. */
  readonly globals: readonly GlobalProperty[];
}

/** `-device driver,id=…,bus=…,property=value`. */
export interface PluggedDevice {
  /** What messages about it begin with, such as the option that asked for it. */
  readonly origin: string;
  readonly driver: string;
  readonly id: string | undefined;
  readonly bus: string | undefined;
  readonly props: Readonly<Record<string, unknown>>;
  /** Names of the back ends, by the property that names them. */
  readonly backends: Readonly<Record<string, string>>;
}

export interface GlobalProperty {
  readonly origin: string;
  readonly driver: string;
  readonly property: string;
  readonly value: string;
}
