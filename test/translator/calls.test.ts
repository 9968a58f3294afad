/** Guest calls: deep and mutual recursion, returns to elsewhere, callees that change code, mapping or stack. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MTIP } from '../../src/mem/interrupts.ts';
import { encode, type Assembler } from './assembler.ts';
import { DATA, Lab, MODES, resumeAt, type LabOptions, type Place } from './lab.ts';
import { RAM, type InterruptEvent } from './machine.ts';
import { PTE, RWX } from './page-table.ts';

const [RA, SP, A0, S0, S1] = [1, 2, 10, 8, 9];
/** The data's first four pages are a stack that grows down from here. */
const STACK = 0x4000;
const LI = (value: number): number => encode('addi', { rd: 5, imm: value });

const call = (asm: Assembler, target: string): Assembler => asm.op('jal', { rd: RA, imm: target });
const ret = (asm: Assembler): Assembler => asm.op('jalr', { rs1: RA });
function enter(asm: Assembler, label: string, ...saved: number[]): void {
  asm.label(label).op('addi', { rd: SP, rs1: SP, imm: -32 });
  [RA, ...saved].forEach((register, i) => asm.op('sd', { rs1: SP, rs2: register, imm: 8 * i }));
}
function leave(asm: Assembler, ...saved: number[]): void {
  [RA, ...saved].forEach((register, i) => asm.op('ld', { rd: register, rs1: SP, imm: 8 * i }));
  ret(asm.op('addi', { rd: SP, rs1: SP, imm: 32 }));
}
/** `a0 = fib(a0)`. */
function fib(asm: Assembler): void {
  asm.label('fib').op('addi', { rd: 5, imm: 2 }).op('bge', { rs1: A0, rs2: 5, imm: 'fib.more' });
  ret(asm);
  enter(asm, 'fib.more', S0, S1);
  call(asm.op('addi', { rd: S0, rs1: A0 }).op('addi', { rd: A0, rs1: A0, imm: -1 }), 'fib');
  call(asm.op('addi', { rd: S1, rs1: A0 }).op('addi', { rd: A0, rs1: S0, imm: -2 }), 'fib');
  leave(asm.op('add', { rd: A0, rs1: A0, rs2: S1 }), S0, S1);
}

function labOf(options: LabOptions, body: (place: Place) => void): Lab {
  return new Lab(options, (place) => {
    place.asm.li(SP, place.data + STACK);
    body(place);
  });
}

for (const mode of MODES) {
  test(`recursion, with interrupts due at every point of it, in ${mode}`, () => {
    const events: InterruptEvent[] = [];
    for (let at = 300, i = 0; i < 400; i++, at += i % 40 === 0 ? 9000 : 17) {
      events.push({ at, bit: MTIP, level: true }, { at: at + 1, bit: MTIP, level: false });
    }
    const lab = labOf({ mode, events, interrupts: 1 << MTIP, rounds: 60 }, ({ asm }) => {
      call(asm.li(A0, 11), 'fib');
      asm.op('add', { rd: 6, rs1: 6, rs2: A0 }).j('over');
      fib(asm);
      asm.label('over');
    });
    assert.equal(lab.check().cpu.x(6), 60 * 89);
  });
}

test('recursion deeper than calls are nested, one function and two, in one page and in two', () => {
  for (const mode of MODES) {
    for (const far of [0, 0x1000]) {
      const lab = labOf({ mode, rounds: 40 }, ({ asm, body }) => {
        // odd and even call each other, 450 deep.
        call(asm.li(A0, 450), 'even');
        asm.op('add', { rd: 6, rs1: 6, rs2: A0 }).j('over');
        enter(asm, 'even', S0);
        asm.op('beq', { rs1: A0, imm: 'even.end' });
        call(asm.op('addi', { rd: S0, rs1: A0 }).op('addi', { rd: A0, rs1: A0, imm: -1 }), 'odd');
        asm.op('add', { rd: A0, rs1: A0, rs2: S0 }).label('even.end');
        leave(asm, S0);
        if (far > 0) asm.at(body + far);
        enter(asm, 'odd', S0);
        call(asm.op('addi', { rd: S0, rs1: A0 }).op('addi', { rd: A0, rs1: A0, imm: -1 }), 'even');
        leave(asm.op('xori', { rd: A0, rs1: A0, imm: 1 }), S0);
        asm.label('over');
      });
      lab.check();
    }
  }
});

test('a callee returns past its caller, and to another place in it', () => {
  for (const mode of MODES) {
    const lab = labOf({ mode, rounds: 400 }, ({ asm, data }) => {
      asm.li(20, data + 0x5000);
      asm.op('sd', { rs1: 20, rs2: SP, imm: 8 }).op('jal', { rd: RA, imm: 'outer' });
      asm.op('addi', { rd: 7, rs1: 7, imm: 1 }).label('landed').op('addi', { rd: 6, rs1: 6, imm: 1 }).j('over');
      enter(asm, 'outer', S0);
      asm.op('sd', { rs1: 20, rs2: RA }).li(A0, 5);
      call(asm, 'inner');
      asm.op('addi', { rd: 6, rs1: 6, imm: 64 });
      leave(asm, S0);
      enter(asm, 'inner', S0);
      asm.op('beq', { rs1: A0, imm: 'jump' });
      call(asm.op('addi', { rd: A0, rs1: A0, imm: -1 }), 'inner');
      leave(asm, S0);
      // In turn to where outer was called, and behind it, out of all the frames between.
      asm.label('jump').op('andi', { rd: 11, rs1: 27, imm: 1 }).op('slli', { rd: 11, rs1: 11, shamt: 2 });
      asm.op('andi', { rd: 12, rs1: 27, imm: 6 }).op('bne', { rs1: 12, imm: 'far' });
      leave(asm, S0);
      asm.label('far').op('ld', { rd: RA, rs1: 20 }).op('ld', { rd: SP, rs1: 20, imm: 8 });
      ret(asm.op('add', { rd: RA, rs1: RA, rs2: 11 }));
      asm.label('over');
    });
    lab.check();
  }
});

test('a callee rewrites its caller, itself, and what its caller calls next', () => {
  for (const mode of MODES) {
    for (const target of ['behind', 'itself', 'sibling']) {
      for (const often of [1, 31]) {
        const lab = labOf({ mode, rounds: 400 }, ({ asm, body }) => {
          const at = { behind: 0x200, itself: 0x300, sibling: 0x1400 }[target]!;
          asm.li(20, body + at).j('start');
          asm.at(body + 0x1fc).label('start');
          call(asm, 'writer');
          asm.word(LI(1)).op('add', { rd: 6, rs1: 6, rs2: 5 });
          call(asm, 'sibling');
          asm.op('slli', { rd: 7, rs1: 6, shamt: 1 }).op('xor', { rd: 6, rs1: 6, rs2: 7 }).j('over');
          asm.at(body + 0x280).label('writer');
          asm.op('andi', { rd: 11, rs1: 27, imm: often }).op('bne', { rs1: 11, imm: 'kept' });
          asm.op('andi', { rd: 7, rs1: 27, imm: 1023 }).op('slli', { rd: 7, rs1: 7, shamt: 20 });
          asm.li(12, LI(0)).op('or', { rd: 7, rs1: 7, rs2: 12 }).op('sw', { rs1: 20, rs2: 7 });
          asm.label('kept').j('tail');
          asm
            .at(body + 0x300)
            .label('tail')
            .word(LI(3));
          ret(asm.op('add', { rd: 6, rs1: 6, rs2: 5 }));
          // So large that it is called and not inlined.
          asm
            .at(body + 0x1400)
            .label('sibling')
            .word(LI(2));
          for (let i = 0; i < 40; i++) asm.op('add', { rd: 6, rs1: 6, rs2: 5 });
          ret(asm).label('over');
        });
        lab.check();
      }
    }
  }
});

test('a callee traps, goes on behind it, and goes on in its caller', () => {
  for (const mode of MODES) {
    const lab = labOf({ mode, rounds: 300 }, ({ asm }) => {
      resumeAt(asm, 'resumed');
      call(asm.li(A0, 3), 'nest');
      asm.label('resumed').op('addi', { rd: 6, rs1: 6, imm: 1 }).j('over');
      enter(asm, 'nest', S0);
      asm.op('beq', { rs1: A0, imm: 'deep' });
      call(asm.op('addi', { rd: A0, rs1: A0, imm: -1 }), 'nest');
      leave(asm.op('addi', { rd: 6, rs1: 6, imm: 4 }), S0);
      asm.label('deep').op('andi', { rd: 11, rs1: 27, imm: 3 }).op('bne', { rs1: 11, imm: 'quiet' });
      asm.op('ecall');
      asm.label('quiet');
      leave(asm, S0);
      asm.label('over');
    });
    lab.check();
    assert.equal(lab.traps().length, 75);
  }
});

test('a callee unmaps the page of its caller, and of what its caller calls', () => {
  for (const page of [1, 2]) {
    const lab = new Lab(
      {
        mode: 'S',
        rounds: 300,
        setup: (machine, table) => {
          const entry = table.entry(0x4000_0000 + page * 4096);
          table.map(0x5100_0000, entry - (entry % 4096), RWX);
          machine.memory.writeU64(DATA + 0x5000, BigInt(0x5100_0000 + (entry % 4096)));
        },
      },
      ({ asm, body, data }) => {
        asm
          .li(SP, data + STACK)
          .li(20, data + 0x5000)
          .op('ld', { rd: 21, rs1: 20 })
          .li(23, body + page * 4096);
        resumeAt(asm, 'resumed');
        call(asm, 'caller');
        asm.label('resumed').j('over');
        asm.at(body + 0x1000);
        enter(asm, 'caller');
        call(asm, 'writer');
        call(asm.op('addi', { rd: 6, rs1: 6, imm: 1 }), 'sibling');
        leave(asm);
        asm.at(body + 0x2000).label('sibling');
        for (let i = 0; i < 40; i++) asm.op('addi', { rd: 6, rs1: 6, imm: 2 });
        ret(asm);
        asm.at(body + 0x3000).label('writer');
        asm.op('andi', { rd: 11, rs1: 27, imm: 7 }).op('bne', { rs1: 11, imm: 'kept' });
        asm.op('ld', { rd: 22, rs1: 21 }).op('xori', { rd: 22, rs1: 22, imm: PTE.X }).op('sd', { rs1: 21, rs2: 22 });
        ret(asm.op('sfence.vma', { rs1: 23 }).label('kept'));
        asm.at(body + 0x4000).label('over');
      },
    );
    lab.check();
    assert.ok(lab.traps().every(({ cause }) => cause === 12));
    assert.ok(lab.traps().length >= 18);
  }
});

test('a thousand coroutines, each some calls deep when it gives way to the next', () => {
  const COROUTINES = 1000;
  const ROOM = 256;
  const CONTEXTS = RAM + 0x10_0000;
  const lab = labOf(
    {
      rounds: 3,
      setup: (machine) => {
        // Each begins at its entry, on a stack of its own, with its number in s0.
        for (let i = 0; i < COROUTINES; i++) {
          const context = CONTEXTS + i * ROOM;
          machine.memory.writeU64(context + 8, BigInt(context + ROOM));
          machine.memory.writeU64(context + 16, BigInt(i));
        }
      },
    },
    ({ asm }) => {
      // x20: the context in use; x21: the first; x22: behind the last; x24: turns left.
      asm
        .li(21, CONTEXTS)
        .li(22, CONTEXTS + COROUTINES * ROOM)
        .li(24, 12 * COROUTINES)
        .op('addi', { rd: 20, rs1: 21 });
      asm.op('auipc', { rd: 5 }).op('jal', { rd: 11, imm: 'prepare' });
      asm.label('coroutine').li(A0, 4);
      call(asm, 'deep');
      asm.op('add', { rd: S0, rs1: S0, rs2: A0 }).j('coroutine');
      enter(asm, 'deep', S0);
      asm.op('beq', { rs1: A0, imm: 'deep.end' });
      call(asm.op('addi', { rd: A0, rs1: A0, imm: -1 }), 'deep');
      leave(asm.op('add', { rd: A0, rs1: A0, rs2: S0 }), S0);
      asm.label('deep.end');
      call(asm, 'switch');
      leave(asm.op('addi', { rd: A0, rs1: S0, imm: 1 }), S0);
      asm.label('switch').op('addi', { rd: 24, rs1: 24, imm: -1 }).op('beq', { rs1: 24, imm: 'over' });
      asm.op('sd', { rs1: 20, rs2: RA }).op('sd', { rs1: 20, rs2: SP, imm: 8 }).op('sd', { rs1: 20, rs2: S0, imm: 16 });
      asm.op('addi', { rd: 20, rs1: 20, imm: ROOM }).op('bne', { rs1: 20, rs2: 22, imm: 8 }).op('jal', { imm: 8 });
      asm.op('jal', { imm: 8 }).op('addi', { rd: 20, rs1: 21 });
      asm.op('ld', { rd: RA, rs1: 20 }).op('ld', { rd: SP, rs1: 20, imm: 8 }).op('ld', { rd: S0, rs1: 20, imm: 16 });
      asm.op('add', { rd: 6, rs1: 6, rs2: S0 });
      ret(asm);
      // Every context begins at the coroutine, whose address is in x11.
      asm.label('prepare').op('addi', { rd: 12, rs1: 21 });
      asm.label('prepare.loop').op('sd', { rs1: 12, rs2: 11 }).op('addi', { rd: 13, rs1: 12, imm: ROOM });
      asm.op('sd', { rs1: 12, rs2: 13, imm: 8 }).op('addi', { rd: 12, rs1: 13 });
      asm.op('bne', { rs1: 12, rs2: 22, imm: 'prepare.loop' });
      asm.op('addi', { rd: RA, rs1: 11 }).op('addi', { rd: SP, rs1: 21, imm: ROOM });
      asm.op('ld', { rd: S0, rs1: 21, imm: 16 });
      ret(asm).label('over');
    },
  );
  lab.check();
});

test('pointers to functions, always the same one and now and then another', () => {
  for (const mode of MODES) {
    for (const [name, pick] of Object.entries({ changing: 3, rare: 127, late: 0 })) {
      const lab = labOf({ mode, rounds: 700 }, ({ asm, body }) => {
        asm.li(20, body + 0x1000);
        if (name === 'late') asm.op('slti', { rd: 11, rs1: 27, imm: 150 });
        else asm.op('andi', { rd: 11, rs1: 27, imm: pick }).op('sltiu', { rd: 11, rs1: 11, imm: 1 });
        asm.op('slli', { rd: 11, rs1: 11, shamt: 8 }).op('add', { rd: 20, rs1: 20, rs2: 11 });
        asm.op('jalr', { rd: RA, rs1: 20 }).op('add', { rd: 6, rs1: 6, rs2: A0 }).j('over');
        asm.at(body + 0x1000).op('addi', { rd: A0, rs1: 27, imm: 5 });
        ret(asm);
        asm.at(body + 0x1100);
        for (let i = 0; i < 40; i++) asm.op('addi', { rd: A0, rs1: A0, imm: i });
        ret(asm).label('over');
      });
      lab.check();
    }
  }
});

/** A switch of 16 cases, 32 bytes each, over the low bits of x11; ends at `over`. */
function switchOver({ asm, body }: Place, emitCase: (i: number) => void): void {
  asm.op('andi', { rd: 11, rs1: 11, imm: 15 }).op('slli', { rd: 11, rs1: 11, shamt: 5 });
  asm
    .li(20, body + 0x1000)
    .op('add', { rd: 20, rs1: 20, rs2: 11 })
    .op('jalr', { rs1: 20 });
  for (let i = 0; i < 16; i++) {
    asm.at(body + 0x1000 + 32 * i);
    emitCase(i);
  }
}

test('a switch, some cases of which come late', () => {
  for (const mode of MODES) {
    const lab = labOf({ mode, rounds: 100 }, (place) => {
      const { asm } = place;
      asm.li(12, 40).label('loop');
      asm.op('add', { rd: 11, rs1: 12, rs2: 27 });
      // In the first rounds only even ones.
      asm.op('slti', { rd: 13, rs1: 27, imm: 20 }).op('bne', { rs1: 13, imm: 'any' });
      asm.op('slli', { rd: 11, rs1: 11, shamt: 1 }).label('any');
      switchOver(place, (i) => {
        asm.op('slli', { rd: 7, rs1: 6, shamt: 1 }).op('xor', { rd: 6, rs1: 6, rs2: 7 });
        asm.op('addi', { rd: 6, rs1: 6, imm: i }).j(i === 9 ? 'odd' : 'next');
      });
      asm
        .at(place.body + 0x1300)
        .label('odd')
        .op('addi', { rd: 8, rs1: 8, imm: 1 });
      asm.label('next').op('addi', { rd: 12, rs1: 12, imm: -1 }).op('beq', { rs1: 12, imm: 8 }).j('loop');
    });
    lab.check();
  }
});

test('a switch into the middle of instructions, and one whose cases are rewritten', () => {
  for (const mode of MODES) {
    const lab = labOf({ mode, rounds: 800 }, (place) => {
      const { asm } = place;
      asm.op('addi', { rd: 11, rs1: 27 });
      asm.op('andi', { rd: 13, rs1: 27, imm: 255 }).op('bne', { rs1: 13, imm: 'kept' });
      asm.op('andi', { rd: 13, rs1: 27, imm: 1023 }).op('slli', { rd: 13, rs1: 13, shamt: 20 });
      asm.li(14, LI(0)).op('or', { rd: 13, rs1: 13, rs2: 14 });
      asm
        .li(15, place.body + 0x1000 + 32 * 4)
        .op('sw', { rs1: 15, rs2: 13 })
        .label('kept');
      switchOver(place, (i) => {
        if (i % 3 === 0) {
          // Entered at its upper half now and then: `lui x0` of it is `c.addi x5`.
          asm.half(0x0001);
          asm.op('c.addi', { rd: 5, imm: 1 });
        } else asm.word(LI(i));
        asm.op('slli', { rd: 7, rs1: 6, shamt: 1 }).op('xor', { rd: 6, rs1: 6, rs2: 7 });
        asm.op('add', { rd: 6, rs1: 6, rs2: 5 }).j('next');
      });
      asm
        .at(place.body + 0x1300)
        .label('next')
        .li(20, place.body + 0x1402);
      // An instruction and the two in its halves, in turn.
      asm.op('andi', { rd: 13, rs1: 27, imm: 2 }).op('sub', { rd: 20, rs1: 20, rs2: 13 }).op('jalr', { rs1: 20 });
      asm.at(place.body + 0x1400).word(encode('lui', { rd: 7, imm: 0x0285 << 16 }));
      asm.op('add', { rd: 6, rs1: 6, rs2: 7 }).op('add', { rd: 6, rs1: 6, rs2: 5 });
    });
    lab.check();
  }
});

/** A callee that would be inlined finds no room in the region, at whose start the code behind the call is. */
test('more blocks than there is room for, and then a small callee', () => {
  for (const pieces of [35, 36, 37, 38]) {
    for (const more of [0, 1, 2]) {
      const lab = labOf({ rounds: 20, engines: ['oracle', 'regions', 'tier2'] }, ({ asm }) => {
        asm.li(7, 12345).li(14, 200).j('loop');
        asm.label('tail').op('addi', { rd: 9, rs1: 7, imm: 1 }).op('andi', { rd: 9, rs1: 9, imm: 3 });
        call(asm, 'leaf');
        asm.label('loop');
        for (let i = 0; i < pieces; i++) {
          asm.op('slli', { rd: 8, rs1: 7, shamt: 13 }).op('xor', { rd: 7, rs1: 7, rs2: 8 });
          asm.op('srli', { rd: 8, rs1: 7, shamt: 7 }).op('xor', { rd: 7, rs1: 7, rs2: 8 });
          asm.op('andi', { rd: 9, rs1: 7, imm: 1 }).op('beq', { rs1: 9, imm: `skip${i}` });
          asm.op('addi', { rd: 11, rs1: 11, imm: i }).label(`skip${i}`);
        }
        for (let i = 0; i < more; i++) asm.j(`more${i}`).label(`more${i}`);
        asm.op('addi', { rd: 14, rs1: 14, imm: -1 }).op('beq', { rs1: 14, imm: 'over' }).j('tail');
        asm.label('leaf').op('addi', { rd: 10, rs1: 9 }).op('addi', { rd: 11, rs1: 11, imm: 1 });
        asm.label('leaf.loop').op('addi', { rd: 10, rs1: 10, imm: -1 }).op('add', { rd: 6, rs1: 6, rs2: 11 });
        ret(asm.op('blt', { rs2: 10, imm: 'leaf.loop' }));
        asm.label('over').op('add', { rd: 6, rs1: 6, rs2: 11 });
      });
      lab.check();
    }
  }
});
