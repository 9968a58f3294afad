import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from '../../host/seeded-random.ts';
import { PAGE } from '../memory/pages.ts';
import * as attributes from './attributes.ts';
import type { SystemCall } from './call.ts';
import * as directories from './directories.ts';
import * as epoll from './epoll.ts';
import * as eventFiles from './event-files.ts';
import { FakeCaller } from './fake-caller.ts';
import * as fcntl from './fcntl.ts';
import * as ids from './ids.ts';
import * as io from './io.ts';
import * as ioctl from './ioctl.ts';
import { IOCTLS } from './ioctls.ts';
import * as lengths from './lengths.ts';
import * as limits from './limits.ts';
import * as messages from './messages.ts';
import * as open from './open.ts';
import * as polling from './polling.ts';
import * as residence from './residence.ts';
import * as scheduling from './scheduling.ts';
import * as sockets from './sockets.ts';
import * as stat from './stat.ts';

const GROUPS = [
  attributes,
  directories,
  epoll,
  eventFiles,
  fcntl,
  ids,
  io,
  ioctl,
  lengths,
  limits,
  messages,
  open,
  polling,
  residence,
  scheduling,
  sockets,
  stat,
];
const CALLS = GROUPS.flatMap((group): readonly SystemCall[] => Object.values(group));

const ROUNDS = 60;
const PAGES = 16;
const SIZE = PAGES * PAGE;
const requests = Object.keys(IOCTLS).map(Number);

test('arguments of any value are no exception, and the host gets no address outside memory', () => {
  const random = new SeededRandom(5n);
  const below = (limit: number): number => random.next() % limit;
  const open_ = FakeCaller.open;
  // Every third page is missing, some can only be read.
  const made = new FakeCaller(Array.from({ length: PAGES }, (_, page) => [open_, open_, 0, open_ & ~2][page % 4]!));
  made.descriptors.replace(3, 40, false);
  const values = [
    () => below(SIZE),
    () => below(SIZE / 8) * 8,
    () => below(64),
    () => -below(200),
    () => 2 ** below(63),
    () => requests[below(requests.length)]!,
    () => 3,
    () => 0,
    () => SIZE - below(40),
  ];
  for (const call of CALLS) {
    for (let round = 0; round < ROUNDS; round++) {
      for (let i = 0; i < 64; i++)
        made.memory.view.setUint32(below(SIZE / 4) * 4, values[below(values.length)]!() >>> 0, true);
      made.answer = ({ arguments: args }) => {
        for (const argument of args) assert.ok(!Number.isNaN(argument), call.name);
        return [0, 1, 5, -1, -4, -22, 100][below(7)]!;
      };
      const registers = Array.from({ length: 6 }, () => values[below(values.length)]!());
      const result = made.make(call, ...registers);
      assert.ok(Number.isFinite(result), `${call.name}(${registers.join(', ')})`);
      for (const [index, { type }] of call.arguments.entries())
        assert.ok(['string', 'undefined'].includes(typeof type.show(made.caller, index)));
    }
  }
});
