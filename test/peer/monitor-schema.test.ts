/** The introspection beside native QEMU's: a client that was written against that one understands ours. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CATALOG } from '../../src/monitor/commands/index.ts';
import { introspect, type SchemaEntry } from '../../src/qapi/introspection.ts';
import { NativeQmp } from './native-qmp.ts';

/** An entry of query-qmp-schema, with all members that any kind of entry has. */
interface Entry {
  readonly name: string;
  readonly 'meta-type': string;
  readonly 'json-type'?: string;
  readonly 'arg-type'?: string;
  readonly 'ret-type'?: string;
  readonly 'element-type'?: string;
  readonly 'allow-oob'?: boolean;
  readonly features?: readonly string[];
  readonly members?: readonly { readonly name: string; readonly type: string; readonly default?: null }[];
  readonly tag?: string;
  readonly variants?: readonly { readonly case: string; readonly type: string }[];
}
type Schema = ReadonlyMap<string, Entry>;

const byName = (entries: readonly Entry[]): Schema => new Map(entries.map((entry) => [entry.name, entry]));

/** Words that we have and they do not. */
const OURS_ALONE = ['tcg', 'block', 'irq', 'memory', 'monitor', 'timers'];

/** Members whose words are kinds of things, of which we have fewer: a client that looks will not ask for the others. */
const KINDS = ['object-add.qom-type', 'chardev-add.backend.type', 'chardev-change.backend.type', 'blockdev-add.driver'];

/**
 * Which of our entries a client of theirs would not understand. Arguments must be the same; of what is
 * returned, we may leave out what is optional, and say always what they say sometimes.
 */
function differences(us: Schema, them: Schema): string[] {
  const found: string[] = [];
  const done = new Set<string>();

  const compare = (ourName: string, theirName: string, where: string, isInput: boolean): void => {
    const mark = `${ourName} ${theirName} ${isInput}`;
    if (done.has(mark)) return;
    done.add(mark);
    const our = us.get(ourName)!;
    const their = them.get(theirName)!;
    const report = (what: string): unknown => found.push(`${where}: ${what}`);
    if (our['meta-type'] !== their['meta-type']) return void report(`${our['meta-type']}, not ${their['meta-type']}`);
    if (our['json-type'] !== their['json-type']) report(`${our['json-type']}, not ${their['json-type']}`);
    if (our['element-type'] !== undefined) compare(our['element-type'], their['element-type']!, `${where}[]`, isInput);
    if (our['meta-type'] === 'alternate') return compareLists(our, their, where, isInput);
    compareMembers(our, their, where, isInput);
    if (our.tag !== their.tag && our.tag !== undefined) report(`tag ${our.tag}, not ${their.tag}`);
    for (const variant of our.variants ?? []) {
      const same = their.variants?.find((each) => each.case === variant.case);
      if (same === undefined) report(`case ${variant.case} is ours alone`);
      else compare(variant.type, same.type, `${where}(${variant.case})`, isInput);
    }
  };

  const compareLists = (our: Entry, their: Entry, where: string, isInput: boolean): void => {
    for (const [index, member] of our.members!.entries())
      compare(member.type, their.members![index]!.type, `${where}|${index}`, isInput);
  };

  const compareMembers = (our: Entry, their: Entry, where: string, isInput: boolean): void => {
    const isEnum = our['meta-type'] === 'enum';
    const report = (what: string): unknown => found.push(`${where}: ${what}`);
    for (const member of our.members ?? []) {
      const same = their.members?.find(({ name }) => name === member.name);
      if (same === undefined) {
        if (!OURS_ALONE.includes(member.name)) report(`${member.name} is ours alone`);
      } else if (!isEnum) {
        const isOptional = [member, same].map((each) => 'default' in each);
        if (isInput ? isOptional[0] !== isOptional[1] : isOptional[0] === true && isOptional[1] === false)
          report(`${member.name} is optional on one side`);
        compare(member.type, same.type, `${where}.${member.name}`, isInput);
      }
    }
    for (const member of their.members ?? []) {
      // Words that we never say do no harm, and of those that we understand all must be there.
      const isNeeded = isInput ? !KINDS.includes(where) : !isEnum && !('default' in member);
      if (isNeeded && our.members?.every(({ name }) => name !== member.name)) report(`${member.name} is missing`);
    }
  };

  for (const our of us.values()) {
    if (our['meta-type'] !== 'command' && our['meta-type'] !== 'event') continue;
    const their = them.get(our.name);
    if (their === undefined) {
      found.push(`${our.name} is ours alone`);
      continue;
    }
    compare(our['arg-type']!, their['arg-type']!, our.name, our['meta-type'] === 'command');
    if (our['ret-type'] !== undefined) compare(our['ret-type'], their['ret-type']!, `${our.name}:`, false);
    assert.equal(our['allow-oob'], their['allow-oob'], our.name);
    assert.deepEqual(our.features, their.features === undefined ? undefined : [...their.features], our.name);
  }
  return found;
}

test('our schema is part of theirs, and a difference would be found', async () => {
  await using native = await NativeQmp.start();
  const [answer] = await native.send({ execute: 'query-qmp-schema' });
  const them = byName(answer!['return'] as unknown as readonly Entry[]);
  const entries: readonly SchemaEntry[] = introspect([...CATALOG.commands.values()], [...CATALOG.events.values()]);
  const ours = entries as unknown as readonly Entry[];
  assert.deepEqual(differences(byName(ours), them), []);

  const spoiled = ours.map((entry) => ({ ...entry, members: entry.members?.filter(({ name }) => name !== 'target') }));
  assert.ok(
    differences(byName(spoiled as unknown as readonly Entry[]), them).includes('query-stats: target is missing'),
  );
});
