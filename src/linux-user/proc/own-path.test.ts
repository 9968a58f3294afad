import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type OwnName, ownName } from './own-path.ts';

const fd = (number: number, rest = '', directory: 'fd' | 'fdinfo' = 'fd'): OwnName => ({
  kind: 'fd',
  directory,
  fd: number,
  rest,
});

const NAMES: Readonly<Record<string, OwnName | undefined>> = {
  '/dev/stdin': fd(0),
  '/dev/stderr': fd(2),
  '/dev/fd/63': fd(63),
  '//dev//fd/63/x': fd(63, '/x'),
  '/dev/fd': undefined,
  '/dev/fd/-1': undefined,
  '/dev/fd/99999999999': undefined,
  '/dev/null': undefined,
  '/proc': { kind: 'directory' },
  '/proc/self': { kind: 'directory' },
  '/proc/77/': { kind: 'directory' },
  '/proc/78': undefined,
  '/proc/self/fd/': { kind: 'directory' },
  '/proc/self/task': { kind: 'directory' },
  '/proc/self/task/80/fd': { kind: 'directory' },
  '/proc/self/fd/5': fd(5),
  '/proc/77/fdinfo/5': fd(5, '', 'fdinfo'),
  '/proc/77/task/80/fd/5/..': fd(5, '/..'),
  '/proc/78/fd/5': undefined,
  '/proc/thread-self/exe': { kind: 'exe' },
  '/proc/self/exe/x': undefined,
  '/proc/self/maps': { kind: 'view', name: 'maps' },
  '/proc/77/task/80/stat': { kind: 'view', name: 'stat', task: 80 },
  '/proc/self/mem': { kind: 'view', name: 'mem' },
  '/proc/self/limits': undefined,
  '/proc/cpuinfo': { kind: 'view', name: 'cpuinfo' },
  '/proc/meminfo': undefined,
  '/procs/self/exe': undefined,
};

test("names below /proc and /dev that are the process's own", () => {
  for (const [path, expected] of Object.entries(NAMES)) {
    assert.deepEqual(
      ownName(path, () => 77),
      expected,
      path,
    );
  }
});
