import { FAULT, INVALID, OK, packetCommand } from '../command.ts';
import { parseNumber, valueFromHex, valueToHex } from '../hex.ts';
import { andThen } from '../maybe.ts';

const readAll = packetCommand('g', 'The core registers.', (_, { target, registerCpu, registers }) =>
  andThen(registers(), ({ core }) =>
    andThen(
      target.readRegisters(
        registerCpu,
        core.map(({ number }) => number),
      ),
      (values) => core.map(({ bits }, i) => valueToHex(values[i] ?? 0n, bits)).join(''),
    ),
  ),
);

const writeAll = packetCommand('G', 'Writes the core registers.', (text, { target, registerCpu, registers }) =>
  andThen(registers(), ({ core }) => {
    let at = 0;
    const writes: (() => unknown)[] = [];
    for (const { number, bits } of core) {
      const value = valueFromHex(text.slice(at, at + bits / 4));
      at += bits / 4;
      if (value === undefined || at > text.length) break;
      writes.push(() => target.writeRegister(registerCpu, number, value));
    }
    return inOrder(writes);
  }),
);

/** Does one after the other; a register that cannot be written keeps its value. */
const inOrder = ([first, ...rest]: readonly (() => unknown)[]): ReturnType<typeof readAll.run> =>
  first === undefined ? OK : andThen(first(), () => inOrder(rest));

const readOne = packetCommand('p', 'A register by its number.', (text, { target, registerCpu, registers }) => {
  const number = parseNumber(text);
  if (number === undefined) return INVALID;
  return andThen(registers(), (map) => {
    const register = map.find(Number(number));
    if (register === undefined) return FAULT;
    return andThen(target.readRegisters(registerCpu, [register.number]), ([value]) =>
      value === undefined ? FAULT : valueToHex(value, register.bits),
    );
  });
});

const writeOne = packetCommand(
  'P',
  'Writes a register: `number=value`.',
  (text, { target, registerCpu, registers }) => {
    const [left = '', right = ''] = text.split('=', 2);
    const number = parseNumber(left);
    const value = valueFromHex(right);
    if (number === undefined || value === undefined) return INVALID;
    return andThen(registers(), (map) => {
      const register = map.find(Number(number));
      if (register === undefined) return FAULT;
      return andThen(target.writeRegister(registerCpu, register.number, BigInt.asUintN(register.bits, value)), (done) =>
        done ? OK : FAULT,
      );
    });
  },
);

export const registerPackets = [readAll, writeAll, readOne, writeOne];
