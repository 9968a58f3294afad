/**
 * The JSON reader beside native QEMU's: the same bytes, however wrong, get the same errors in the same
 * order. Whatever QEMU reads as a document it echoes, as the id of a command.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { JsonReader } from '../../src/qapi/json-reader.ts';
import { isObject, type Json } from '../../src/qapi/json.ts';
import { writeJson } from '../../src/qapi/json-writer.ts';
import { NativeQmp } from './native-qmp.ts';

/** What QMP answers before it looks at a command. */
function ours(bytes: Uint8Array): string[] {
  const out: string[] = [];
  const reader = new JsonReader({
    document: (value) => out.push(isObject(value) ? 'object' : 'QMP input must be a JSON object'),
    mistake: (error) => out.push(error.message),
  });
  reader.feed(bytes);
  return out;
}

const isAboutCommands = /^QMP input (lacks|member)|^Parameter|^The command/;
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** How bytes that are no text look inside a quotation is nobody's contract. */
const asciiOnly = (text: string): string => text.replace(/[\0\x80-\uffff]/g, '');

/** Closes whatever garbage may have left open, so that the next document is read by itself. */
const MENDED = latin1('\n"\n\'\n]]]]]]]]]]}}}}}}}}}}\n');

test('errors about bytes that are no JSON', async () => {
  await using native = await NativeQmp.start();
  const marks = Array.from('{}[]:,"\'\\ \t\n0123.eE+-;@T');
  const words = ['null', 'true', 'x', '"a":', '{"a":1', '-1', '1.5', '12345678901234567890'];
  const escapes = ['\\u12', '\\ud83d', '"\\ude00"', '\\n', '\\q'];
  const utf8 = [
    '\xc3\xa9',
    '\xc0\x80',
    '\xed\xa0\x80',
    '\xf0\x9f\x98\x80',
    '\x80',
    '\xff',
    '\xfe',
    '\x00',
    '\x01',
    '\x7f',
  ];
  const letters = fc.constantFrom(...marks, ...words, ...escapes, ...utf8);
  const garbage = fc
    .array(letters, { maxLength: 12 })
    .map((parts) => parts.join(''))
    // 0e1 is JSON, but QEMU takes an exponent only after another digit.
    .filter((text) => !/(^|[^\d.])0e/i.test(text))
    .map(latin1);
  await fc.assert(
    fc.asyncProperty(fc.array(garbage, { minLength: 1, maxLength: 20 }), async (texts) => {
      for (const text of texts) {
        const sent = new Uint8Array([...text, ...MENDED]);
        const theirs = (await native.exchange(sent)).map((answer) => {
          const error = answer['error'];
          const description = isObject(error) ? (error['desc'] as string) : 'object';
          return isAboutCommands.test(description) ? 'object' : description;
        });
        assert.deepEqual(
          ours(sent).map(asciiOnly),
          theirs.map(asciiOnly),
          JSON.stringify(new TextDecoder('latin1').decode(text)),
        );
      }
    }),
    { numRuns: 150, seed: 20 },
  );
});

test('values come back as we read them', async () => {
  await using native = await NativeQmp.start();
  const values: Json[] = [
    0,
    -1,
    2n ** 53n,
    9223372036854775807n,
    -9223372036854775808n,
    18446744073709551615n,
    0.1,
    1e300,
    'é😀"\\\u0000\u007f',
    [null, true, { a: [], b: {} }],
  ];
  for (const value of values) assert.equal(writeJson(await native.echo(value)), writeJson(value));
});
