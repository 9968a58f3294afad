/** What every device must do, whatever it is. */
import assert from 'node:assert/strict';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { sectionSize } from '../mem/section.ts';
import type { DeviceDeclaration } from './device.ts';
import { devices } from './devices.ts';
import { exercise } from './device-registers.fuzz.ts';
import { deviceHelp, deviceReference } from './reference.ts';
import { Rig } from './rig.ts';

let seed = 1;
/** Bytes that look random and are the same in every run. */
function noise(length: number): number[] {
  return Array.from({ length }, () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return seed >>> 24;
  });
}

/** Small enough to be tried byte by byte. */
const extent = (declaration: DeviceDeclaration): number => Math.min(declaration.spec.size ?? 24, 0x1000);

test('every file that declares a device is on the list', async () => {
  const declared = new Set<unknown>();
  for (const file of globSync('**/*.ts', { cwd: import.meta.dirname })) {
    if (/\.(test|fuzz)\.ts$/.test(file)) continue;
    const source = readFileSync(`${import.meta.dirname}/${file}`, 'utf8');
    if (!/^export const \w+ = device\(/m.test(source)) continue;
    const module = (await import(`./${file}`)) as Record<string, unknown>;
    for (const value of Object.values(module)) {
      if (typeof value === 'object' && value !== null && 'create' in value && 'spec' in value) declared.add(value);
    }
  }
  assert.deepEqual(declared, new Set<unknown>(devices));
});

test('device names and sections are unique', () => {
  const names = devices.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)]);
  const sections = devices.map(({ name, spec }) => spec.section?.name ?? name);
  assert.deepEqual(sections, [...new Set(sections)]);
});

for (const declaration of devices) {
  const { name, spec } = declaration;

  test(`${name}: everything is documented`, () => {
    for (const text of [spec.doc, ...Object.values(spec.regs).map(([, , doc]) => doc)]) assert.match(text, /\w/);
    for (const { doc } of Object.values(spec.counters ?? {})) assert.match(doc, /\w/);
  });

  test(`${name}: reset forgets what the guest did`, () => {
    const rig = Rig.for(declaration);
    const made = rig.add(declaration);
    const fresh = made.section.save();
    exercise(rig, declaration, noise(2000));
    rig.clock.time = 0;
    made.reset();
    const after = made.section.save();
    if (spec.keep === undefined) assert.deepEqual(after, fresh);
    made.reset();
    assert.deepEqual(made.section.save(), after);
  });

  test(`${name}: a saved state loads into another instance`, () => {
    const rig = Rig.for(declaration);
    const { section } = rig.add(declaration);
    exercise(rig, declaration, noise(500));
    const saved = section.save();
    assert.equal(saved.length, sectionSize(section.fields));
    const other = Rig.for(declaration);
    const restored = other.add(declaration).section;
    other.clock.time = rig.clock.time;
    assert.deepEqual(restored.fields, section.fields);
    restored.load(saved);
    restored.loaded?.(0);
    assert.deepEqual(restored.save(), saved);
  });

  test(`${name}: a second thread's instance shares the state`, () => {
    const rig = Rig.for(declaration);
    const first = rig.add(declaration);
    const second = Rig.for(declaration, rig.arena.memory).make(declaration);
    exercise(rig, declaration, noise(500));
    assert.deepEqual(second.section.save(), first.section.save());
  });

  test(`${name}: no state, however wrong, throws`, () => {
    const rig = Rig.for(declaration);
    const made = rig.add(declaration);
    const wrong = new Uint8Array(sectionSize(made.section.fields));
    for (let round = 0; round < 20; round++) {
      made.section.load(round === 0 ? wrong.fill(0xff) : Uint8Array.from(noise(wrong.length)));
      made.section.loaded?.(0);
      exercise(rig, declaration, noise(300));
      made.poll();
    }
  });

  test(`${name}: access rules`, () => {
    const rig = Rig.for(declaration);
    rig.add(declaration);
    for (const [register, [offset, access, , options]] of Object.entries(spec.regs)) {
      if (spec.bus !== undefined || options?.when !== undefined || access === 'rw') continue;
      const overlaid = Object.values(spec.regs).filter((other) => other[0] === offset && !other[3]?.when).length > 1;
      if (overlaid) continue;
      rig.errors.length = 0;
      if (access === 'wo') rig.read(offset, options?.width ?? 4);
      else rig.write(offset, 0, options?.width ?? 4);
      const rule = access === 'wo' ? `read of write-only register ${register}` : `to read-only register ${register}`;
      assert.ok(
        rig.errors.some((error) => error.includes(rule)) || rig.space.fault,
        `${register}: ${rig.errors.join()}`,
      );
    }
  });

  test(`${name}: help lists each property once, in order`, () => {
    const lines = deviceHelp(declaration).slice(1);
    const properties = lines.map((line) => line.trim().split('=')[0]);
    const expected = [...Object.keys(spec.properties ?? {}), ...Object.keys(spec.backends ?? {})];
    assert.deepEqual([...properties].sort(), expected.filter((slot) => slot !== 'power').sort());
  });

  test(`${name}: every offset can be read and written at every size`, () => {
    const rig = Rig.for(declaration);
    rig.add(declaration);
    for (let offset = 0; offset < extent(declaration); offset++) {
      for (const size of [1, 2, 4, 8]) {
        rig.read(offset, size);
        rig.write(offset, 0xa5a5_a5a5, size);
      }
    }
  });
}

test('docs/reference/devices.md is what the declarations say', () => {
  const path = `${import.meta.dirname}/../../docs/reference/devices.md`;
  const text = deviceReference(devices);
  if (process.env['BLESS'] !== undefined) writeFileSync(path, text);
  assert.equal(readFileSync(path, 'utf8'), text, 'run npm run bless');
});
