import { base } from './base.ts';
import { dbcn } from './dbcn.ts';
import type { SbiExtension } from './extension.ts';
import { hsm } from './hsm.ts';
import { ipi } from './ipi.ts';
import { legacyExtensions } from './legacy.ts';
import { pmu } from './pmu.ts';
import { rfence } from './rfence.ts';
import { srst } from './srst.ts';
import { time } from './time.ts';

/** Every extension of the built-in SBI. */
export const extensions: readonly SbiExtension[] = [base, time, ipi, rfence, hsm, srst, pmu, dbcn, ...legacyExtensions];
