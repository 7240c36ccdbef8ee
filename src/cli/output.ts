/** Where commands print: results to stdout, complaints to stderr. */
const guarded = new WeakSet<NodeJS.WriteStream>();

function write(stream: NodeJS.WriteStream, text: string): void {
  if (!guarded.has(stream)) stream.on('error', onError);
  guarded.add(stream);
  stream.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** Whoever reads may go away early (`evenkeel check | head`): what is not wanted any more is no error. */
function onError(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

export function print(text: string): void {
  write(process.stdout, text);
}

export function complain(text: string): void {
  write(process.stderr, text);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}
