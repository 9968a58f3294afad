import type { BoardDevice } from '../board/site.ts';
import type { Device } from '../hw/device.ts';

/** The lines of `info qtree`: buses and devices as a tree, the last made first. */
export function deviceTree(devices: readonly BoardDevice[]): string[] {
  return ['bus: main-system-bus', '  type System', ...children(devices, undefined, '  ')];
}

function children(devices: readonly BoardDevice[], parent: Device | undefined, indent: string): string[] {
  return devices
    .filter((each) => each.parent === parent)
    .toReversed()
    .flatMap(({ device, provides }) => {
      const lines = device.qtree().map((line) => indent + line);
      if (provides === undefined) return lines;
      const inner = `${indent}  `;
      const bus = [`${inner}bus: ${provides.name}`, `${inner}  type ${provides.type}`];
      return [...lines, ...bus, ...children(devices, device, `${inner}  `)];
    });
}
