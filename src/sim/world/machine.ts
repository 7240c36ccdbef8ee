/**
 * A machine of the virtual site: its own clocks, its timers and its socket. It can be stopped for good (power cut, kill -9), or
 * stand still for a while (SIGSTOP): then what was due comes late, timers first, and datagrams wait in the socket.
 */
import type { Ms } from '../../base/units.js';
import type { BroadcastPort, DatagramHandler, PeerAddress } from '../../ports/datagram-port.js';
import type { Cancel, Clock, Timers } from '../../ports/time.js';
import type { VirtualTime } from '../virtual-time.js';

/** A real socket buffer holds about as many of our datagrams; later ones are lost. */
const SOCKET_MAX = 512;

interface Waiting {
  readonly bytes: Uint8Array;
  readonly from: PeerAddress;
}

export interface MachineOptions {
  readonly time: VirtualTime;
  /** What the monotonic clock shows at the beginning of time. */
  readonly offsetMs: Ms;
  /** How much faster it runs, as a share. */
  readonly drift: number;
  /** What the wall clock shows then, since 1970. */
  readonly wallOffsetMs: Ms;
}

export class Machine {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Added to the wall clock: somebody sets it, or NTP does. */
  wallShiftMs: Ms = 0;
  /** Called after everything that ran on it. */
  afterEvent: () => void = () => {};
  readonly #time: VirtualTime;
  #isOn = true;
  #isStill = false;
  #isCatchingUp = false;
  #dueTimers: (() => void)[] = [];
  #waiting: Waiting[] = [];
  #handler: DatagramHandler = () => {};

  constructor({ time, offsetMs, drift, wallOffsetMs }: MachineOptions) {
    this.#time = time;
    const { clock, timers } = time.node(offsetMs, drift);
    this.clock = {
      monotonicMs: () => clock.monotonicMs(),
      wallMs: () => Math.floor(wallOffsetMs + time.nowMs + this.wallShiftMs),
    };
    this.timers = { after: (delayMs, call) => this.#after(timers, delayMs, call) };
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  get isStill(): boolean {
    return this.#isStill;
  }

  /** It went on, but what was said meanwhile still waits in the socket. */
  get isCatchingUp(): boolean {
    return this.#isCatchingUp;
  }

  /** For good: nothing that was armed fires, nothing is heard any more. */
  stop(): void {
    this.#isOn = false;
    this.#dueTimers = [];
    this.#waiting = [];
  }

  standStill(): void {
    this.#isStill = true;
  }

  goOn(): void {
    if (!this.#isStill) return;
    this.#isStill = false;
    this.#isCatchingUp = true;
    // As Node's loop does: first the timers that are due, then the sockets.
    const timers = this.#dueTimers;
    this.#dueTimers = [];
    for (const call of timers) this.#run(call);
    this.#time.at(this.#time.nowMs, () => this.#readSocket());
  }

  /** A socket of this machine: what goes out of it goes out by `port`, and nothing does once the machine is off. */
  plug(port: BroadcastPort): BroadcastPort {
    port.subscribe((bytes, from) => this.#hear(bytes, from));
    return {
      send: (to, bytes) => {
        if (this.#isOn) port.send(to, bytes);
      },
      broadcast: (bytes) => {
        if (this.#isOn) port.broadcast(bytes);
      },
      subscribe: (handler) => {
        this.#handler = handler;
      },
      close: () => port.close(),
    };
  }

  #after(timers: Timers, delayMs: Ms, call: () => void): Cancel {
    let isCancelled = false;
    const fire = (): void => {
      if (!isCancelled) call();
    };
    const cancel = timers.after(delayMs, () => {
      if (!this.#isOn) return;
      if (this.#isStill) this.#dueTimers.push(fire);
      else this.#run(call);
    });
    return () => {
      isCancelled = true;
      cancel();
    };
  }

  #hear(bytes: Uint8Array, from: PeerAddress): void {
    if (!this.#isOn) return;
    if (!this.#isStill) this.#run(() => this.#handler(bytes, from));
    else if (this.#waiting.length < SOCKET_MAX) this.#waiting.push({ bytes, from });
  }

  #run(call: () => void): void {
    if (!this.#isOn) return;
    call();
    this.afterEvent();
  }

  #readSocket(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { bytes, from } of waiting) this.#hear(bytes, from);
    this.#isCatchingUp = false;
  }
}
