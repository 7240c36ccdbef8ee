/**
 * Where commands print: results to stdout, complaints to stderr. Files, meters and masters are quoted there, so all of it is
 * made harmless here.
 */
import { harmlessJson, harmlessLines } from '../base/harmless.js';

const guarded = new WeakSet<NodeJS.WriteStream>();

function write(stream: NodeJS.WriteStream, text: string): void {
  if (!guarded.has(stream)) stream.on('error', onError);
  guarded.add(stream);
  const shown = harmlessLines(text);
  stream.write(shown.endsWith('\n') ? shown : `${shown}\n`);
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
  print(harmlessJson(JSON.stringify(value, null, 2)));
}

export function printJsonLine(value: unknown): void {
  print(harmlessJson(JSON.stringify(value)));
}
