import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { type JsonLimits, JsonReader, QMP_LIMITS } from './json-reader.ts';
import { writeJson } from './json-writer.ts';
import type { Json, JsonError } from './json.ts';

/** What a reader makes of chunks: documents, and mistakes as `{ error }`. */
function read(...chunks: (string | Uint8Array)[]): unknown[] {
  return readWithin(QMP_LIMITS, ...chunks);
}

function readWithin(limits: JsonLimits, ...chunks: (string | Uint8Array)[]): unknown[] {
  const out: unknown[] = [];
  const sink = {
    document: (value: Json): unknown => out.push(value),
    mistake: (error: JsonError): unknown => out.push({ error: error.message.replace('JSON parse error, ', '') }),
  };
  const reader = new JsonReader(sink, limits);
  for (const chunk of chunks) reader.feed(chunk);
  return out;
}

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const plain = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(plain)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]))
      : typeof value === 'bigint'
        ? Number(value)
        : value;

suite('documents', () => {
  const cases: [string, unknown[]][] = [
    ['{}', [{}]],
    [
      '{"a": [1, -2.5, "x", true, false, null, {}], "b": {"c": []}}',
      [{ a: [1, -2.5, 'x', true, false, null, {}], b: { c: [] } }],
    ],
    ['{}{} [] "a" "b" true ', [{}, {}, [], 'a', 'b', true]],
    [`{'single': 'it\\'s "so"'}`, [{ single: `it's "so"` }]],
    ['"\\u00e9\\ud83d\\ude00\\/\\b\\f\\n\\r\\t\\u0000"', ['é😀/\b\f\n\r\t\0']],
    ['12 34\n', [12, 34]],
    ['-0 0 0.5 1e3 1E+3 1.5e-1 ', [0, 0, 0.5, 1000, 1000, 0.15]],
    ['{"__proto__": 1, "constructor": 2}', [JSON.parse('{"__proto__": 1, "constructor": 2}')]],
  ];
  for (const [text, expected] of cases) test(text, () => assert.deepEqual(read(text).map(plain), expected));

  test('64-bit integers are exact, larger ones become doubles', () => {
    const numbers = '9007199254740991 9007199254740992 9223372036854775807 18446744073709551615 -9223372036854775808 ';
    assert.deepEqual(read(numbers), [
      9007199254740991,
      9007199254740992n,
      9223372036854775807n,
      18446744073709551615n,
      -9223372036854775808n,
    ]);
    assert.deepEqual(read('18446744073709551616 -9223372036854775809 1e400 '), [
      18446744073709551616,
      -(2 ** 63),
      Infinity,
    ]);
  });
});

// Each error as native QEMU 7.2 words it; test/peer/monitor-json.test.ts asks it again.
suite('mistakes', () => {
  const stray = (what: string): { error: string } => ({ error: `stray '${what}'` });
  const because = (error: string): { error: string } => ({ error });
  const value = because('expecting value');
  const cases: [string, unknown[]][] = [
    ['{5:6}', [because('key is not a string in object')]],
    ['{"a" 1}', [because('missing : in object pair')]],
    ['{"a":1 "b":2}', [because('expected separator in dict')]],
    ['[1 2]', [because('expected separator in list')]],
    ['[1,]', [value]],
    ['{"a":1,}', [value]],
    ['{"a":}', [value]],
    ['{]', [value]],
    ['{"a":1,"a":2}', [because('duplicate key')]],
    ['nul ', [because("invalid keyword 'nul'")]],
    ['[nullx]', [because("invalid keyword 'nullx'")]],
    ['01\n', [stray('01')]],
    ['-}', [stray('-}')]],
    ['1.}', [stray('1.}')]],
    ['1e+x', [stray('1e+x')]],
    ['[.5]', [stray('.'), value]],
    ['{"a";}', [stray(';'), value]],
    ['TRUE\n{}', [stray('T'), {}]],
    ['"tab\t"', [stray('"tab\t')]],
    ['"abc\n{}', [stray('"abc\n'), {}]],
    ['\0{}', [stray(''), {}]],
    ['\x01{}', [stray('\x01'), {}]],
    ['}', [value]],
    ['{}}{}', [{}, value, {}]],
    ['{"a":[1}]{}', [because('expected separator in list'), {}]],
    ['"\\q"', [because('invalid escape sequence in string')]],
    ['"\\u12"', [because('\\u12" is not a valid Unicode character')]],
    ['"\\ud83d"', [because('\\ud83d is not a valid Unicode character')]],
    ['"\\uD83DA"', [because('\\uD83D is not a valid Unicode character')]],
    ['"\\ud83d\\u0041"', [because('\\ud83d is not a valid Unicode character')]],
    ['"\\ude00"', [because('\\ude00 is not a valid Unicode character')]],
    ['"\\uffff"', [because('\\uffff is not a valid Unicode character')]],
  ];
  for (const [text, expected] of cases)
    test(JSON.stringify(text), () => assert.deepEqual(read(text).map(plain), expected));

  const utf8 = because('invalid UTF-8 sequence in string');
  const byteCases: [string, unknown[]][] = [
    ['"\xc0\x80"', ['\0']],
    ['"\xc0\xaf"', [utf8]],
    ['"\xed\xa0\x80"', [utf8]],
    ['"\xf4\x90\x80\x80"', [utf8]],
    ['"\xe2\x82"', [utf8]],
    ['"\x80"', [utf8]],
    ['"\xf0\x9f\x98\x80"', ['😀']],
    ['\xff{}', [stray('\ufffd'), {}]],
    ['"a\xff\xfe"\n{}', [stray('"a\ufffd'), stray('\ufffd'), {}]],
  ];
  for (const [text, expected] of byteCases)
    test(JSON.stringify(text), () => assert.deepEqual(read(bytes(text)).map(plain), expected));
});

suite('limits', () => {
  const exceeded = (what: string): { error: string } => ({ error: `JSON ${what} limit exceeded` });

  test('nesting', () => {
    assert.equal(read(`${'['.repeat(1024)}${']'.repeat(1024)}`).length, 1);
    assert.deepEqual(read('['.repeat(1025), '{}').map(plain), [exceeded('nesting depth'), {}]);
  });

  const small = { bytes: 100, tokens: 10, depth: 5 };
  const cases: [string, unknown[]][] = [
    [`"${'a'.repeat(98)}"{}`, ['a'.repeat(98), {}]],
    [`"${'a'.repeat(99)}"\n{}`, [exceeded('token size'), {}]],
    [`"${'a'.repeat(300)}\n{}`, [exceeded('token size'), {}]],
    [`["${'a'.repeat(60)}","${'a'.repeat(60)}"\n{}`, [exceeded('token size'), {}]],
    ['[1,2,3,4,[]', [exceeded('token count')]],
    ['[[[[[]]]]]{}', [[[[[[]]]]], {}]],
    ['[[[[[[{}', [exceeded('nesting depth'), {}]],
  ];
  for (const [text, expected] of cases)
    test(`of a small reader: ${text}`, () => assert.deepEqual(readWithin(small, text).map(plain), expected));
});

suite('properties', () => {
  const json = fc.jsonValue({ maxDepth: 6 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);

  test('whatever is written is read back, in one piece or in bytes', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = `${writeJson(value)}\n`;
        assert.match(text, /^[\x20-\x7e]*\n$/);
        assert.deepEqual(read(text).map(plain), [value]);
        assert.deepEqual(
          read(
            ...bytes(text)
              .values()
              .map((byte) => Uint8Array.of(byte)),
          ).map(plain),
          [value],
        );
      }),
    );
  });

  test('64-bit integers survive', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(1n << 63n), max: (1n << 64n) - 1n }), (value) => {
        const [read1] = read(`${writeJson(value)} `);
        assert.equal(BigInt(read1 as number | bigint), value);
      }),
    );
  });

  test('garbage never throws, is the same however it is cut, and is forgotten at the next document', () => {
    const letter = fc.constantFrom(...Array.from('{}[]:,"\'\\ \t\n0123.eE+-truefalsn\x00\x1f\x7f\xc3\xa9\xff'));
    const garbage = fc.array(letter, { maxLength: 40 }).map((letters) => bytes(letters.join('')));
    fc.assert(
      fc.property(garbage, fc.nat(40), (text, cut) => {
        const whole = read(text);
        assert.deepEqual(read(text.subarray(0, cut), text.subarray(cut)), whole);
        // A line end closes what was open in quotes, brackets close the rest.
        const after = read(text, '\n', '"\n', ']}'.repeat(45), '{"still":"here"}');
        assert.deepEqual(plain(after.at(-1)), { still: 'here' });
      }),
    );
  });

  test('text is written in well-formed ASCII even if it is not text', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff)), (units) => {
        const text = String.fromCharCode(...units);
        const written = writeJson(text);
        assert.match(written, /^[\x20-\x7e]*$/);
        assert.equal(JSON.parse(written), text.toWellFormed());
      }),
    );
    assert.equal(writeJson('\ud83d'), '"\\uFFFD"');
    assert.equal(writeJson([Infinity, -Infinity, Number.NaN]), '[1e+999, -1e+999, null]');
    assert.equal(writeJson({ a: undefined, b: [2n ** 63n] }), '{"b": [9223372036854775808]}');
  });
});
