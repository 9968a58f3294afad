import { asText } from './session.ts';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { assertGolden } from '../../test/golden.ts';
import type { JsonObject } from '../qapi/json.ts';
import { Catalog } from './catalog.ts';
import { command } from './command.ts';
import { CATALOG } from './commands/index.ts';
import { FakeTarget } from './fake-target.ts';
import { HmpSession } from './hmp-session.ts';
import { QmpSession } from './qmp-session.ts';
import type { SessionOptions } from './session.ts';
import type { MachineEvent } from './target.ts';
import { topic } from './topic.ts';

const fail = (error: unknown): never => {
  throw error;
};

/** Plays a golden file back: `> ` is sent, `* ` happens in the machine, and what is said is `< `. */
async function replay(
  file: string,
  open: (target: FakeTarget, write: (text: string) => void) => { feed(text: string): Promise<void> },
): Promise<void> {
  const path = `src/monitor/golden/${file}`;
  const target = new FakeTarget();
  let output = '';
  const said = (): string[] => {
    const lines = output.replace(/\r\n$/, '').split('\r\n');
    const isSilent = output === '';
    output = '';
    return isSilent ? [] : lines.map((line) => (line === '' ? '<' : `< ${line}`));
  };
  const [title = '', ...script] = readFileSync(new URL(`golden/${file}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('<'));
  const session = open(target, (text) => (output += text));
  const transcript = [title, ...said()];
  for (const line of script) {
    transcript.push(line);
    if (line.startsWith('> ')) await session.feed(`${line.slice(2)}\n`);
    if (line.startsWith('* ')) {
      const [, name, data = '{}'] = /^\* (\S+) ?(.+)?/.exec(line) as unknown as [string, string, string?];
      target.emit({ name, data: JSON.parse(data) as JsonObject } as MachineEvent);
    }
    transcript.push(...said());
  }
  assertGolden(path, transcript.join('\n'));
}

suite('transcripts', () => {
  test('QMP', () => replay('qmp.txt', (target, write) => new QmpSession(target, asText(write), { onBug: fail })));

  test('QMP for people', async () => {
    let output = '';
    const session = new QmpSession(
      new FakeTarget(),
      asText((text) => (output += text)),
      { isPretty: true, onBug: fail },
    );
    assert.match(output, /^\{\n {4}"QMP": \{\n {8}"version": \{\n/);
    output = '';
    await session.feed('{"execute":"qmp_capabilities","id":[]}');
    assert.equal(output, '{\n    "return": {\n    },\n    "id": [\n    ]\n}\r\n');
  });

  test('out-of-band commands', () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    const about = { since: '0.1', doc: 'For this test.', example: {} };
    const tests = topic('Tests', {
      doc: '',
      commands: [
        command('wait-test', { ...about, run: () => released }),
        command('oob-test', { ...about, oob: true, run: () => release() }),
      ],
    });
    const catalog = new Catalog([...CATALOG.topics, tests]);
    return replay('oob.txt', (target, write) => new QmpSession(target, asText(write), { catalog, onBug: fail }));
  });

  test('HMP', () =>
    replay('hmp.txt', (target, write) => {
      // Only the last of the many redraws that the typing of a line causes is of interest.
      const plain = (text: string): void => {
        if (!text.endsWith('\x1b[K')) write(text);
      };
      return new HmpSession(target, { write: plain }, { onBug: fail });
    }));
});

suite('QMP', () => {
  const open = (options: SessionOptions = {}): { target: FakeTarget; session: QmpSession; said: JsonObject[] } => {
    const target = new FakeTarget();
    const said: JsonObject[] = [];
    const write = (text: string): unknown => said.push(JSON.parse(text) as JsonObject);
    return { target, session: new QmpSession(target, asText(write), options), said };
  };

  test('several connections see the same events and answers of their own', async () => {
    const { target, session, said } = open();
    const others: JsonObject[] = [];
    const other = new QmpSession(
      target,
      asText((text) => others.push(JSON.parse(text) as JsonObject)),
    );
    await session.feed('{"execute": "qmp_capabilities"}');
    await other.feed('{"execute": "qmp_capabilities"}');
    await session.feed('{"execute": "cont", "id": 5}');
    assert.deepEqual(
      said.slice(2).map((each) => each['event'] ?? each['id']),
      ['RESUME', 5],
    );
    assert.deepEqual(
      others.slice(2).map((each) => each['event']),
      ['RESUME'],
    );
    session.close();
    target.stop();
    assert.equal(said.length, 4);
    assert.equal(others.length, 4);
    other.close();
    assert.equal(target.listeners, 0);
  });

  test('answers keep the order of the commands, the slow ones included', async () => {
    const { session, said } = open();
    await session.feed('{"execute": "qmp_capabilities"}');
    const commands = ['query-block', 'query-name', 'query-block', 'nope', 'query-status'];
    const fed = commands.map((name, id) => session.feed(JSON.stringify({ execute: name, id })));
    await Promise.all(fed);
    assert.deepEqual(
      said.slice(2).map((each) => each['id']),
      [0, 1, 2, 3, 4],
    );
  });

  test('bytes may be cut anywhere', async () => {
    const { session, said } = open();
    const bytes = new TextEncoder().encode(
      '{"execute": "qmp_capabilities", "id": "é"}{"execute": "query-name", "id": "😀"}',
    );
    for (const byte of bytes) await session.feed(Uint8Array.of(byte));
    assert.deepEqual(
      said.slice(1).map((each) => each['id']),
      ['é', '😀'],
    );
  });

  test('a bug in a command is answered, and told to whoever made the session', async () => {
    const bugs: unknown[] = [];
    const { target, session, said } = open({ onBug: (error) => bugs.push(error) });
    target.cpus = () => {
      throw new TypeError('oops');
    };
    await session.feed(
      '{"execute": "qmp_capabilities"}{"execute": "query-cpus-fast", "id": 1}{"execute": "query-name"}',
    );
    assert.equal(bugs.length, 1);
    assert.deepEqual(said[2], { error: { class: 'GenericError', desc: 'internal error: TypeError: oops' }, id: 1 });
    assert.ok('return' in said[3]!);
  });
});

suite('HMP', () => {
  const open = (options: { focus?: boolean } = {}): { session: HmpSession; said: () => string } => {
    let output = '';
    const session = new HmpSession(new FakeTarget(), { write: (text) => (output += text) }, options);
    return {
      session,
      said: () => {
        const said = output;
        output = '';
        return said;
      },
    };
  };

  test('typing is echoed as clients expect it', async () => {
    const { session, said } = open();
    assert.match(said(), /^Tinamou [\d.]+ monitor - type 'help' for more information\r\n\(qemu\) $/);
    await session.feed('in');
    assert.equal(said(), 'i\x1b[K\x1b[Din\x1b[K');
    await session.feed(Uint8Array.of(0x7f, 0x08, 0x08, 0x03));
    assert.equal(said(), '\x1b[D\x1b[Di\x1b[K\x1b[D\x1b[K');
    await session.feed('\x1b[A\x1bOP\r');
    assert.equal(said(), '\r\n(qemu) ');
    await session.feed('info name\n');
    assert.ok(said().endsWith('info name\x1b[K\r\npartridge\r\n(qemu) '));
  });

  test('lines are edited, come back, and are completed', async () => {
    const { session, said } = open();
    /** What the keys do: the answers, or the line as it is on the screen. */
    const press = async (keys: string): Promise<string> => {
      said();
      await session.feed(keys);
      return said();
    };
    const last = (text: string): string => text.slice(text.lastIndexOf('\x1b[D') + 3);
    assert.match(await press('ifo name\x1b[D\x1b[1~\x1b[Cn\r'), /partridge/);
    assert.match(await press('info uuid\r'), /00112233/);
    assert.match(await press('\x1b[A\x1b[A\r'), /partridge/);
    assert.match(await press('\x10\x10\x0e\x0e\x15info sta\x1b[H\x1b[3~\x1b[F\x17\x15\r'), /\(qemu\) $/);
    assert.equal(last(await press('info na\t')), 'info name \x1b[K');
    assert.ok((await press('\x15info sta\t\t')).endsWith('stats   status\r\n(qemu) info stat\x1b[K'));
    assert.equal(last(await press('\x15info stats v\tc\t')), 'info stats vcpu \x1b[K');
    assert.equal(last(await press('\x15qom-get /machine/per\t')), 'qom-get /machine/peripheral\x1b[K');
    assert.equal(last(await press('\x15chardev-rem\tser\t')), 'chardev-remove serial0 \x1b[K');
    assert.equal(await press('\x15nope\t').then(last), 'nope\x1b[K');
    assert.match(await press('\x15info history\r'), /0: 'info uuid'\r\n1: 'info name'\r\n2: 'info history'/);
  });

  test('a shared terminal is greeted when it is first ours', async () => {
    const { session, said } = open({ focus: false });
    assert.equal(said(), '');
    session.focus();
    assert.match(said(), /^Tinamou .*\r\n\(qemu\) $/);
    await session.feed('info na');
    said();
    session.blur();
    session.focus();
    assert.equal(said(), '\r\n(qemu) ');
    await session.feed('\n');
    assert.equal(said(), '\r\n(qemu) ');
  });

  test('what is typed while a command runs waits for it', async () => {
    const { session, said } = open();
    void session.feed('info block\ninfo name\n');
    await session.feed('info uuid\n');
    const order = [...said().matchAll(/d\.img|partridge|00112233/g)].map(([what]) => what);
    assert.deepEqual(order, ['d.img', 'd.img', 'partridge', '00112233']);
  });
});
