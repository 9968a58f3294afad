import { sbiFunction, u32, type SbiCall, type SbiExtension } from './extension.ts';
import { eventType, HW_CPU_CYCLES, HW_INSTRUCTIONS, isEvent, TYPE_FIRMWARE } from './pmu-events.ts';
import { NO_EVENT } from './pmu-state.ts';
import {
  failed,
  OK,
  ok,
  SBI_ERR_ALREADY_STARTED,
  SBI_ERR_ALREADY_STOPPED,
  SBI_ERR_INVALID_PARAM,
  SBI_ERR_NO_SHMEM,
  SBI_ERR_NOT_SUPPORTED,
  SBI_SUCCESS,
  type SbiResult,
} from './result.ts';

/**
 * Performance monitoring unit, SBI 2.0 chapter 11.
 *
 * Counters: 0 mcycle, 2 minstret, 3 to 31 the mhpmcounters there are, then 16 firmware counters. The
 * first three belong to their events for good. Where the specification and OpenSBI 1.6 part, the
 * answers are OpenSBI's: a firmware counter may be started and stopped twice, reserved flags are
 * ignored, an invalid counter in a set is passed over unless all are, and the cycle and instruction
 * events give their fixed counter whatever the set.
 */
const CYCLE = 0;
const INSTRET = 2;
/** Counters that events are not mapped to: mcycle, time, minstret. */
const FIXED = 0b111;

const SKIP_MATCH = 1n;
const CLEAR_VALUE = 2n;
const AUTO_START = 4n;
const SET_INIT_VALUE = 1n;
const RESET = 1n;
/** Both for start and stop: use the snapshot memory, which we do not offer. */
const SNAPSHOT = 2n;

const CSR_CYCLE = 0xc00;
const FIRMWARE_TYPE = 1n << 63n;
const WIDTH_SHIFT = 12n;

/** The number of the highest set bit; 0 of none. */
function highestBit(mask: bigint): bigint {
  return mask === 0n ? 0n : BigInt(mask.toString(2).length - 1);
}

/** "Set of counters has at least one invalid counter": only the highest is looked at. */
function beyondLast({ pmu }: SbiCall, first: bigint, mask: bigint): boolean {
  return BigInt.asUintN(64, first + highestBit(mask)) >= BigInt(pmu.total);
}

/** The counters of a set that are there, ascending. */
function countersOf({ pmu }: SbiCall, first: bigint, mask: bigint): number[] {
  const counters: number[] = [];
  for (let i = first; mask !== 0n; i++, mask >>= 1n) {
    if ((mask & 1n) !== 0n && i < BigInt(pmu.total)) counters.push(Number(i));
  }
  return counters;
}

function counterInfo({ host, pmu }: SbiCall, counter: number): SbiResult {
  if (counter >= pmu.total) return failed(SBI_ERR_INVALID_PARAM);
  if (counter >= pmu.hardware) return ok(FIRMWARE_TYPE | (63n << WIDTH_SHIFT));
  const { mask, bits } = host.counters;
  const fixed = counter === CYCLE || counter === INSTRET;
  if (!fixed && (mask & (1 << counter)) === 0) return failed(SBI_ERR_INVALID_PARAM);
  return ok((BigInt((fixed ? 64 : bits) - 1) << WIDTH_SHIFT) | BigInt(CSR_CYCLE + counter));
}

function startHardware({ host, hart, pmu }: SbiCall, counter: number, value: bigint | undefined): number {
  if (counter >= pmu.hardware || counter === 1) return SBI_ERR_INVALID_PARAM;
  const inhibit = host.counters.inhibit(hart);
  if ((inhibit & (1 << counter)) === 0) return SBI_ERR_ALREADY_STARTED;
  if (value !== undefined) host.counters.write(hart, counter, value);
  host.counters.setInhibit(hart, (inhibit & ~(1 << counter)) >>> 0);
  return SBI_SUCCESS;
}

function stopHardware({ host, hart, pmu }: SbiCall, counter: number): number {
  if (counter >= pmu.hardware || counter === 1) return SBI_ERR_INVALID_PARAM;
  const inhibit = host.counters.inhibit(hart);
  if ((inhibit & (1 << counter)) !== 0) return SBI_ERR_ALREADY_STOPPED;
  host.counters.setInhibit(hart, (inhibit | (1 << counter)) >>> 0);
  return SBI_SUCCESS;
}

/** A free firmware counter of the set: any counts any event. */
function findFirmware(call: SbiCall, first: bigint, mask: bigint): number | undefined {
  const { pmu, hart } = call;
  return countersOf(call, first, mask).find(
    (counter) => counter >= pmu.hardware && pmu.event(hart, counter) === NO_EVENT,
  );
}

/** The highest free counter of the set that can count the event; programs its mhpmevent. */
function findHardware(call: SbiCall, first: bigint, mask: bigint, event: number): number | undefined {
  const { host, hart, pmu } = call;
  if (first >= BigInt(pmu.hardware)) return undefined;
  if (event === HW_CPU_CYCLES) return CYCLE;
  if (event === HW_INSTRUCTIONS) return INSTRET;
  const map = host.counters.events.find(({ first: low, last }) => low <= event && event <= last);
  if (map === undefined) return undefined;
  const able = map.counters & host.counters.mask & ~FIXED & host.counters.inhibit(hart);
  const counter = countersOf(call, first, mask).findLast(
    (index) => index < pmu.hardware && (able & (1 << index)) !== 0 && pmu.event(hart, index) === NO_EVENT,
  );
  if (counter !== undefined) host.counters.setEvent(hart, counter, BigInt(event));
  return counter;
}

function configure(call: SbiCall, first: bigint, mask: bigint, flags: bigint, event: number): SbiResult {
  const { host, hart, pmu } = call;
  if (beyondLast(call, first, mask) || !isEvent(event)) return failed(SBI_ERR_INVALID_PARAM);
  const firmware = eventType(event) === TYPE_FIRMWARE;
  let counter: number | undefined;
  if ((flags & SKIP_MATCH) !== 0n) {
    // "Unconditionally select the first counter from the set"; one without an event is invalid.
    counter = countersOf(call, first, mask)[0];
    if (counter === undefined || pmu.event(hart, counter) === NO_EVENT) return failed(SBI_ERR_INVALID_PARAM);
    if (firmware !== counter >= pmu.hardware) return ok(counter);
  } else {
    counter = firmware ? findFirmware(call, first, mask) : findHardware(call, first, mask, event);
    if (counter === undefined) return failed(SBI_ERR_NOT_SUPPORTED);
    pmu.setEvent(hart, counter, event);
  }
  if (firmware) {
    if ((flags & CLEAR_VALUE) !== 0n) pmu.setValue(hart, counter, 0n);
    if ((flags & AUTO_START) !== 0n) pmu.setRunning(hart, counter, true);
  } else if (eventType(event) === 0) {
    if ((flags & CLEAR_VALUE) !== 0n) host.counters.write(hart, counter, 0n);
    if ((flags & AUTO_START) !== 0n) startHardware(call, counter, undefined);
  }
  return ok(counter);
}

/** Runs `each` over the configured counters of a set; the answer is that of the last one. */
function forEachConfigured(
  call: SbiCall,
  first: bigint,
  mask: bigint,
  flags: bigint,
  each: (counter: number, firmware: boolean) => number,
): SbiResult {
  const { pmu, hart } = call;
  if (beyondLast(call, first, mask)) return failed(SBI_ERR_INVALID_PARAM);
  if ((flags & SNAPSHOT) !== 0n) return failed(SBI_ERR_NO_SHMEM);
  let error = SBI_ERR_INVALID_PARAM;
  for (const counter of countersOf(call, first, mask)) {
    const event = pmu.event(hart, counter);
    if (event !== NO_EVENT) error = each(counter, eventType(event) === TYPE_FIRMWARE);
  }
  return error === SBI_SUCCESS ? OK : failed(error);
}

function start(call: SbiCall, first: bigint, mask: bigint, flags: bigint, value: bigint): SbiResult {
  const { pmu, hart } = call;
  const initial = (flags & SET_INIT_VALUE) === 0n ? undefined : value;
  return forEachConfigured(call, first, mask, flags, (counter, firmware) => {
    if (!firmware) return startHardware(call, counter, initial);
    if (initial !== undefined) pmu.setValue(hart, counter, initial);
    pmu.setRunning(hart, counter, true);
    return SBI_SUCCESS;
  });
}

function stop(call: SbiCall, first: bigint, mask: bigint, flags: bigint): SbiResult {
  const { host, pmu, hart } = call;
  return forEachConfigured(call, first, mask, flags, (counter, firmware) => {
    let error = SBI_SUCCESS;
    if (firmware) pmu.setRunning(hart, counter, false);
    else error = stopHardware(call, counter);
    if ((flags & RESET) !== 0n && counter > INSTRET) {
      pmu.setEvent(hart, counter, NO_EVENT);
      if (!firmware) host.counters.setEvent(hart, counter, 0n);
    }
    return error;
  });
}

function firmwareRead({ pmu, hart }: SbiCall, counter: number): SbiResult {
  const event = counter < pmu.total ? pmu.event(hart, counter) : NO_EVENT;
  if (event === NO_EVENT || eventType(event) !== TYPE_FIRMWARE) return failed(SBI_ERR_INVALID_PARAM);
  return ok(pmu.value(hart, counter));
}

const set = { counter_idx_base: 'the counter of bit 0', counter_idx_mask: 'which counters' } as const;

export const pmu: SbiExtension = {
  id: 0x504d55,
  name: 'pmu',
  doc: 'Performance monitoring unit, SBI 2.0 chapter 11.',
  functions: [
    sbiFunction(0, 'num_counters', { doc: 'How many counters there are.', run: ({ pmu }) => ok(pmu.total) }),
    sbiFunction(1, 'counter_get_info', {
      doc: 'CSR number in bits 11:0, width less one in bits 17:12, bit 63 set for a firmware counter.',
      args: { counter_idx: 'which counter' },
      run: (call, { counter_idx }) => counterInfo(call, u32(counter_idx)),
    }),
    sbiFunction(2, 'counter_config_matching', {
      doc: 'Finds a free counter of a set that can count the event, and configures it.',
      args: {
        ...set,
        config_flags: '1 take the first, 2 clear its value, 4 start it; filters from bit 3 are hints',
        event_idx: 'the event',
        event_data: 'more about it; no event here has any',
      },
      run: (call, a) => configure(call, a.counter_idx_base, a.counter_idx_mask, a.config_flags, u32(a.event_idx)),
    }),
    sbiFunction(3, 'counter_start', {
      doc: 'Starts counters.',
      args: { ...set, start_flags: '1 set the value first, 2 from the snapshot', initial_value: 'that value' },
      run: (call, a) => start(call, a.counter_idx_base, a.counter_idx_mask, a.start_flags, a.initial_value),
    }),
    sbiFunction(4, 'counter_stop', {
      doc: 'Stops counters.',
      args: { ...set, stop_flags: '1 free the counter, 2 take a snapshot' },
      run: (call, a) => stop(call, a.counter_idx_base, a.counter_idx_mask, a.stop_flags),
    }),
    sbiFunction(5, 'counter_fw_read', {
      doc: 'The value of a firmware counter.',
      args: { counter_idx: 'which counter' },
      run: (call, { counter_idx }) => firmwareRead(call, u32(counter_idx)),
    }),
    sbiFunction(6, 'counter_fw_read_hi', {
      doc: 'The upper half on RV32; always 0 on RV64.',
      args: { counter_idx: 'which counter' },
      run: () => OK,
    }),
    sbiFunction(7, 'snapshot_set_shmem', {
      doc: 'Optional: there is no snapshot memory.',
      run: () => failed(SBI_ERR_NOT_SUPPORTED),
    }),
  ],
};
