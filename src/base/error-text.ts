/** What was thrown, as a text: the message of an error, and of anything else whatever it says of itself. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
