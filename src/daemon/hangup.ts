/** SIGHUP from the first moment on: it must not end a process that only begins, and what it asks for must not be lost. */

let act: (() => void) | undefined;
let isWaiting = false;

/** Before anything else is loaded. */
export function holdHangups(): void {
  process.on('SIGHUP', () => {
    if (act) act();
    else isWaiting = true;
  });
}

/** At each SIGHUP from now on, and at once where one waits. */
export function onHangup(then: () => void): void {
  if (process.listenerCount('SIGHUP') === 0) holdHangups();
  act = then;
  if (isWaiting) then();
  isWaiting = false;
}
