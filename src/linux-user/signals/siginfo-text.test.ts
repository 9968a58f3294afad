import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeFault, writeKernel, writeSent } from './siginfo.ts';
import { siginfoText } from './siginfo-text.ts';

const view = new DataView(new ArrayBuffer(128));

test('signals are shown as qemu-user shows them', () => {
  writeFault(view, { signal: 11, code: 1, low: 8, high: 0x40 });
  assert.equal(siginfoText(view), '--- SIGSEGV {si_signo=SIGSEGV, si_code=1, si_addr=0x0000004000000008} ---\n');
  writeSent(view, 15, 0, 6792, 5);
  assert.equal(siginfoText(view), '--- SIGTERM {si_signo=SIGTERM, si_code=SI_USER, si_pid=6792, si_uid=5} ---\n');
  writeKernel(view, 14);
  assert.equal(siginfoText(view), '--- SIGALRM {si_signo=SIGALRM, si_code=SI_KERNEL, si_pid=0, si_uid=0} ---\n');
  writeSent(view, 35, -1, 7, 0);
  view.setInt32(24, 109, true);
  assert.equal(siginfoText(view), '--- 35 {si_signo=35, si_code=SI_QUEUE, si_pid=7, si_uid=0, si_sigval=109} ---\n');
  writeSent(view, 17, 1, 7, 0);
  view.setInt32(24, 3, true);
  assert.equal(
    siginfoText(view),
    '--- SIGCHLD {si_signo=SIGCHLD, si_code=1, si_pid=7, si_uid=0, si_status=3, si_utime=0, si_stime=0} ---\n',
  );
});
