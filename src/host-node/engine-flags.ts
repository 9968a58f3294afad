/**
 * What of this process's flags V8's code depends on, as one text: it refuses code that was made with others. How many
 * threads it has for itself follows from the processors that we may use now, and changes nothing.
 */
export function engineFlags(): string {
  const { execArgv, env } = process;
  const flags = execArgv.filter((flag) => !flag.startsWith('--v8-pool-size='));
  return JSON.stringify([env['NODE_OPTIONS'] ?? '', ...flags]);
}
