/**
 * Which retained messages the broker still has to hear: the latest value of each topic and nothing older,
 * a bounded number under way. The table is as large as the site (one entry per topic), never larger with time.
 */
import type { Ms } from '../base/units.js';
import type { TopicMessage } from './topics.js';

/** Messages that wait for the broker's acknowledgement at once. */
export const MAX_IN_FLIGHT = 20;
/** How often a topic is sent at most when only its volatile fields (ages, times left) changed. */
export const VOLATILE_PERIOD_MS: Ms = 10_000;

interface Entry {
  readonly topic: string;
  payload: string;
  essence: string;
  /** What the broker has, as far as we know; absent on a new connection. */
  sent: { readonly payload: string; readonly essence: string; readonly atMs: Ms } | undefined;
  inFlight: boolean;
}

export interface Outgoing {
  readonly topic: string;
  /** Empty: the topic is to be cleared. */
  readonly payload: string;
}

export interface Outbox {
  /** Takes over the whole new state. Topics that are missing in it are cleared. */
  update(messages: readonly TopicMessage[], nowMs: Ms): void;
  /** The next message to send, which counts as under way from now on; `undefined` when there is none, or no room. */
  next(nowMs: Ms): Outgoing | undefined;
  /** The broker has it. */
  acknowledged(topic: string): void;
  /** It could not be sent; it is due again with the next update. */
  failed(topic: string): void;
  /** Another connection: nothing is under way, and the broker may have forgotten everything. */
  reset(): void;
}

export function createOutbox(): Outbox {
  const entries = new Map<string, Entry>();
  const due = new Set<string>();
  let inFlight = 0;

  const put = (topic: string, payload: string, essence: string, nowMs: Ms): void => {
    const entry = entries.get(topic) ?? { topic, payload, essence, sent: undefined, inFlight: false };
    entry.payload = payload;
    entry.essence = essence;
    entries.set(topic, entry);
    if (isDue(entry, nowMs)) due.add(topic);
  };
  const land = (topic: string): Entry | undefined => {
    const entry = entries.get(topic);
    if (!entry?.inFlight) return undefined;
    entry.inFlight = false;
    inFlight--;
    return entry;
  };

  return {
    update(messages, nowMs) {
      const present = new Set(messages.map((message) => message.topic));
      for (const message of messages) put(message.topic, message.payload, message.essence, nowMs);
      for (const topic of entries.keys()) if (!present.has(topic)) put(topic, '', '', nowMs);
    },
    next(nowMs) {
      if (inFlight >= MAX_IN_FLIGHT) return undefined;
      for (const topic of due) {
        const entry = entries.get(topic);
        if (entry?.inFlight) continue;
        due.delete(topic);
        if (!entry || !isDue(entry, nowMs)) continue;
        entry.inFlight = true;
        inFlight++;
        entry.sent = { payload: entry.payload, essence: entry.essence, atMs: nowMs };
        return { topic, payload: entry.payload };
      }
      return undefined;
    },
    acknowledged(topic) {
      const entry = land(topic);
      if (entry && entry.payload === '' && entry.sent?.payload === '') entries.delete(topic);
    },
    failed(topic) {
      const entry = land(topic);
      if (entry) entry.sent = undefined;
    },
    reset() {
      inFlight = 0;
      for (const entry of entries.values()) {
        entry.inFlight = false;
        entry.sent = undefined;
        due.add(entry.topic);
      }
    },
  };
}

function isDue(entry: Entry, nowMs: Ms): boolean {
  const { sent } = entry;
  if (!sent || sent.essence !== entry.essence) return true;
  return sent.payload !== entry.payload && nowMs - sent.atMs >= VOLATILE_PERIOD_MS;
}
