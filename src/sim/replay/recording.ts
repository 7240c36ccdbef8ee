/** A recording as it lies in a file: its segments in the order of time, each read only when it is asked for. */
import { fail, ok, type Result } from '../../base/result.js';
import { LineReader, parseHead, type SegmentHead, type Step } from '../../runtime/recorder/lines.js';
import { areaOffset, parseTitle, readArea, type RingLayout, TITLE_BYTES } from '../../runtime/recorder/ring.js';

/** The file, and how its blocks are unpacked. */
export interface RingSource {
  /** Fewer bytes at the end of the file. */
  read(offset: number, length: number): Uint8Array;
  /** Of a segment's payloads one after the other; as far as it goes when it is cut off. Fails when it is too long. */
  inflate(payloads: readonly Uint8Array[]): Result<string>;
}

export interface Segment {
  readonly number: number;
  readonly head: SegmentHead;
  /** Its end was not written whole. */
  readonly isTorn: boolean;
  steps(): Iterable<Result<Step>>;
}

/** Fails when it is no recording, or nothing of it can be read. */
export function openRecording(source: RingSource): Result<readonly Segment[]> {
  const layout = parseTitle(source.read(0, TITLE_BYTES));
  if (!layout.ok) return layout;
  const numbers: number[] = [];
  for (let index = 0; index < layout.value.areas; index++) {
    const area = readArea(source.read(areaOffset(layout.value, index), layout.value.areaBytes));
    if (area && area.segment % layout.value.areas === index) numbers.push(area.segment);
  }
  if (numbers.length === 0)
    return fail('expected at least one whole block, got none: nothing was recorded, or it is damaged');
  numbers.sort((a, b) => a - b);
  const segments: Segment[] = [];
  for (const number of numbers) {
    const segment = openSegment(source, layout.value, number);
    if (!segment.ok) return segment;
    segments.push(segment.value);
  }
  return ok(segments);
}

function openSegment(source: RingSource, layout: RingLayout, number: number): Result<Segment> {
  const area = readArea(source.read(areaOffset(layout, number), layout.areaBytes));
  const lines = linesOf(source, area?.payloads.slice(0, 1) ?? []);
  const head = lines.ok ? parseHead(lines.value[0] ?? '') : lines;
  if (!head.ok) return fail(`segment ${number}: ${head.error}`);
  return ok({
    number,
    head: head.value,
    isTorn: area?.isTorn ?? true,
    steps: () => steps(source, layout, number, head.value),
  });
}

function* steps(source: RingSource, layout: RingLayout, number: number, head: SegmentHead): Iterable<Result<Step>> {
  const area = readArea(source.read(areaOffset(layout, number), layout.areaBytes));
  const lines = linesOf(source, area?.payloads ?? []);
  if (!lines.ok) return yield fail(`segment ${number}: ${lines.error}`);
  const reader = new LineReader(head.atUs);
  for (const [index, line] of lines.value.slice(1).entries()) {
    const step = reader.step(line);
    if (!step.ok) return yield fail(`segment ${number}, line ${index + 2}: ${step.error}`);
    yield step;
  }
}

/** Only whole ones: each ends with a line feed. */
function linesOf(source: RingSource, payloads: readonly Uint8Array[]): Result<readonly string[]> {
  const text = source.inflate(payloads);
  return text.ok ? ok(text.value.split('\n').slice(0, -1)) : text;
}
