/** A line that a person typed cannot be understood. The message is printed, and a hint after it. */
export class HmpError extends Error {
  override readonly name = 'HmpError';
}
