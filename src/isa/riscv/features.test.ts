import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../base/errors.ts';
import { defaultFeatures, isaString, mmuType, parseFeatures } from './features.ts';
import { HartRig } from './testing/hart-rig.ts';

test('the default is RV64GC with bit manipulation and Sstc', () => {
  assert.equal(isaString(defaultFeatures), 'rv64imafdc_zicsr_zifencei_zihintpause_zba_zbb_zbc_zbs_sstc');
  assert.equal(mmuType(defaultFeatures), 'riscv,sv48');
  assert.equal(new HartRig().read('misa'), 0x8000_0000_0014_112dn);
});

test('properties are spelled as on the machine that is imitated', () => {
  assert.equal(parseFeatures('rv64,h=off,svinval=on').svinval, true);
  assert.equal(parseFeatures('rv64,Zihintpause=off').zihintpause, false);
  assert.equal(parseFeatures('rv64,pmu-num=0,marchid=0x5')['pmu-num'], 0);
  assert.deepEqual(parseFeatures('rv64,priv_spec=v1.12.0'), defaultFeatures);
  assert.equal(isaString(parseFeatures('rv64,short-isa-string=on,c=off')), 'rv64imafd');
});

test('what cannot be is refused in one line', () => {
  for (const [argument, message] of [
    ['rv128', /unable to find CPU model 'rv128'/],
    ['rv64,h=on', /rv64-riscv-cpu\.h=on: hypervisor: this extension is not implemented; leave it off/],
    ['rv64,v=true', /vector/],
    ['rv64,Zfh=on', /half-precision/],
    ['rv64,svpbmt=on', /memory types/],
    ['rv64,svnapot=on', /contiguous/],
    ['rv64,i=off', /this CPU always has it/],
    ['rv64,priv_spec=v1.10.0', /the only version is v1\.12\.0/],
    ['rv64,vlen=256', /vector extension is not implemented/],
    ['rv64,foo=on', /Property 'rv64-riscv-cpu\.foo' not found/],
    ['rv64,m=maybe', /Parameter 'm' expects 'on' or 'off'/],
    ['rv64,m', /Expected key=value format, found m\./],
    ['rv64,pmu-num=99', /expects a number from 0 to 29/],
    ['rv64,f=off', /D extension requires F extension/],
  ] as const) {
    assert.throws(
      () => parseFeatures(argument),
      (error) => error instanceof UserError && message.test(error.message) && !error.message.includes('\n'),
      argument,
    );
  }
});
