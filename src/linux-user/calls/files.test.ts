import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EBADF, EFAULT, EINVAL, EMFILE, ENAMETOOLONG, ENOTTY } from '../errno.ts';
import { FakeCaller } from './fake-caller.ts';
import { dup3, fcntl } from './fcntl.ts';
import { read, readv } from './io.ts';
import { ioctl } from './ioctl.ts';
import { recvmsg, sendmsg } from './messages.ts';
import { close, openat } from './open.ts';
import { ppoll } from './polling.ts';
import { newfstatat, readlinkat } from './stat.ts';

const AT_FDCWD = -100;
const O_CLOEXEC = 0o2000000;
const HOST = 40;

/** Two pages that are there, one that is not, one more; descriptor 3 is the host's 40. */
function fake(options = {}): FakeCaller {
  const made = new FakeCaller([FakeCaller.open, FakeCaller.open, 0, FakeCaller.open], options);
  made.descriptors.replace(3, HOST, false);
  return made;
}

test('a descriptor of the host closes on exec, whatever the guest wants', () => {
  const made = fake();
  made.answer = () => 50;
  const path = made.put(64, '/file');
  assert.equal(made.make(openat, AT_FDCWD, path, 0, 0), 0);
  assert.equal(made.asked[0]!.arguments[2], O_CLOEXEC);
  assert.equal(made.descriptors.hostOf(0), 50);
  assert.equal(made.descriptors.closesOnExec(0), false);
  assert.equal(made.make(openat, AT_FDCWD, path, O_CLOEXEC, 0), 1);
  assert.equal(made.descriptors.closesOnExec(1), true);
});

test('a descriptor without a number is closed again', () => {
  const made = fake();
  made.descriptors.limit = 0;
  made.answer = ({ name }) => (name === 'openat' ? 50 : 0);
  assert.equal(made.make(openat, AT_FDCWD, made.put(64, '/file'), 0, 0), -EMFILE);
  assert.deepEqual(made.asked.at(-1), { name: 'close', arguments: [50, ...made.asked.at(-1)!.arguments.slice(1)] });
});

test('paths: unreadable, too long, not ended', () => {
  const made = fake();
  assert.equal(made.make(openat, AT_FDCWD, 2 * 4096, 0, 0), -EFAULT);
  assert.equal(made.make(openat, AT_FDCWD, 2 ** 40, 0, 0), -EFAULT);
  made.memory.bytes.fill(0x61, 0, 2 * 4096);
  assert.equal(made.make(openat, AT_FDCWD, 0, 0, 0), -ENAMETOOLONG);
  assert.equal(made.make(openat, AT_FDCWD, 8000, 0, 0), -EFAULT);
  assert.equal(made.asked.length, 0);
});

test('a path below the prefix is used if the host has it', () => {
  const made = fake({ prefix: '/prefix' });
  const path = made.put(64, '/lib/x');
  made.answer = ({ name }) => (name === 'faccessat' ? 0 : 50);
  made.make(openat, AT_FDCWD, path, 0, 0);
  assert.equal(made.textAt(made.asked.at(-1)!.arguments[1]!), '/prefix/lib/x');
  made.answer = ({ name }) => (name === 'faccessat' ? -2 : 50);
  made.make(openat, AT_FDCWD, path, 0, 0);
  assert.equal(made.textAt(made.asked.at(-1)!.arguments[1]!), '/lib/x');
});

test("names of the process's own descriptors have the host's numbers", () => {
  const made = fake();
  for (const [name, host] of [
    ['/dev/fd/3', '/proc/self/fd/40'],
    ['/proc/self/fd/3', '/proc/self/fd/40'],
    ['/proc/thread-self/fdinfo/3', '/proc/self/fdinfo/40'],
    ['/proc/4242/fd/3', '/proc/self/fd/40'],
    ['/proc/4243/fd/3', '/proc/4243/fd/3'],
    ['/dev/fd/9', '/proc/self/fd/none'],
    ['/proc/self/exe', '/program/itself'],
    ['/dev/full', '/dev/full'],
  ] as const) {
    made.answer = ({ name: call }) => (call === 'getpid' ? 4242 : call === 'openat' ? 50 : 0);
    made.make(openat, AT_FDCWD, made.put(64, name), 0, 0);
    const opened = made.asked.findLast(({ name: call }) => call === 'openat')!;
    assert.equal(made.textAt(opened.arguments[1]!), host);
  }
  assert.equal(made.make(readlinkat, AT_FDCWD, made.put(64, '/proc/self/exe'), 200, 8), 8);
  assert.equal(made.memory.text(200, 8), '/program');
});

test('a buffer that is mapped in part takes what fits', () => {
  const made = fake();
  made.answer = ({ arguments: [, , count] }) => count!;
  assert.equal(made.make(read, 3, 2 * 4096 - 6, 100), 6);
  assert.equal(made.make(read, 3, 2 * 4096, 100), -EFAULT);
  assert.equal(made.make(read, 3, 2 ** 33, 100), -EFAULT);
  assert.equal(made.make(read, 3, 2 ** 33, 0), 0);
  assert.equal(made.make(read, 9, 64, 1), -EBADF);
});

test('vectors end where nothing is mapped', () => {
  const made = fake();
  const put = (index: number, address: number, length: number): void => {
    made.memory.setU64(64 + 16 * index, address);
    made.memory.setU64(64 + 16 * index + 8, length);
  };
  put(0, 4096, 10);
  put(1, 8190, 10);
  put(2, 4096, 10);
  let lengths: number[] = [];
  made.answer = ({ arguments: [, vector, count] }) => {
    const { scratch } = made.caller;
    lengths = Array.from({ length: count! }, (_, i) => scratch.u64(vector! + 16 * i + 8));
    return 0;
  };
  assert.equal(made.make(readv, 3, 64, 3), 0);
  assert.deepEqual(lengths, [10, 2]);
  put(0, 8192, 1);
  assert.equal(made.make(readv, 3, 64, 3), -EFAULT);
  assert.equal(made.make(readv, 3, 64, 1025), -EINVAL);
  put(0, 4096, 2 ** 63);
  assert.equal(made.make(readv, 3, 64, 1), -EINVAL);
});

test('struct stat in the layout of the guest', () => {
  const made = fake();
  made.answer = ({ arguments: [, , stat] }) => {
    const { scratch } = made.caller;
    // x86-64's: links at 16 with 8 bytes, mode at 24, size at 48.
    scratch.zeroed(0);
    scratch.setU64(stat! + 16, 7);
    scratch.view.setUint32(stat! + 24, 0o100644, true);
    scratch.setU64(stat! + 48, 2 ** 40 + 5);
    return 0;
  };
  assert.equal(made.make(newfstatat, AT_FDCWD, made.put(64, 'x'), 4096, 0), 0);
  assert.equal(made.memory.u32(4096 + 16), 0o100644);
  assert.equal(made.memory.u32(4096 + 20), 7);
  assert.equal(made.memory.u64(4096 + 48), 2 ** 40 + 5);
  assert.equal(made.make(newfstatat, AT_FDCWD, 64, 2 * 4096 - 127, 0), -EFAULT);
});

test('dup3 closes what was there, and fcntl knows its commands', () => {
  const made = fake();
  made.descriptors.replace(5, 55, false);
  made.answer = ({ name }) => (name === 'fcntl' ? 60 : 0);
  assert.equal(made.make(dup3, 3, 5, O_CLOEXEC), 5);
  assert.equal(made.descriptors.hostOf(5), 60);
  assert.equal(made.descriptors.closesOnExec(5), true);
  assert.deepEqual([made.asked.at(-1)!.name, made.asked.at(-1)!.arguments[0]], ['close', 55]);
  assert.equal(made.make(dup3, 3, 3, 0), -EINVAL);
  assert.equal(made.make(dup3, 3, -1, 0), -EBADF);
  assert.equal(made.make(fcntl, 3, 0, -1), -EINVAL);
  assert.equal(made.make(fcntl, 3, 4711, 0), -EINVAL);
  assert.equal(made.make(fcntl, 5, 1, 0), 1);
  assert.equal(made.make(close, 5), 0);
  assert.equal(made.make(close, 5), -EBADF);
});

test('requests of ioctl that are not declared are what no device knows', () => {
  const made = fake();
  assert.equal(made.make(ioctl, 3, 0x1234, 64), -ENOTTY);
  assert.equal(made.make(ioctl, 3, 0x5401, 2 * 4096 - 10), -EFAULT);
  assert.equal(made.asked.length, 0);
});

test('descriptors in messages: other numbers in both directions, and MSG_CTRUNC when there is none left', () => {
  const made = fake();
  const { memory } = made;
  const [header, vector, control] = [64, 256, 512];
  memory.setU64(header + 16, vector);
  memory.setU64(header + 24, 1);
  memory.setU64(header + 32, control);
  memory.setU64(header + 40, 24);
  memory.setU64(vector, 4096);
  memory.setU64(vector + 8, 4);
  memory.setU64(control, 24);
  memory.setU32(control + 8, 1);
  memory.setU32(control + 12, 1);
  memory.setU32(control + 16, 3);
  memory.setU32(control + 20, 3);
  const { scratch } = made.caller;
  made.answer = ({ arguments: [, message] }) => {
    const at = scratch.u64(message! + 32);
    assert.deepEqual([scratch.view.getInt32(at + 16, true), scratch.view.getInt32(at + 20, true)], [HOST, HOST]);
    return 4;
  };
  assert.equal(made.make(sendmsg, 3, header, 0), 4);
  memory.setU32(control + 20, 8);
  assert.equal(made.make(sendmsg, 3, header, 0), -EBADF);
  made.descriptors.limit = 1;
  made.answer = ({ name, arguments: [, message] }) => {
    if (name !== 'recvmsg') return 0;
    const at = scratch.u64(message! + 32);
    scratch.setU64(at, 24);
    scratch.view.setInt32(at + 8, 1, true);
    scratch.view.setInt32(at + 12, 1, true);
    scratch.view.setInt32(at + 16, 70, true);
    scratch.view.setInt32(at + 20, 71, true);
    return 4;
  };
  assert.equal(made.make(recvmsg, 3, header, 0), 4);
  assert.equal(memory.u32(header + 48), 8);
  assert.equal(memory.u64(control), 20);
  assert.equal(memory.u32(control + 16), 0);
  assert.equal(made.descriptors.hostOf(0), 70);
  assert.deepEqual([made.asked.at(-1)!.name, made.asked.at(-1)!.arguments[0]], ['close', 71]);
});

test("poll has the host's numbers, and one that no process has for what is not open", () => {
  const made = fake();
  const { memory } = made;
  for (const [index, fd] of [3, -1, 9].entries()) memory.setU32(64 + 8 * index, fd >>> 0);
  made.answer = ({ arguments: [list] }) => {
    const { view } = made.caller.scratch;
    assert.deepEqual(
      [0, 8, 16].map((at) => view.getInt32(list! + at, true)),
      [HOST, -1, 0x7fff_ffff],
    );
    view.setUint16(list! + 6, 1, true);
    return 1;
  };
  assert.equal(made.make(ppoll, 64, 3, 0, 0, 0), 1);
  assert.equal(memory.view.getUint16(70, true), 1);
  assert.equal(made.make(ppoll, 8192 - 8, 3, 0, 0, 0), -EFAULT);
});
