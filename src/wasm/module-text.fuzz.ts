import { MalformedModule } from './byte-reader.ts';
import { Code } from './code.ts';
import { ModuleBuilder } from './module.ts';
import { I32, I64, OP } from './opcodes.ts';
import { printModule } from './print.ts';

function small(): Uint8Array {
  const builder = new ModuleBuilder();
  const type = builder.type([I32], [I32]);
  const imported = builder.importFunction('js', 'f', type);
  builder.importMemory('env', 'memory', { pages: 2, width: 32 });
  builder.importTable('env', 'table', 1);
  const code = new Code();
  const out = code.block();
  code.get(0).memory(OP.i64_load, 300).set(1).get(0).brIf(out, false).get(0).brTable([out], out).end();
  code.i64(-70_000).op(OP.drop).get(0).call(imported);
  builder.exportFunction('b0', builder.function(type, [I64, I32], code));
  return builder.build();
}

/** The text of a module, for any bytes. */
export const target = {
  name: 'module-text',
  run(bytes: Uint8Array): void {
    try {
      printModule(bytes);
    } catch (error) {
      if (!(error instanceof MalformedModule)) throw error;
    }
  },
  seeds: () => [small()],
};
