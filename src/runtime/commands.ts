/** What people ask of the running master, done on the core; an answer comes after the state file knows of the change. */
import { rotationOf } from '../base/rotation.js';
import { guessText, nearest } from '../base/nearest.js';
import type { OperatorAction } from '../base/operator-action.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Ms } from '../base/units.js';
import type { Controller } from '../dlm/controller.js';
import type { SlaveRecord } from '../dlm/group/slave-record.js';
import type {
  Change,
  Cleared,
  CommandPort,
  InputOrder,
  InputSet,
  SilentChargePoint,
  SlaveEntry,
  StatusAnswer,
  UnreadPeer,
} from '../ports/commands.js';
import type { PeerAddress } from '../ports/datagram-port.js';
import type { SiteStatus } from '../ports/status-sink.js';
import type { MemoryKeeper } from './memory-keeper.js';
import type { InputNews } from './recorder/types.js';
import { claimantOf, silenceCause } from './silence-cause.js';
import type { UnreadPeers } from './unread-peers.js';

const NO_STATE_DIRECTORY =
  'adopt needs a state directory (evenkeel run --state-dir): without one nobody knows after a restart what it was granted';

export interface CommandParts {
  readonly controller: Controller;
  readonly keeper: MemoryKeeper;
  readonly addresses: Map<string, PeerAddress>;
  readonly now: () => Ms;
  readonly status: () => SiteStatus;
  readonly unread: UnreadPeers;
  readonly isSigned: boolean;
  /** Called when limits may change: a cycle is due at once. */
  readonly onSet: () => void;
  readonly hear: (news: InputNews) => void;
}

export class MasterCommands implements CommandPort {
  readonly #parts: CommandParts;

  constructor(parts: CommandParts) {
    this.#parts = parts;
  }

  status(): StatusAnswer {
    const { controller, unread, now } = this.#parts;
    const silent = controller.records.filter((record) => !record.isOnline(now()));
    const list = unread.list(now());
    return { ...this.#parts.status(), unread: list, silent: silent.map((record) => this.#silent(record, list)) };
  }

  slaves(): readonly SlaveEntry[] {
    const list = this.#parts.unread.list(this.#parts.now());
    return this.#parts.controller.records.map((record) => this.#entry(record, list));
  }

  #silent({ id, status }: SlaveRecord, unread: readonly UnreadPeer[]): SilentChargePoint {
    const { controller, isSigned } = this.#parts;
    const because = silenceCause(id, unread, { networkId: controller.site.networkId, isSigned });
    return { id, wasHeard: status !== undefined, because, address: claimantOf(id, unread)?.address ?? null };
  }

  #entry(record: SlaveRecord, unread: readonly UnreadPeer[]): SlaveEntry {
    const { controller, addresses, now } = this.#parts;
    const { circuit, disconnectedLimitA, maxA, phases, rotation } = record.facts;
    const poll = record.lastPoll;
    const address = addresses.get(record.id);
    const online = record.isOnline(now());
    return {
      id: record.id,
      name: record.facts.name ?? null,
      location: record.facts.location ?? null,
      membership: record.isListed ? 'listed' : record.isAdopted ? 'adopted' : 'waiting',
      circuit,
      online,
      heardAgoMs: poll ? Math.round(now() - poll.receivedAtMs) : null,
      disconnectedLimitA,
      maxA,
      phases,
      rotation: rotationOf(rotation),
      firmware: record.status?.firmware ?? '',
      address: address ? `${address.host}:${address.port}` : null,
      keptBecause: controller.membership.whyKept(record, now()) ?? null,
      silentBecause: online ? null : this.#silent(record, unread).because,
    };
  }

  async adopt(id: string): Promise<Result<Change>> {
    const { controller, keeper } = this.#parts;
    const found = this.#find(id);
    if (!found.ok) return found;
    if (found.value.isAdopted) return ok({ id, changed: false, notWritten: null });
    if (!keeper.isLasting) return fail(NO_STATE_DIRECTORY);
    controller.membership.adopt(found.value);
    return ok({ id, changed: true, notWritten: await this.#written() });
  }

  async forget(id: string): Promise<Result<Change>> {
    const found = this.#find(id);
    if (!found.ok) return found;
    const why = this.#tryForget(found.value);
    if (why !== undefined) return fail(`${id} ${why}`);
    return ok({ id, changed: true, notWritten: await this.#written() });
  }

  async set(id: string, action: OperatorAction): Promise<Result<Change>> {
    const { controller, now, onSet } = this.#parts;
    const { mastership } = controller;
    // Two masters that are told different things within the time of a BEACON would keep one of them only.
    const decider = mastership.isPassive(now()) && mastership.others(now()).find(({ active }) => active);
    if (decider) return fail(`master ${decider.masterId} decides: set it there, this one learns it`);
    const why = controller.operator.apply(id, action, now());
    if (why !== undefined) return fail(why);
    onSet();
    return ok({ id, changed: true, notWritten: await this.#written() });
  }

  async clear(): Promise<Result<Cleared>> {
    const forgotten: string[] = [];
    const kept: { id: string; because: string }[] = [];
    for (const record of this.#parts.controller.records.filter(({ isListed }) => !isListed)) {
      const because = this.#tryForget(record);
      if (because === undefined) forgotten.push(record.id);
      else kept.push({ id: record.id, because });
    }
    return ok({ forgotten, kept, notWritten: forgotten.length > 0 ? await this.#written() : null });
  }

  input(id: string, state: InputOrder): Result<InputSet> {
    const { controller, hear } = this.#parts;
    const ids = (controller.site.inputs ?? []).filter(({ isByCommand }) => isByCommand).map((input) => input.id);
    if (!ids.includes(id)) {
      const names = ids.length === 0 ? 'none is configured' : ids.join(', ');
      const hint = guessText(nearest(id, ids));
      return fail(`expected the id of an input with "command: true" (${names}), got ${JSON.stringify(id)}${hint}`);
    }
    hear({ kind: 'input', id, level: state });
    return ok({ id, state });
  }

  #find(id: string): Result<SlaveRecord> {
    const { records } = this.#parts.controller;
    const record = records.find((each) => each.id === id);
    if (record) return ok(record);
    const near = nearest(
      id,
      records.map((each) => each.id),
    );
    const hint = guessText(near, 'see: evenkeel slaves list');
    return fail(`expected the id of a known charge point, got ${JSON.stringify(id)}${hint}`);
  }

  #tryForget(record: SlaveRecord): string | undefined {
    const why = this.#parts.controller.membership.forget(record, this.#parts.now());
    if (why === undefined) this.#parts.addresses.delete(record.id);
    return why;
  }

  #written(): Promise<string | null> {
    const { controller, keeper } = this.#parts;
    return new Promise((resolve) => keeper.keepNow(controller, (error) => resolve(error ?? null)));
  }
}
