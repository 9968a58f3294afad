import { UserError } from '../../base/errors.ts';
import type { Json } from '../../qapi/json.ts';
import type { MachineCore } from '../core.ts';

/** A state that fits another machine than this. */
export const otherMachine = (what: string): UserError =>
  new UserError(`the saved machine is another than this one: ${what}; start this one with the options of that`);

/** All that makes a machine different from another, as far as its state is concerned. */
export function shapeOf(core: MachineCore): { readonly [name: string]: Json } {
  const { config, board } = core;
  const { board: asked } = config;
  return {
    machine: 'virt',
    memory: asked.ramSize,
    cpus: board.states.length,
    cpu: plain(asked.cpu),
    clock: plain(config.clock),
    firmware: asked.builtinFirmware ? 'builtin' : 'none',
    ...devicesOf(core),
    regions: board.space.regions.flatMap((region) =>
      region.kind === 'mmio' ? [] : [{ name: region.name, size: region.size }],
    ),
  };
}

const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

/** Each device under a name that says what and where it is. */
function devicesOf({ config, board }: MachineCore): { readonly [name: string]: Json } {
  const shapes: Record<string, Json> = {};
  for (const { device, parent } of board.devices) {
    const at = device.regions[0]?.base ?? parent?.regions[0]?.base;
    const place = at === undefined ? '' : ` at 0x${at.toString(16)}`;
    const disk = config.disks.find(({ name }) => name === device.backendNames['drive']);
    let name = `device ${device.declaration.name}${place}`;
    for (let more = 2; name in shapes; more++) name = `device ${device.declaration.name}${place} (${more})`;
    shapes[name] = {
      properties: plain(device.props),
      ...(disk === undefined ? {} : { size: disk.size, 'read-only': disk.readOnly }),
    };
  }
  return shapes;
}

/** Where two shapes differ first, in words; undefined: nowhere. */
export function differenceOf(theirs: unknown, ours: Json, path = ''): string | undefined {
  if (typeof ours !== 'object' || ours === null) {
    return theirs === ours ? undefined : `${path} is ${show(theirs)} there and ${show(ours)} here`;
  }
  if (typeof theirs !== 'object' || theirs === null) return `${path} is ${show(theirs)} there`;
  const names = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
  for (const name of names) {
    const our = (ours as Readonly<Record<string, Json>>)[name];
    const their = (theirs as Readonly<Record<string, unknown>>)[name];
    const inner = path === '' ? name : `${path}.${name}`;
    if (our === undefined) return `it has ${inner}`;
    if (their === undefined) return `it has no ${inner}`;
    const difference = differenceOf(their, our, inner);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** Short enough for a line. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
