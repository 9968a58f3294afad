import { UserError } from '../base/errors.ts';
import type { MonitorContext } from './command.ts';
import type { HmpContext } from './hmp-command.ts';
import { HmpError } from './hmp-error.ts';
import { HmpLine } from './hmp-line.ts';
import type { Maybe } from './target.ts';

/** Runs lines that a person typed, one after the other. */
export class HmpShell {
  readonly #context: HmpContext;
  #cpu: number;

  constructor({ target, catalog }: MonitorContext, cpu?: number, history: () => readonly string[] = () => []) {
    this.#cpu = cpu ?? target.cpus()[0]?.index ?? 0;
    const cpuNow = (): number => this.#cpu;
    this.#context = {
      target,
      catalog,
      get history() {
        return history();
      },
      format: { letter: 'x', size: 4 },
      get cpu() {
        return cpuNow();
      },
      selectCpu: (index) => {
        this.#cpu = index;
      },
    };
  }

  /** The text to print, with `\n` as line end. A mistake in the line is told in it. */
  execute(text: string): Maybe<string> {
    const line = new HmpLine(text);
    if (line.peek() === '') return '';
    const first = line.match(NAME);
    const isInfo = first === 'info' && line.peek() !== '';
    const typed = isInfo ? `info ${line.match(NAME)}` : first;
    const command = this.#context.catalog.hmpCommand(typed);
    if (command === undefined) return `unknown command: '${line.taken}'\n`;
    const explain = (error: unknown): string => {
      if (error instanceof HmpError) return `${error.message}\nTry "help ${typed}" for more information\n`;
      if (error instanceof UserError) return `Error: ${error.message}\n`;
      throw error;
    };
    try {
      const printed = command.call(line, this.#context);
      return printed instanceof Promise ? printed.catch(explain) : printed;
    } catch (error) {
      return explain(error);
    }
  }
}

/** A slash ends a name, so that `x/4w` is the command x with a format. */
const NAME = /[^\s/]+/;
