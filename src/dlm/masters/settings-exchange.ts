/**
 * What people set at run time is known to all masters of a network id, so that one which takes over decides as the other did. A BEACON shows
 * the version of a master's settings. Whoever knows an older one asks, part by part; the later one replaces all that is set (0019).
 */
import { assert, defined } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import type { Ask, Beacon, BootId, Tell } from '../../base/messages.js';
import { setLatest } from '../../base/recent.js';
import { compareVersions, type RememberedSettings, type SettingsVersion } from '../../base/settings.js';
import type { Ms } from '../../base/units.js';
import type { Settings } from '../limits/settings.js';
import type { Notices } from '../notice.js';

/** As many other masters as are remembered. */
const MASTERS_MAX = 8;
/** The site, and more circuits and charge points than a site may have. */
const PARTS_MAX = 4_000;
/** So many parts are asked for at a time. */
const WINDOW = 8;
/** So many ids stand in a line of the log. */
const TOLD_MAX = 5;

export interface ExchangeParts {
  readonly networkId: number;
  readonly masterId: string;
  readonly bootId: BootId;
  readonly settings: Settings;
  readonly notices: Notices;
  readonly onChange: () => void;
}

/** What one master has told so far of one version. */
interface Collection {
  readonly bootId: BootId;
  readonly version: SettingsVersion;
  /** `undefined` until the first answer. */
  readonly parts: number | undefined;
  /** Each part once, in the order in which they came. */
  readonly told: readonly Tell[];
  /** All below were asked for since the last BEACON, or are known. */
  readonly nextPart: number;
}

export class SettingsExchange {
  readonly #parts: ExchangeParts;
  /** By the id of the master that tells. */
  readonly #collections = new Map<string, Collection>();

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  carry(carrier: Carrier): void {
    carrier.values('collections', this.#collections);
  }

  /** What to send to the other master: the answer, or what to ask. */
  hear(message: Beacon | Ask | Tell, nowMs: Ms): readonly (Ask | Tell)[] {
    if (message.masterId === this.#parts.masterId) return [];
    if (message.type === 'beacon') return this.#hearBeacon(message);
    if (message.type === 'tell') return this.#hearTell(message, nowMs);
    const answer = this.#answerTo(message, nowMs);
    return answer ? [answer] : [];
  }

  /** At each BEACON anew, as answers get lost. */
  #hearBeacon({ masterId, bootId, settings: version }: Beacon): readonly Ask[] {
    const { settings } = this.#parts;
    if (!version) return [];
    if (compareVersions(version, settings.version) <= 0) {
      this.#collections.delete(masterId);
      return [];
    }
    const known = this.#collections.get(masterId);
    const isSame = known?.bootId === bootId && compareVersions(known.version, version) === 0;
    const fresh: Collection = { bootId, version, parts: undefined, told: [], nextPart: 0 };
    return this.#ask(masterId, isSame ? { ...known, nextPart: 0 } : fresh, WINDOW);
  }

  /** `undefined`: another version was asked for. In place of a part that is gone the last one shows that it is. */
  #answerTo({ bootId, version, part: asked }: Ask, nowMs: Ms): Tell | undefined {
    const { settings, ...own } = this.#parts;
    if (compareVersions(version, settings.version) !== 0) return undefined;
    const { section14a = false, circuits, chargePoints } = settings.remembered(nowMs);
    const parts = 1 + circuits.length + chargePoints.length;
    const part = Math.min(asked, parts - 1);
    const { networkId } = own;
    const head = { type: 'tell', networkId, masterId: own.masterId, masterBootId: own.bootId, bootId } as const;
    const numbered = { ...head, version, part, parts };
    if (part === 0) return { ...numbered, ...(section14a && { section14a }) };
    const circuit = circuits[part - 1];
    if (circuit) return { ...numbered, target: circuit.id, operatorLimitA: circuit.operatorLimitA };
    const { id: target, ...setting } = defined(chargePoints[part - 1 - circuits.length], `part ${part} of ${parts}`);
    return { ...numbered, target, ...setting };
  }

  /** What to ask next. The last part that was missing sets all of them. */
  #hearTell(tell: Tell, nowMs: Ms): readonly Ask[] {
    const { masterId, masterBootId, bootId, version, part, parts } = tell;
    const collection = this.#collections.get(masterId);
    if (!collection || bootId !== this.#parts.bootId || masterBootId !== collection.bootId) return [];
    const isOurs = compareVersions(version, collection.version) === 0 && part < parts && parts <= PARTS_MAX;
    if (!isOurs) return [];
    // What was set for a vehicle that has gone ends there by itself, and the parts behind it move.
    const isMoved = collection.parts !== undefined && collection.parts !== parts;
    const before = isMoved ? [] : collection.told;
    const told = before.some((known) => known.part === part) ? before : [...before, tell];
    if (told.length === parts) {
      this.#learn(masterId, version, told, nowMs);
      return [];
    }
    const nextPart = isMoved ? 0 : collection.nextPart;
    const isFirst = isMoved || collection.parts === undefined;
    return this.#ask(masterId, { ...collection, parts, told, nextPart }, isFirst ? WINDOW : 1);
  }

  #ask(askedId: string, collection: Collection, count: number): readonly Ask[] {
    const { networkId, masterId, bootId } = this.#parts;
    const { version, parts = 1, told } = collection;
    const known = new Set(told.map(({ part }) => part));
    const asks: Ask[] = [];
    let part = collection.nextPart;
    for (; part < parts && asks.length < count; part++) {
      if (!known.has(part)) asks.push({ type: 'ask', networkId, masterId, bootId, version, part });
    }
    setLatest(this.#collections, askedId, { ...collection, nextPart: part }, MASTERS_MAX);
    assert(this.#collections.size <= MASTERS_MAX, `${this.#collections.size} masters tell what is set`);
    return asks;
  }

  #learn(masterId: string, version: SettingsVersion, tells: readonly Tell[], nowMs: Ms): void {
    const { settings, notices, onChange } = this.#parts;
    this.#collections.delete(masterId);
    // Meanwhile another master may have told of a later one, or people set something here.
    if (compareVersions(version, settings.version) <= 0) return;
    const before = textsOf(settings.remembered(nowMs));
    settings.load(settingsOf(version, tells), nowMs);
    onChange();
    const after = textsOf(settings.remembered(nowMs));
    const changed = [...new Set([...before.keys(), ...after.keys()])].filter((id) => before.get(id) !== after.get(id));
    if (changed.length === 0) return;
    const more = changed.length > TOLD_MAX ? ` and ${changed.length - TOLD_MAX} more` : '';
    const text = `takes over what was set at master ${masterId}: ${changed.slice(0, TOLD_MAX).join(', ')}${more}`;
    notices.add('info', 'OPERATOR', text, { otherMaster: masterId });
  }
}

function settingsOf(version: SettingsVersion, tells: readonly Tell[]): RememberedSettings {
  const section14a = tells.some((tell) => tell.section14a === true);
  const ofTargets = tells.filter(({ target }) => target !== undefined);
  const circuits = ofTargets.flatMap(({ target: id = '', operatorLimitA }) =>
    operatorLimitA ? [{ id, operatorLimitA }] : [],
  );
  const chargePoints = ofTargets
    .filter(({ operatorLimitA }) => operatorLimitA === undefined)
    .map(({ target: id = '', operatorA, mode, isPaused, block, priority, boost }) => ({
      id,
      ...{ operatorA, mode, isPaused, block, priority, boost },
    }));
  return { version, section14a, circuits, chargePoints };
}

/** By id, what is set there, to see what is new. A boost goes on all the time: only whether there is one. */
function textsOf({ section14a = false, circuits, chargePoints }: RememberedSettings): ReadonlyMap<string, string> {
  return new Map([
    ...(section14a ? ([['section 14a', 'on']] as const) : []),
    ...circuits.map(({ id, operatorLimitA }) => [id, JSON.stringify(operatorLimitA)] as const),
    ...chargePoints.map(({ id, boost, ...rest }) => [id, JSON.stringify([rest, boost !== undefined])] as const),
  ]);
}
