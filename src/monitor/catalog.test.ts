import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { suite, test } from 'node:test';
import { assertGolden } from '../../test/golden.ts';
import { UserError } from '../base/errors.ts';
import { QapiError } from '../qapi/error.ts';
import { Place } from '../qapi/place.ts';
import type { SchemaEntry } from '../qapi/introspection.ts';
import { JsonReader } from '../qapi/json-reader.ts';
import { writeJson } from '../qapi/json-writer.ts';
import type { Json } from '../qapi/json.ts';
import type { QmpCommand, QmpContext } from './command.ts';
import { CATALOG } from './commands/index.ts';
import { referencePage } from './docs.ts';
import { FakeTarget } from './fake-target.ts';
import { HmpShell } from './hmp-shell.ts';
import { fuzzQmp, target as fuzzTarget } from './qmp.fuzz.ts';
import type { MachineEvent } from './target.ts';
import type { Topic } from './topic.ts';

const context = (): QmpContext => ({ target: new FakeTarget(), catalog: CATALOG, negotiate: () => {} });

/** As it is after a trip through the wire. */
function transmitted(value: unknown): Json {
  let received: Json = null;
  const fail = (error: Error): never => {
    throw error;
  };
  new JsonReader({ document: (document) => (received = document), mistake: fail }).feed(`${writeJson(value as Json)} `);
  return received;
}

test('every file of commands is on the index', async () => {
  const files = globSync('*.ts', { cwd: new URL('commands/', import.meta.url) }).filter((file) => file !== 'index.ts');
  assert.equal(files.length, CATALOG.topics.length);
  for (const file of files) {
    const exported = Object.values((await import(`./commands/${file}`)) as Record<string, unknown>);
    const listed = exported.filter((each) => CATALOG.topics.includes(each as Topic));
    assert.equal(listed.length, 1, `${file} must export one topic that commands/index.ts lists`);
  }
});

/** What a command returns, unless it refuses in a way that it declares. */
async function answer(command: QmpCommand): Promise<unknown> {
  try {
    return (await command.call(command.example, context())) ?? {};
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    assert.ok((error instanceof QapiError ? error.errorClass : 'GenericError') in command.errors, error.message);
    return undefined;
  }
}

suite('QMP examples', () => {
  for (const command of CATALOG.commands.values())
    test(command.name, async () => {
      assert.notEqual(command.doc.trim(), '');
      const value = await answer(command);
      if (value === undefined) return;
      // What is answered is what was declared, member for member.
      const received = transmitted(value);
      assert.deepEqual(transmitted(command.returns.accept(received, Place.root().member('return'))), received);
    });
});

suite('HMP examples', () => {
  for (const command of CATALOG.hmp.values())
    test(command.name, async () => {
      assert.notEqual(command.doc.trim(), '');
      const text = await new HmpShell(context()).execute(command.example);
      assert.doesNotMatch(text, /Try "help|^unknown command|^invalid/);
      assert.match(text, /^$|\n$/);
      assert.match(
        await new HmpShell(context()).execute(`help ${command.name}`),
        command.name === 'info' ? /./ : /^.* -- .+\n$/,
      );
    });
});

test('whatever a machine tells is a declared event', () => {
  const cause = { guest: true, reason: 'guest-reset' } as const;
  const all: Record<MachineEvent['name'], MachineEvent> = {
    STOP: { name: 'STOP' },
    RESUME: { name: 'RESUME' },
    POWERDOWN: { name: 'POWERDOWN' },
    SHUTDOWN: { name: 'SHUTDOWN', data: cause },
    RESET: { name: 'RESET', data: cause },
    DEVICE_DELETED: { name: 'DEVICE_DELETED', data: { device: 'd', path: '/machine/peripheral/d' } },
    MIGRATION: { name: 'MIGRATION', data: { status: 'setup' } },
    JOB_STATUS_CHANGE: { name: 'JOB_STATUS_CHANGE', data: { id: 'job0', status: 'running' } },
    DUMP_COMPLETED: { name: 'DUMP_COMPLETED', data: { result: { status: 'completed', completed: 5, total: 5 } } },
  };
  assert.deepEqual(Object.keys(all).toSorted(), [...CATALOG.events.keys()].toSorted());
  for (const event of Object.values(all)) {
    const data = 'data' in event ? event.data : {};
    assert.deepEqual(CATALOG.events.get(event.name)!.data.accept(data, Place.root()), data);
  }
});

test('the introspection is closed, and tells of each type once', async () => {
  const entries = (await CATALOG.commands.get('query-qmp-schema')!.call({}, context())) as readonly SchemaEntry[];
  const names = new Set(entries.map(({ name }) => name));
  assert.equal(names.size, entries.length);
  const used = new Set<string>([...CATALOG.commands.keys(), ...CATALOG.events.keys()]);
  const references = JSON.stringify(entries).matchAll(/"(?:arg-type|ret-type|element-type|type)":"([^"]*)"/g);
  for (const [, name] of references) used.add(name!);
  assert.deepEqual([...used].toSorted(), [...names].toSorted());
});

test('the reference is current', () => {
  assertGolden('docs/reference/qmp.md', referencePage(CATALOG));
});

test('the fuzz target takes its seeds', () => {
  for (const seed of fuzzTarget.seeds()) fuzzQmp(seed);
});
