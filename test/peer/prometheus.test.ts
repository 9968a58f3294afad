/** The statistics endpoint, judged by Prometheus's own checker. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { SYSTEM } from '../program.ts';

const isMissing = spawnSync('promtool', ['--version']).error !== undefined;
// In CI a tool that is missing is a failure.
const skip = isMissing && process.env['CI'] === undefined ? 'promtool: not installed' : false;

test('promtool accepts all that a machine counts', { skip }, async (t) => {
  const args = ['-M', 'virt', '-m', '16', '-bios', 'none', '-display', 'none', '-nodefaults', '-S'];
  const child = spawn(SYSTEM, [...args, '-stats', 'openmetrics,addr=127.0.0.1:0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => child.kill());
  child.stderr.setEncoding('utf8');
  let said = '';
  while (!said.includes('/metrics')) said += String((await once(child.stderr, 'data'))[0]);
  const url = /http:\S+/.exec(said)![0];
  const page = await (await fetch(url)).text();
  assert.match(page, /^# TYPE tinamou_vcpu_tcg_compile_time_seconds_total counter$/m);
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: page, encoding: 'utf8' });
  assert.equal(`${stdout}${stderr}`, '');
  assert.equal(status, 0);
  const newer = await fetch(url, { headers: { accept: 'application/openmetrics-text; version=1.0.0' } });
  assert.match(newer.headers.get('content-type')!, /^application\/openmetrics-text/);
  assert.match(await newer.text(), /\n# UNIT tinamou_vcpu_tcg_compile_time_seconds seconds\n[^]*\n# EOF\n$/);
});
