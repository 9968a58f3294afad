import { FakeTarget } from './fake-target.ts';
import { MOST_DATA, packet, PacketReader } from './framing.ts';
import { GdbSession } from './session.ts';

/** Everything that can come over a connection: as it is, and each line of it as a packet that is well formed. */
export function fuzzGdb(data: Uint8Array): void {
  const wrong: unknown[] = [];
  const target = new FakeTarget();
  const open = (): GdbSession => {
    const reader = new PacketReader();
    return new GdbSession(
      target,
      (bytes) => {
        if (bytes.length > 2 * MOST_DATA) wrong.push(new Error(`an answer of ${bytes.length} bytes`));
        for (const byte of bytes) {
          const said = reader.take(byte);
          if (said?.kind === 'bad' || said?.kind === 'interrupt') wrong.push(new Error('not an answer'));
        }
      },
      { onBug: (error) => wrong.push(error) },
    );
  };
  const raw = open();
  raw.feed(data);
  raw.close();
  const framed = open();
  for (const line of String.fromCharCode(...data.subarray(0, 0x4000)).split('\n')) framed.feed(packet(line));
  framed.feed(Uint8Array.of(3));
  framed.close();
  if (target.listeners > 0) wrong.push(new Error('a closed session still listens'));
  if (wrong.length > 0) throw wrong[0];
}

const SEEDS = [
  '+$qSupported:multiprocess+#c6+$?#3f$vCont;c:p1.-1#0f\x03',
  'qSupported:multiprocess+;xmlRegisters=i386\nvMustReplyEmpty\nQStartNoAckMode\nHg0\nqXfer:features:read:target.xml:0,ffb',
  'g\nG0011\np28\nP28=ffff\nm1000,10\nM1000,2:abcd\nX1000,1:}]\nx1000,20\nm1ff0,20',
  'Z0,1000,4\nz0,1000,4\nZ2,1000,8\nZ3,ffffffffffffffff,1\nZ4,0,0',
  'vCont?\nvCont;s:p1.2;c\nvCont;C05:1;s:-1\nc1000\ns\nC05\nD;1\nvKill;1\nk\nbs\nbc',
  'qfThreadInfo\nqsThreadInfo\nqThreadExtraInfo,p1.1\nT2\nqC\nqAttached:1\nvAttach;1\nHc-1\nHgp0.0',
  'qRcmd,696e666f\nqqemu.sstep\nQqemu.sstep=3\nQqemu.PhyMemMode:1\nqqemu.sstepbits',
  '$x*~*~#00$a}\x03*"#11',
];

export const target = {
  name: 'gdb',
  run: fuzzGdb,
  seeds: (): Uint8Array[] => SEEDS.map((text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0))),
};
