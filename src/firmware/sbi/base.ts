import { sbiFunction, type SbiExtension } from './extension.ts';
import { ok } from './result.ts';

/** Version of the specification that the functions follow: major in bits 30:24, minor below. */
export const SPEC_VERSION = 0x0200_0000;

/**
 * "SBI Implementation IDs" (section 4.9) assigns the numbers from 0 up, 11 so far. This one is far
 * from where the list grows: "TINA" in ASCII.
 */
export const IMPLEMENTATION_ID = 0x54494e41;

/** Major version in the upper half, minor in the lower. */
export const IMPLEMENTATION_VERSION = 0x0000_0001;

export const base: SbiExtension = {
  id: 0x10,
  name: 'base',
  doc: 'Base extension, SBI 2.0 chapter 4: what this SBI is and what it can do.',
  functions: [
    sbiFunction(0, 'get_spec_version', {
      doc: 'The version of the specification.',
      run: () => ok(SPEC_VERSION),
    }),
    sbiFunction(1, 'get_impl_id', {
      doc: 'Which implementation this is.',
      run: () => ok(IMPLEMENTATION_ID),
    }),
    sbiFunction(2, 'get_impl_version', {
      doc: 'The version of the implementation.',
      run: () => ok(IMPLEMENTATION_VERSION),
    }),
    sbiFunction(3, 'probe_extension', {
      doc: '1 if the extension is there, else 0.',
      args: { extension_id: 'the EID asked for' },
      run: ({ extensions }, { extension_id }) => ok(extensions.has(extension_id) ? 1 : 0),
    }),
    sbiFunction(4, 'get_mvendorid', { doc: 'The CSR mvendorid.', run: ({ host }) => ok(host.mvendorid) }),
    sbiFunction(5, 'get_marchid', { doc: 'The CSR marchid.', run: ({ host }) => ok(host.marchid) }),
    sbiFunction(6, 'get_mimpid', { doc: 'The CSR mimpid.', run: ({ host }) => ok(host.mimpid) }),
  ],
};
