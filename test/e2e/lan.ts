/**
 * A LAN of network namespaces: each machine has an interface eth0 on one bridge, which sits in a namespace of its own:
 * nothing of it touches the machine that the test runs on.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import type { Command } from './bench.js';

const PREFIX = 'evenkeel-e2e-';
const BRIDGE = 'br0';
const NAMESPACES = '/run/netns';

function ip(...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${error?.message ?? stderr}`);
}

/** Why there can be none here; `undefined` where it works. */
export function lanMissing(): string | undefined {
  const name = `${PREFIX}${process.pid}-probe`;
  try {
    ip('netns', 'add', name);
    ip('netns', 'del', name);
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message.trim() : error;
    return `no network namespaces (root and iproute2 are needed): ${why}`;
  }
}

/** What a run left behind that could not end in order: its process is gone. */
function removeLeftovers(): void {
  const names = readdirSync(NAMESPACES).filter((name) => name.startsWith(PREFIX));
  for (const name of names) {
    const pid = Number(name.slice(PREFIX.length).split('-')[0]);
    if (!isAlive(pid)) spawnSync('ip', ['netns', 'del', name]);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export class Lan {
  readonly #names: string[] = [];
  readonly #prefix: string;
  readonly #removeAll = (): void => this.remove();

  /** Machines have the addresses 10.77.0.1, 10.77.0.2 and so on, in this order. Throws when it cannot be made. */
  constructor(machines: readonly string[]) {
    this.#prefix = `${PREFIX}${process.pid}-`;
    process.once('exit', this.#removeAll);
    removeLeftovers();
    try {
      this.#make(machines);
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  #make(machines: readonly string[]): void {
    this.#add('bridge');
    ip('-n', this.#name('bridge'), 'link', 'add', BRIDGE, 'type', 'bridge');
    ip('-n', this.#name('bridge'), 'link', 'set', BRIDGE, 'up');
    machines.forEach((machine, index) => {
      this.#add(machine);
      const peer = ['peer', 'name', machine, 'netns', this.#name('bridge')];
      ip('-n', this.#name(machine), 'link', 'add', 'eth0', 'type', 'veth', ...peer);
      ip('-n', this.#name('bridge'), 'link', 'set', machine, 'master', BRIDGE, 'up');
      ip('-n', this.#name(machine), 'address', 'add', `10.77.0.${index + 1}/24`, 'broadcast', '+', 'dev', 'eth0');
      ip('-n', this.#name(machine), 'link', 'set', 'eth0', 'up');
    });
  }

  #name(machine: string): string {
    return this.#prefix + machine;
  }

  #add(machine: string): void {
    ip('netns', 'add', this.#name(machine));
    this.#names.push(this.#name(machine));
  }

  /** The same program, but on that machine. */
  on(machine: string, command: Command): Command {
    return ['ip', 'netns', 'exec', this.#name(machine), ...command];
  }

  /** `ip link set eth0 down` on the machine itself. */
  setInterface(machine: string, state: 'up' | 'down'): void {
    ip('-n', this.#name(machine), 'link', 'set', 'eth0', state);
  }

  /** The other end of the machine's cable: the machine loses its carrier. */
  setCable(machine: string, state: 'up' | 'down'): void {
    ip('-n', this.#name('bridge'), 'link', 'set', machine, state);
  }

  remove(): void {
    process.off('exit', this.#removeAll);
    for (const name of this.#names.splice(0)) spawnSync('ip', ['netns', 'del', name]);
  }
}
