import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arena } from './arena.ts';
import { CodeClaims, PAGE_CODE } from './code-claims.ts';
import { CpuRequests, type RequestTarget } from './cpu-requests.ts';

class Recorder implements RequestTarget {
  readonly asked: string[] = [];
  flushAll(): void {
    this.asked.push('flushAll');
  }
  flushAsid(asid: number): void {
    this.asked.push(`flushAsid ${asid}`);
  }
  flushPages(...range: number[]): void {
    this.asked.push(`flushPages ${range.join(' ')}`);
  }
  watchPage(page: number): void {
    this.asked.push(`watchPage ${page}`);
  }
  codeWritten(...range: number[]): void {
    this.asked.push(`codeWritten ${range.join(' ')}`);
  }
  forgetAll(): void {
    this.asked.push('forgetAll');
  }
}

function requests(): { readonly made: CpuRequests; readonly kicks: () => number } {
  const { memory, ...rest } = new Arena(1 << 16);
  let kicks = 0;
  return { made: new CpuRequests(memory, rest.used, () => kicks++), kicks: () => kicks };
}

test('what is posted is done once, in order', () => {
  const { made, kicks } = requests();
  const target = new Recorder();
  made.post('flushAsid', 7);
  const ticket = made.post('flushPages', -4096, -1, 2, -1);
  assert.equal(made.latest, ticket);
  assert.equal(kicks(), 2);
  assert.ok(made.isPending);
  made.serve(target);
  assert.ok(!made.isPending);
  made.serve(target);
  assert.deepEqual(target.asked, ['flushAsid 7', 'flushPages -4096 -1 2 -1']);
});

test('who is away is not waited for, and nor is what is done', () => {
  const { made } = requests();
  made.waitFor(made.post('flushAll'));
  made.enter();
  made.serve(new Recorder());
  made.waitFor(made.latest);
  let isAway = false;
  made.whileAway(() => {
    made.waitFor(made.post('flushAll'));
    isAway = true;
  });
  assert.ok(isAway && made.isPending);
});

test('more requests than there is room for are one for everything', () => {
  const { made } = requests();
  const target = new Recorder();
  for (let i = 0; i < 300; i++) made.post('watchPage', i);
  made.serve(target);
  assert.deepEqual(target.asked, ['forgetAll']);
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 200; i++) made.post('watchPage', i);
    made.serve(target);
  }
  assert.equal(target.asked.length, 601);
  assert.deepEqual(
    target.asked.slice(-200),
    Array.from({ length: 200 }, (_, i) => `watchPage ${i}`),
  );
});

test('a page has its flag while a CPU keeps code of it, and the others hear of it and of writes', () => {
  const arena = new Arena(1 << 20);
  const pages = arena.limit / 4096;
  const flags = new Uint8Array(arena.memory.buffer, arena.allocate(pages), pages);
  const granules = arena.allocate(pages * 8);
  const all = [0, 1, 2].map(() => new CpuRequests(arena.memory, arena.allocate(CpuRequests.bytes), () => {}));
  const claims = new CodeClaims(arena, flags, granules);
  const [one, other] = [claims.of(0, all), claims.of(1, all)];
  const asked = (cpu: number): string[] => {
    const target = new Recorder();
    all[cpu]!.serve(target);
    return target.asked;
  };
  assert.equal(one.claim(9), true);
  assert.equal(other.claim(9), false);
  assert.equal(flags[9], PAGE_CODE);
  assert.deepEqual([0, 1, 2].map(asked), [[], ['watchPage 9'], ['watchPage 9']]);
  one.written(9, 64, 128);
  assert.deepEqual([0, 1, 2].map(asked), [[], ['codeWritten 9 64 128'], []]);
  flags[9]! |= 0x40;
  one.release(9);
  assert.equal(flags[9], PAGE_CODE | 0x40);
  other.release(9);
  assert.equal(flags[9], 0x40, 'other flags stay');
  claims.of(0).claim(9);
  claims.forget();
  assert.equal(flags[9], 0x40);
});
