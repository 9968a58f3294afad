/** What a declaration becomes in a machine: windows, reset, saved state and listings, all from it. */

import { BugError } from '../base/errors.ts';
import type { MmioRegion, RomdRegion } from '../mem/address-space.ts';
import { unconnected } from '../mem/interrupts.ts';
import { structSection, withNumbers } from '../mem/section.ts';
import { array, struct } from '../mem/struct.ts';
import type { Field, Fields } from '../mem/struct.ts';
import type {
  BackendSlots,
  Behaviour,
  Counters,
  Device,
  DeviceDeclaration,
  DeviceState,
  Env,
  Site,
  Window,
} from './device.ts';
import { parseProperties, printProperty } from './properties.ts';
import type { Properties } from './properties.ts';
import { RegisterFile, hasCell } from './registers.ts';
import type { RegisterBehaviour, Registers } from './registers.ts';
import { savedDeadline, type Timer } from './timers.ts';

type AnyBehave<A> = (
  d: DeviceState<Registers, Fields>,
  env: Env<Properties, BackendSlots, Counters>,
) => Behaviour<Registers, A>;

export function makeDevice<A>(declaration: DeviceDeclaration, site: Site, behave: AnyBehave<A>): Device<A> {
  const { name, spec } = declaration;
  const { arena } = site;
  const id = site.id ?? '';
  const props = parseProperties(name, spec.properties ?? {}, site.props ?? {});

  const cells = Object.entries(spec.regs).filter(([, register]) => hasCell(register));
  const fields: Record<string, Field> = { ...spec.state };
  for (const [cell] of cells) fields[cell] = 'u32';
  const layout = struct(fields);
  const address = arena.allocate(layout.size);
  const state = layout.at(arena.memory, address) as Record<string, number>;
  const image = new Uint8Array(arena.memory.buffer, address, layout.size);

  const counterSpecs = Object.entries(spec.counters ?? {});
  const counterLayout = struct(
    Object.fromEntries(
      counterSpecs.map(([counter, { buckets }]) => [counter, buckets === undefined ? 'f64' : array('f64', buckets)]),
    ) as Fields,
  );
  const counters = counterLayout.at(arena.memory, arena.allocate(counterLayout.size)) as Record<
    string,
    number | Float64Array
  >;

  const log = { guestError: (text: string) => site.log.guestError(`${name}: ${text}`) };
  const windows: readonly Window[] =
    spec.windows ??
    (spec.size
      ? [
          {
            name: site.windowName ?? name,
            offset: 0,
            size: spec.size,
            ...(spec.access && { access: spec.access }),
          },
        ]
      : []);
  const bytes = windows.reduce((end, window) => Math.max(end, window.offset + window.size), 0);
  const storage =
    site.storage === undefined
      ? new Uint8Array(0)
      : new Uint8Array(arena.memory.buffer, site.storage, spec.romd === true ? bytes : 0);

  const timers: Timer[] = [];
  const behaviour = behave(state as DeviceState<Registers, Fields>, {
    props,
    backends: (site.backends ?? {}) as Env<Properties, BackendSlots, Counters>['backends'],
    counters: counters as Env<Properties, BackendSlots, Counters>['counters'],
    irq: (n) => site.irqs?.[n]?.line ?? unconnected,
    clock: site.clock,
    timer(timerName, callback) {
      const timer = site.timers.create(`${id === '' ? name : id}.${timerName}`, callback);
      timers.push(timer);
      return timer;
    },
    memory: site.memory,
    log,
    storage,
    storageOffset: site.storage ?? 0,
  });
  const registers = new RegisterFile(
    spec.regs,
    (behaviour.regs ?? {}) as Record<string, RegisterBehaviour>,
    state,
    log,
    spec.wholeOnly === true,
    behaviour.bank?.bind(behaviour),
  );

  const regions: (MmioRegion | RomdRegion)[] =
    site.base === undefined ? [] : windows.map((window) => place(window, site.base!));

  function place(window: Window, base: number): MmioRegion | RomdRegion {
    const region = {
      name: window.name,
      base: base + window.offset,
      size: window.size,
      ...(window.access && { access: window.access }),
      read: (offset: number, size: number) => registers.read(window.offset + offset, size),
      write: (offset: number, size: number, value: number) => registers.write(window.offset + offset, size, value),
    };
    if (spec.romd !== true) return { kind: 'mmio', ...region };
    if (site.storage === undefined) throw new BugError(`${name} has no storage`);
    return { kind: 'romd', ...region, hostOffset: site.storage, direct: () => behaviour.direct!() };
  }

  function reset(): void {
    for (const field of layout.fields) {
      if (spec.keep?.includes(field.name)) continue;
      const from = field.offset;
      image.fill(0, from, from + field.length * sizeOf(field.type));
    }
    for (const [cell, register] of cells) {
      if (!spec.keep?.includes(cell)) state[cell] = register[3]?.reset ?? 0;
    }
    for (const timer of timers) timer.disarm();
    behaviour.reset?.();
  }

  return {
    declaration,
    id,
    regions,
    counters: counterSpecs.map(([counter, { doc, unit }]) => ({
      name: counter,
      doc,
      unit,
      read() {
        const value = counters[counter]!;
        return typeof value === 'number' ? value : [...value];
      },
    })),
    props,
    backendNames: site.backendNames ?? {},
    api: behaviour.api as A,
    powerOn() {
      behaviour.powerOn?.();
      reset();
    },
    reset,
    poll: () => behaviour.poll?.(),
    input: (n) => ({ set: (level) => behaviour.input?.(n, level) }),
    section: withNumbers(
      {
        ...structSection(spec.section?.name ?? name, spec.section?.version ?? 1, {
          fields: layout.fields,
          memory: arena.memory,
          address,
        }),
        loaded: (meanwhile: number) => behaviour.loaded?.(meanwhile),
      },
      timers.map(savedDeadline),
    ),
    readConfig(offset, size) {
      let value = 0;
      for (let i = size - 1; i >= 0; i--) value = value * 256 + (registers.peek(offset + i) ?? 0);
      return value;
    },
    writeConfig: (offset, size, value) => registers.write(offset, size, value),
    dtNodes: () =>
      spec.dt?.({
        base: site.base ?? 0,
        irqs: (site.irqs ?? []).map((irq) => irq.number),
        harts: site.harts ?? 1,
        props,
      }) ?? [],
    qtree() {
      const lines = [`dev: ${name}, id "${id}"`];
      if (spec.irqs) lines.push(`  gpio-out "sysbus-irq" ${spec.irqs}`);
      for (const slot of Object.keys(spec.backends ?? {})) {
        lines.push(`  ${slot} = "${site.backends?.[slot] === undefined ? '' : (site.backendNames?.[slot] ?? '')}"`);
      }
      for (const [property, declared] of Object.entries(spec.properties ?? {})) {
        lines.push(`  ${property} = ${printProperty(declared, props[property])}`);
      }
      for (const { base, size } of regions) lines.push(`  mmio ${hex16(base)}/${hex16(size)}`);
      return lines;
    },
  };
}

function sizeOf(type: string): number {
  return Number(type.slice(1)) / 8;
}

function hex16(value: number): string {
  return value.toString(16).padStart(16, '0');
}
