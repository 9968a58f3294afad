import { command as declare, type Command, type CommandArgs, type CommandSpec } from '../qapi/declaration.ts';
import type { Catalog } from './catalog.ts';
import type { MonitorTarget } from './target.ts';

/** What every command of a monitor can reach. */
export interface MonitorContext {
  readonly target: MonitorTarget;
  /** All that can be asked of this monitor. */
  readonly catalog: Catalog;
}

/** What a QMP command can reach besides. */
export interface QmpContext extends MonitorContext {
  /** Ends the negotiation, with the capabilities that the client wants. */
  negotiate(enable: readonly Capability[]): void;
}

/** `oob`: commands that may overtake others. */
export type Capability = 'oob';

export type QmpCommand = Command<QmpContext>;

/** Declares a QMP command: its one declaration, from which all else is derived. */
export const command = <const A extends CommandArgs = Record<never, never>, R = void>(
  name: string,
  spec: CommandSpec<A, R, QmpContext>,
): QmpCommand => declare(name, spec);
