/** From steps to decisions: what came in since the last one, what changed, what was sent. */
import type { LimitReason } from '../../base/reason.js';
import { isSame } from '../../runtime/recorder/lines.js';
import type { Fields } from '../../runtime/recorder/named.js';
import type { Replayed } from '../../sim/replay/replayer.js';

export interface PointChange {
  readonly id: string;
  /** `undefined`: not known before. */
  readonly fromA: number | undefined;
  readonly limitA: number;
  readonly reason: LimitReason;
}

export interface Sent {
  readonly id: string;
  readonly limitA: number;
}

export interface Decision {
  /** Counts from 1. */
  readonly number: number;
  readonly wallMs: number;
  /** "STATUS", "sample of grid": how often since the last decision that is shown. */
  readonly inputs: ReadonlyMap<string, number>;
  readonly role: string;
  readonly epoch: number;
  readonly isRoleNew: boolean;
  readonly changes: readonly PointChange[];
  /** Grants of another limit than the one before. */
  readonly sent: readonly Sent[];
  /** The others: the same limit, for longer. */
  readonly renewed: number;
}

interface Point {
  readonly limitA: number;
  readonly reason: LimitReason;
}

/** Follows the decisions of now. */
export class DecisionWatch {
  readonly #points = new Map<string, Point>();
  readonly #granted = new Map<string, number>();
  #inputs = new Map<string, number>();
  #sent: Sent[] = [];
  #renewed = 0;
  #role = '';
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get chargePoints(): readonly string[] {
    return [...this.#points.keys()];
  }

  /** Another master, or another place in time: what it says first is no change. */
  startOver(): void {
    this.#points.clear();
    this.#granted.clear();
    this.#inputs = new Map();
    this.#role = '';
  }

  /** The decision that the step came to, when it changed something. */
  take({ step, outputs, wallMs }: Replayed): Decision | undefined {
    const kind = kindOf(step.input.name);
    if (kind !== undefined) this.#inputs.set(kind, (this.#inputs.get(kind) ?? 0) + 1);
    for (const { name, fields } of outputs) if (name.startsWith('grant ')) this.#noteGrant(name.slice(6), fields);
    const cycle = outputs.find(({ name }) => name === 'cycle');
    return cycle && this.#decision(cycle.fields, wallMs);
  }

  #noteGrant(id: string, { limitA }: Fields): void {
    if (this.#granted.get(id) === limitA) this.#renewed += 1;
    else this.#sent.push({ id, limitA: Number(limitA) });
    this.#granted.set(id, Number(limitA));
  }

  #decision(fields: Fields, wallMs: number): Decision | undefined {
    this.#count += 1;
    const changes = Object.entries(fields).flatMap(([key, value]) =>
      key.startsWith('= ') ? this.#change(key.slice(2), value as Point) : [],
    );
    const role = `${String(fields['role'])}, epoch ${String(fields['epoch'])}`;
    const isRoleNew = role !== this.#role;
    if (changes.length === 0 && !isRoleNew && this.#sent.length === 0) return undefined;
    const [inputs, sent, renewed] = [this.#inputs, this.#sent, this.#renewed];
    this.#inputs = new Map();
    this.#sent = [];
    this.#renewed = 0;
    this.#role = role;
    const { epoch } = fields;
    return {
      number: this.#count,
      wallMs,
      inputs,
      role: String(fields['role']),
      epoch: Number(epoch),
      isRoleNew,
      changes,
      sent,
      renewed,
    };
  }

  #change(id: string, now: Point): readonly PointChange[] {
    const before = this.#points.get(id);
    this.#points.set(id, now);
    if (before && before.limitA === now.limitA && isSame(before.reason, now.reason)) return [];
    return [{ id, fromA: before?.limitA, limitA: now.limitA, reason: now.reason }];
  }
}

/** What is told of it: "status cp1" -> "STATUS", "meter grid sample" -> "sample of grid". `undefined`: not worth a word. */
function kindOf(name: string): string | undefined {
  const [kind = '', id, what] = name.split(' ');
  if (kind === 'meter') return `${what} of ${id}`;
  if (kind === 'beacon') return id === undefined ? undefined : `BEACON of ${id}`;
  if (kind === 'status') return 'STATUS';
  return QUIET.has(kind) ? undefined : kind;
}

const QUIET: ReadonlySet<string> = new Set(['tick', 'load']);
