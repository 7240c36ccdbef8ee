/** How far a run is, on a terminal; nothing of it is part of the result. */
const EVERY_MS = 1_000;

export interface Progress {
  /** `nowMs`: in the virtual world. */
  tell(nowMs: number): void;
  end(): void;
}

export function runProgress(durationMs: number): Progress {
  const { stderr } = process;
  const startedMs = performance.now();
  let toldMs = startedMs;
  return {
    tell: (nowMs) => {
      const realMs = performance.now();
      if (!stderr.isTTY || realMs - toldMs < EVERY_MS) return;
      toldMs = realMs;
      const percent = Math.floor((100 * nowMs) / durationMs);
      stderr.write(`\r${percent} %, ${(nowMs / (realMs - startedMs)).toFixed(0)} x real time `);
    },
    end: () => {
      if (stderr.isTTY) stderr.write('\r\x1b[K');
    },
  };
}
