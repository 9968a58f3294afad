/** A JSON document. Integers that a double cannot hold exactly are bigints; a member that is undefined is absent. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [member: string]: Json | undefined;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is wrong with a text that should be JSON; the message is what a QMP client is told. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}
