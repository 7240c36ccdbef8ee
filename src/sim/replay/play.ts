/** A whole recording, run again from segment to segment: each step as it comes, and what is to be said in between. */
import { CarrierError } from '../../base/carrier.js';
import { errorText } from '../../base/error-text.js';
import { fail, ok, type Result } from '../../base/result.js';
import type { Ms } from '../../base/units.js';
import { type SegmentHead, US_PER_MS } from '../../runtime/recorder/lines.js';
import type { Segment } from './recording.js';
import { type Replayed, Replayer } from './replayer.js';

export type Played =
  /** Another master than before; `isStart`: from its start, else in the middle of its run. */
  | { readonly kind: 'run'; readonly head: SegmentHead; readonly isStart: boolean }
  /** Inputs that are not there: the disk was full or too slow. */
  | { readonly kind: 'missing'; readonly inputs: number; readonly wallMs: Ms }
  | { readonly kind: 'step'; readonly replayed: Replayed }
  /** The end of a segment was not written whole. */
  | { readonly kind: 'torn'; readonly wallMs: Ms }
  /** It cannot be gone on with. */
  | { readonly kind: 'unreadable'; readonly error: string };

/** Ends after the first difference. `version`: of this program. */
export function* playRecording(segments: readonly Segment[], version: string): Iterable<Played> {
  let before: { readonly bootId: string; readonly inputs: number } | undefined;
  for (const segment of segments) {
    const { head } = segment;
    const isStart = head.state === null;
    if (isStart || before?.bootId !== head.bootId) yield { kind: 'run', head, isStart };
    else if (head.inputsBefore > before.inputs) {
      yield { kind: 'missing', inputs: head.inputsBefore - before.inputs, wallMs: head.wallMs };
    }
    const replayer = replayerOf(segment, version);
    if (!replayer.ok) {
      yield { kind: 'unreadable', error: replayer.error };
      return;
    }
    const steps = yield* playSegment(segment, replayer.value);
    if (steps === undefined) return;
    before = { bootId: head.bootId, inputs: head.inputsBefore + steps };
  }
}

/** How many steps it had; `undefined`: it must not be gone on. */
function* playSegment(segment: Segment, replayer: Replayer): Generator<Played, number | undefined> {
  let steps = 0;
  let { wallMs } = segment.head;
  for (const step of segment.steps()) {
    if (!step.ok) {
      yield { kind: 'unreadable', error: step.error };
      return undefined;
    }
    const replayed = replayer.play(step.value);
    steps += 1;
    ({ wallMs } = replayed);
    yield { kind: 'step', replayed };
    if (replayed.difference) return undefined;
  }
  if (segment.isTorn) yield { kind: 'torn', wallMs };
  return steps;
}

function replayerOf({ number, head }: Segment, version: string): Result<Replayer> {
  try {
    return ok(new Replayer(head));
  } catch (error) {
    // Nothing of the head was checked but that it is there.
    if (!(error instanceof CarrierError))
      return fail(`segment ${number}: no master begins with its head: ${errorText(error)}`);
    const what = `segment ${number} begins in the middle of a run, with the state of evenkeel ${head.version}`;
    return fail(`${what}; this one is ${version} and knows other fields: ${error.message}`);
  }
}

/** The segments that are needed to show what was from then on. */
export function segmentsFrom(segments: readonly Segment[], fromWallMs: Ms): readonly Segment[] {
  return segments.filter((_, index) => {
    const next = segments[index + 1];
    return !next || next.head.wallMs > fromWallMs;
  });
}

/** When it begins and ends by the calendar. */
export function spanOf(segments: readonly Segment[]): { readonly fromMs: Ms; readonly untilMs: Ms } {
  const [first, last] = [segments[0], segments.at(-1)];
  if (!first || !last) return { fromMs: 0, untilMs: 0 };
  let lastUs = last.head.atUs;
  for (const step of last.steps()) if (step.ok) lastUs = step.value.timesUs.at(-1) ?? lastUs;
  return { fromMs: first.head.wallMs, untilMs: last.head.wallMs + (lastUs - last.head.atUs) / US_PER_MS };
}
