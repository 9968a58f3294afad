/** The page: a machine whose console is a text area. */
import { createMachine, type WebMachine } from '../../src/web/index.ts';

/** How often the line below the console is brought up to date. */
const STATUS_MS = 500;
/** Characters of output that the page keeps. */
const SCROLLBACK = 200_000;
/** Keys that are no character, and what a terminal sends for them. */
const KEYS: Readonly<Record<string, string>> = {
  Enter: '\r',
  Backspace: '\x7f',
  Tab: '\t',
  Escape: '\x1b',
  ArrowUp: '\x1b[A',
  ArrowDown: '\x1b[B',
  ArrowRight: '\x1b[C',
  ArrowLeft: '\x1b[D',
};

const element = <T extends HTMLElement>(id: string): T => document.querySelector<T>(`#${id}`)!;
const screen = element<HTMLTextAreaElement>('console');
const status = element('status');
const start = element<HTMLButtonElement>('start');
const quit = element<HTMLButtonElement>('quit');

/** Shows what the guest prints. A text area knows no control characters. */
async function show(readable: ReadableStream<Uint8Array>): Promise<void> {
  const decoder = new TextDecoder();
  for await (const bytes of readable) {
    // oxlint-disable-next-line no-control-regex
    const text = decoder.decode(bytes, { stream: true }).replaceAll(/\r|\x1b\[[\d;?]*[A-Za-z]/g, '');
    screen.value = (screen.value + text).slice(-SCROLLBACK);
    screen.scrollTop = screen.scrollHeight;
  }
}

/** What a terminal sends for a key, or nothing. */
function sequence({ key, ctrlKey, altKey, metaKey }: KeyboardEvent): string | undefined {
  if (altKey || metaKey) return undefined;
  if (ctrlKey) return /^[a-z]$/i.test(key) ? String.fromCharCode(key.toUpperCase().charCodeAt(0) & 0x1f) : undefined;
  return [...key].length === 1 ? key : KEYS[key];
}

async function run(machine: WebMachine): Promise<void> {
  const keyboard = machine.console.writable.getWriter();
  const encoder = new TextEncoder();
  screen.onkeydown = (event) => {
    const keys = sequence(event);
    if (keys === undefined) return;
    event.preventDefault();
    void keyboard.write(encoder.encode(keys));
  };
  quit.onclick = () => void machine.quit();
  const tell = (): void => {
    const { tcg } = machine.statistics();
    status.textContent = `${machine.state}, ${Number(tcg?.['instructions']).toLocaleString('en')} instructions`;
  };
  const timer = setInterval(tell, STATUS_MS);
  try {
    machine.start();
    screen.focus();
    await Promise.all([show(machine.console.readable), machine.ended]);
  } finally {
    clearInterval(timer);
  }
  tell();
}

async function chosen(id: string): Promise<Uint8Array | undefined> {
  const file = element<HTMLInputElement>(id).files?.[0];
  return file && new Uint8Array(await file.arrayBuffer());
}

async function boot(): Promise<void> {
  const [kernel, initrd] = await Promise.all([chosen('kernel'), chosen('initrd')]);
  const bios = element<HTMLSelectElement>('firmware').value === 'none' ? 'none' : 'builtin';
  const machine = await createMachine({
    memory: 256 * 2 ** 20,
    bios,
    ...(kernel && { kernel }),
    ...(initrd && { initrd }),
    append: element<HTMLInputElement>('append').value,
    noReboot: true,
  });
  await run(machine);
}

element<HTMLFormElement>('settings').onsubmit = (event) => {
  event.preventDefault();
  screen.value = '';
  start.disabled = true;
  quit.disabled = false;
  void boot()
    .catch((error: unknown) => {
      status.textContent = String(error instanceof Error ? error.message : error);
    })
    .finally(() => {
      start.disabled = false;
      quit.disabled = true;
    });
};
