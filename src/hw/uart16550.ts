/**
 * 16550A serial port. Sections are those of the PC16550D data sheet (National Semiconductor, June
 * 1995). A byte is sent in no time; receiving is paced by the receiver's FIFO only. The modem lines
 * say that a peer is there and ready.
 */

import { array } from '../mem/struct.ts';
import { device } from './device.ts';
import { cells64 } from './fdt.ts';

/** Input clock of the baud rate generator in Hz, as the device tree tells the guest. */
const CLOCK = 3_686_400;
const FIFO_SIZE = 16;

const IER_DATA = 0x01;
const IER_THR_EMPTY = 0x02;
const IER_LINE_STATUS = 0x04;
const IER_MODEM = 0x08;

const IIR_NONE = 0x01;
const IIR_MODEM = 0x00;
const IIR_THR_EMPTY = 0x02;
const IIR_DATA = 0x04;
const IIR_LINE_STATUS = 0x06;
const IIR_TIMEOUT = 0x0c;
const IIR_FIFOS = 0xc0;

const FCR_ENABLE = 0x01;
const FCR_CLEAR_RX = 0x02;
const FCR_CLEAR_TX = 0x04;
const FCR_STORED = 0xc9;
/** Bytes in the receiver's FIFO that raise the interrupt, by FCR bits 6 and 7 (section 8.5). */
const TRIGGER_LEVELS = [1, 4, 8, 14];

const LCR_DLAB = 0x80;
const MCR_DTR = 0x01;
const MCR_RTS = 0x02;
const MCR_OUT2 = 0x08;
const MCR_LOOP = 0x10;

const LSR_DATA = 0x01;
const LSR_OVERRUN = 0x02;
const LSR_BREAK = 0x10;
const LSR_ERRORS = 0x1e;
const LSR_THR_EMPTY = 0x20;
const LSR_IDLE = 0x40;

const MSR_DELTAS = 0x0f;
const MSR_CTS = 0x10;
const MSR_DSR = 0x20;
const MSR_DCD = 0x80;

export const uart16550 = device(
  'serial-mm',
  {
    doc: '16550A serial port (PC16550D data sheet).',
    size: 8,
    windows: [{ name: 'serial', offset: 0, size: 8, access: { min: 1, max: 8, handlerMax: 8 } }],
    regs: {
      RBR: [0, 'ro', 'receiver buffer', { width: 1 }],
      THR: [0, 'wo', 'transmitter holding register', { width: 1 }],
      DLL: [0, 'rw', 'divisor latch, low byte', { width: 1, when: 'DLAB', reset: 12 }],
      IER: [1, 'rw', 'interrupt enable: data, transmitter empty, line status, modem status', { width: 1 }],
      DLM: [1, 'rw', 'divisor latch, high byte', { width: 1, when: 'DLAB' }],
      IIR: [2, 'ro', 'interrupt identification', { width: 1 }],
      FCR: [2, 'wo', 'FIFO control: enable, clear, receiver trigger level', { width: 1 }],
      LCR: [3, 'rw', 'line control: word length, stop bits, parity, break, divisor latch access', { width: 1 }],
      MCR: [4, 'rw', 'modem control: DTR, RTS, OUT1, OUT2, loopback', { width: 1, reset: MCR_OUT2 }],
      LSR: [5, 'ro', 'line status: data ready, errors, transmitter empty', { width: 1 }],
      MSR: [6, 'ro', 'modem status', { width: 1 }],
      SCR: [7, 'rw', 'scratch', { width: 1 }],
    },
    state: {
      fcr: 'u8',
      lsr: 'u8',
      msr: 'u8',
      /** An emptied transmitter was not reported yet; no byte came for a while. */
      thrEmptyPending: 'u8',
      timeoutPending: 'u8',
      /** The byte that waits for the peer to take it, if there is one. */
      stuck: 'u8',
      shift: 'u8',
      /** Without FIFOs there is one register each way; they are not part of the FIFOs. */
      rbr: 'u8',
      thr: 'u8',
      rxCount: 'u8',
      rxHead: 'u8',
      txCount: 'u8',
      txHead: 'u8',
      rx: array('u8', FIFO_SIZE),
      tx: array('u8', FIFO_SIZE),
    },
    irqs: 1,
    backends: { chardev: { kind: 'char', doc: 'the line' } },
    section: { name: 'serial', version: 3 },
    compatible: ['ns16550a'],
    dt: ({ base, irqs }) => [
      {
        name: `serial@${base.toString(16)}`,
        properties: {
          interrupts: [...irqs],
          'interrupt-parent': [{ ref: 'plic' }],
          'clock-frequency': [CLOCK],
          reg: [...cells64(base), ...cells64(0x100)],
          compatible: 'ns16550a',
        },
      },
    ],
  },
  (d, env) => {
    const line = env.irq(0);
    const port = env.backends.chardev;
    const timeout = env.timer('rx-timeout', () => {
      if (d.rxCount > 0) d.timeoutPending = 1;
      updateLine();
    });

    const usesFifos = (): boolean => (d.fcr & FCR_ENABLE) !== 0;
    const trigger = (): number => (usesFifos() ? TRIGGER_LEVELS[d.fcr >>> 6] : 1);

    /** The interrupt of highest priority, as the low bits of IIR (section 8.6, table IV). */
    function interrupt(): number {
      const { IER } = d;
      if (IER & IER_LINE_STATUS && d.lsr & LSR_ERRORS) return IIR_LINE_STATUS;
      if (IER & IER_DATA && d.timeoutPending) return IIR_TIMEOUT;
      if (IER & IER_DATA && d.lsr & LSR_DATA && (!usesFifos() || d.rxCount >= trigger())) return IIR_DATA;
      if (IER & IER_THR_EMPTY && d.thrEmptyPending) return IIR_THR_EMPTY;
      if (IER & IER_MODEM && d.msr & MSR_DELTAS) return IIR_MODEM;
      return IIR_NONE;
    }

    function updateLine(): void {
      line.set(interrupt() !== IIR_NONE);
    }

    /** Four character times without a byte taken or received raise the timeout (section 8.11). */
    function startTimeout(): void {
      const divisor = d.DLL | (d.DLM << 8) || 1;
      const bits = 1 + 5 + (d.LCR & 3) + ((d.LCR >>> 3) & 1) + 1 + ((d.LCR >>> 2) & 1);
      timeout.arm(env.clock.now() + (4 * bits * divisor * 16 * 1e9) / CLOCK);
    }

    function clearReceiver(): void {
      d.lsr &= ~(LSR_DATA | LSR_BREAK);
      d.rxCount = 0;
      d.timeoutPending = 0;
      timeout.disarm();
    }

    function receive(byte: number): void {
      if (usesFifos()) {
        if (d.rxCount < FIFO_SIZE) d.rx[(d.rxHead + d.rxCount++) % FIFO_SIZE] = byte;
        else d.lsr |= LSR_OVERRUN;
        startTimeout();
      } else {
        // Without FIFOs the newer byte stays (section 8.4, bit 1).
        if (d.lsr & LSR_DATA) d.lsr |= LSR_OVERRUN;
        d.rbr = byte;
      }
      d.lsr |= LSR_DATA;
    }

    /** How many bytes the receiver takes now without losing one. */
    function room(): number {
      if (!usesFifos()) return d.lsr & LSR_DATA ? 0 : 1;
      if (d.rxCount >= FIFO_SIZE) return 0;
      return Math.max(1, trigger() - d.rxCount);
    }

    /** Takes what the line has, up to the trigger level. */
    function listen(): void {
      if (port === undefined || d.MCR & MCR_LOOP) return;
      let changed = false;
      if (port.takeBreak()) {
        // A break is one zero byte with its flag (section 8.4, bit 4).
        receive(0);
        d.lsr |= LSR_BREAK;
        changed = true;
      }
      for (let left = room(); left > 0 && port.available() > 0; left--) {
        receive(port.read());
        changed = true;
      }
      if (changed) updateLine();
    }

    /** Sends what the transmitter holds; false if the peer takes no more now. */
    function send(): boolean {
      for (;;) {
        if (d.stuck === 0) {
          if (d.lsr & LSR_THR_EMPTY) return true;
          d.stuck = 1;
          d.shift = usesFifos() ? d.tx[d.txHead % FIFO_SIZE] : d.thr;
          if (usesFifos()) {
            d.txHead = (d.txHead + 1) % FIFO_SIZE;
            d.txCount = Math.max(1, Math.min(d.txCount, FIFO_SIZE)) - 1;
          }
          if (!usesFifos() || d.txCount === 0) {
            d.lsr |= LSR_THR_EMPTY;
            d.thrEmptyPending = 1;
            updateLine();
          }
        }
        if (d.MCR & MCR_LOOP) {
          receive(d.shift);
          updateLine();
        } else if (port !== undefined) {
          if (!port.canWrite()) return false;
          port.write(d.shift);
        }
        d.stuck = 0;
        if (d.lsr & LSR_THR_EMPTY) d.lsr |= LSR_IDLE;
      }
    }

    function transmit(byte: number): void {
      d.thr = byte;
      if (usesFifos()) {
        // A byte too many pushes out the oldest.
        if (d.txCount >= FIFO_SIZE) {
          d.txHead = (d.txHead + 1) % FIFO_SIZE;
          d.txCount = FIFO_SIZE - 1;
        }
        d.tx[(d.txHead + d.txCount++) % FIFO_SIZE] = byte;
      }
      d.thrEmptyPending = 0;
      d.lsr &= ~(LSR_THR_EMPTY | LSR_IDLE);
      updateLine();
      send();
    }

    function takeFromFifo(): number {
      let byte = 0;
      if (d.rxCount > 0) {
        byte = d.rx[d.rxHead % FIFO_SIZE];
        d.rxHead = (d.rxHead + 1) % FIFO_SIZE;
        d.rxCount--;
      }
      if (d.rxCount > 0) startTimeout();
      else d.lsr &= ~(LSR_DATA | LSR_BREAK);
      d.timeoutPending = 0;
      return byte;
    }

    function takeReceived(): number {
      const byte = usesFifos() ? takeFromFifo() : d.rbr;
      if (!usesFifos()) d.lsr &= ~(LSR_DATA | LSR_BREAK);
      updateLine();
      listen();
      return byte;
    }

    function modemStatus(): number {
      // In loopback the four outputs are the four inputs (section 8.7, bit 4).
      if (d.MCR & MCR_LOOP) {
        return ((d.MCR & 0x0c) << 4) | ((d.MCR & MCR_RTS) << 3) | ((d.MCR & MCR_DTR) << 5);
      }
      const status = d.msr;
      if (status & MSR_DELTAS) {
        d.msr &= ~MSR_DELTAS;
        updateLine();
      }
      return status;
    }

    function controlFifos(value: number): void {
      let clear = value;
      // Switching the FIFOs on or off empties both (section 8.5, bit 0).
      if ((value ^ d.fcr) & FCR_ENABLE) clear |= FCR_CLEAR_RX | FCR_CLEAR_TX;
      if (clear & FCR_CLEAR_RX) clearReceiver();
      if (clear & FCR_CLEAR_TX) {
        d.txCount = 0;
        d.lsr |= LSR_THR_EMPTY;
        d.thrEmptyPending = 1;
      }
      d.fcr = value & FCR_STORED;
      updateLine();
      listen();
    }

    return {
      bank: () => (d.LCR & LCR_DLAB ? 'DLAB' : undefined),
      regs: {
        RBR: { read: takeReceived },
        THR: { write: transmit },
        IER: {
          read: () => d.IER,
          write(value) {
            const changed = (d.IER ^ value) & 0x0f;
            d.IER = value & 0x0f;
            // Enabling the interrupt of an empty transmitter raises it at once.
            if (changed & IER_THR_EMPTY) d.thrEmptyPending = value & IER_THR_EMPTY && d.lsr & LSR_THR_EMPTY ? 1 : 0;
            updateLine();
          },
        },
        IIR: {
          read() {
            const pending = interrupt();
            // Reading it answers the transmitter's interrupt (section 8.6, table IV).
            if (pending === IIR_THR_EMPTY) {
              d.thrEmptyPending = 0;
              updateLine();
            }
            return pending | (usesFifos() ? IIR_FIFOS : 0);
          },
        },
        FCR: { write: controlFifos },
        LSR: {
          read() {
            const status = d.lsr;
            if (status & (LSR_BREAK | LSR_OVERRUN)) {
              d.lsr &= ~(LSR_BREAK | LSR_OVERRUN);
              updateLine();
            }
            return status;
          },
        },
        MCR: {
          read: () => d.MCR,
          write(value) {
            d.MCR = value & 0x1f;
            listen();
          },
        },
        MSR: { read: modemStatus },
      },
      reset() {
        d.lsr = LSR_THR_EMPTY | LSR_IDLE;
        d.msr = MSR_DCD | MSR_DSR | MSR_CTS;
        updateLine();
      },
      poll() {
        send();
        listen();
      },
      loaded() {
        d.rxCount = Math.min(d.rxCount, FIFO_SIZE);
        d.txCount = Math.min(d.txCount, FIFO_SIZE);
        updateLine();
      },
    };
  },
);
