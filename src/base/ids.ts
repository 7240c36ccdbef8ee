/** Names of charge points, circuits, meters and masters: short, plain, safe in topics, file names and datagrams. */
export const ID_PATTERN = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,32}$/;
export const ID_RULE = '1 to 32 characters out of A-Z, a-z, 0-9, ".", "_", "-"';

export function isId(text: string): boolean {
  return ID_PATTERN.test(text);
}
