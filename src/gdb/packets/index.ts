import type { PacketCommand } from '../command.ts';
import { filePackets } from './files.ts';
import { memoryPackets } from './memory.ts';
import { pointPackets } from './points.ts';
import { qemuPackets } from './qemu.ts';
import { registerPackets } from './registers.ts';
import { runPackets } from './run.ts';
import { sessionPackets } from './session.ts';
import { threadPackets } from './threads.ts';

/** Every packet that is understood. */
export const PACKETS: readonly PacketCommand[] = [
  ...sessionPackets,
  ...threadPackets,
  ...registerPackets,
  ...memoryPackets,
  ...pointPackets,
  ...runPackets,
  ...filePackets,
  ...qemuPackets,
];

const byName = new Map(PACKETS.map((command) => [command.name, command]));

/** The kind of a packet, and what follows its name. */
export function findPacket(data: string): { command: PacketCommand; rest: string } | undefined {
  const [name = ''] = /^([qQv][\w.]*|[^])/.exec(data) ?? [];
  const command = byName.get(name);
  return command && { command, rest: data.slice(name.length) };
}
