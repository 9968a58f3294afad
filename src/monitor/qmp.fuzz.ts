import { asText } from './session.ts';
import { FakeTarget } from './fake-target.ts';
import { HmpSession } from './hmp-session.ts';
import { QmpSession } from './qmp-session.ts';

/** Everything that a client can send, to a connection that has negotiated and to one that has not. */
export function fuzzQmp(data: Uint8Array): void {
  const target = new FakeTarget();
  const wrong: unknown[] = [];
  const onBug = (error: unknown): unknown => wrong.push(error);
  const write = (text: string): void => {
    // Whatever came in, what goes out is one document a line, in ASCII.
    if (!/^\{[\x20-\x7e]*\}\r\n$/.test(text) || !isJson(text)) wrong.push(new Error(`not an answer: ${text}`));
  };
  const fresh = new QmpSession(target, asText(write), { onBug });
  const open = new QmpSession(target, asText(write), { onBug });
  void open.feed('{"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}}');
  void fresh.feed(data);
  void open.feed(data);
  const person = new HmpSession(target, { write: () => {} }, { onBug });
  void person.feed(data);
  fresh.close();
  open.close();
  person.close();
  if (target.listeners > 0) wrong.push(new Error('a closed session still listens'));
  if (wrong.length > 0) throw wrong[0];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const SEEDS = [
  '{"execute": "query-stats", "arguments": {"target": "vcpu", "providers": [{"provider": "tcg", "names": ["parked"]}]}}',
  '{"exec-oob": "query-status", "id": [1, -2.5e3, null, true, "\\u00e9\\ud83d\\ude00"]}',
  `{'execute': 'human-monitor-command', 'arguments': {'command-line': 'info registers -a', 'cpu-index': 1}}`,
  'info/x\n  foo/\ncpu (1+2)*0x3\rinfo stats vm "a,b" tcg\nhelp info\n\x1b[A\x7f',
  '}{[]:,"\\"\'\x00\xff\xc0\x80 01 -1.5e+10 9223372036854775808',
];

export const target = {
  name: 'qmp',
  run: fuzzQmp,
  seeds: (): Uint8Array[] => SEEDS.map((text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0))),
};
