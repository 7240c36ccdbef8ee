/** The state file's text: epoch, lease and known slaves, with a version. What does not fit is refused as a whole. */
import * as z from 'zod/mini';
import { ID_PATTERN } from '../base/ids.js';
import { parseJson } from '../base/json.js';
import { BLOCK_FROM, BOOST_MAX_MS, CHARGE_MODES, PRIORITY_MAX } from '../base/operator-action.js';
import { fail, ok, type Result } from '../base/result.js';
import { WIRINGS } from '../base/rotation.js';
import type { Memory } from '../dlm/group/memory.js';
import { REST_CAUSES } from '../dlm/group/rest.js';
import { EPOCH_MAX } from '../dlm/masters/mastership.js';

const FORMAT = 1;
const AMPS_MAX = 1000;
const LEASE_MAX_MS = 60_000;
/** A boot id and a number. */
const SESSION_MAX = 64;
const BOOT_ID = /^[0-9a-f]{16}$/;

const amps = z.number().check(z.minimum(0), z.maximum(AMPS_MAX));

const notNegative = z.number().check(z.minimum(0));

const sessionSchema = z.object({
  bootId: z.string().check(z.regex(BOOT_ID)),
  sessionId: z.int().check(z.minimum(0), z.maximum(0xffff_ffff)),
  tauMs: notNegative,
  pluggedInMs: notNegative,
  chargingMs: notNegative,
  energyWh: notNegative,
  isCharging: z.boolean(),
  powerW: notNegative,
});

const slaveSchema = z.object({
  id: z.string().check(z.regex(ID_PATTERN)),
  adopted: z.boolean(),
  maxA: amps,
  disconnectedLimitA: amps,
  phases: z.literal([1, 2, 3]),
  rotation: z.enum(WIRINGS),
  isDuplicate: z.optional(z.boolean()),
  session: z.optional(sessionSchema),
  rest: z.optional(z.enum(REST_CAUSES)),
});

const ampsOfPhases = z.tuple([amps, amps, amps]);
const session = z.string().check(z.maxLength(SESSION_MAX));
const id = z.string().check(z.regex(ID_PATTERN));

const settingsSchema = z.object({
  version: z.optional(
    z.object({
      revision: z.int().check(z.minimum(0), z.maximum(0xffff_ffff)),
      author: z.string().check(z.regex(BOOT_ID)),
    }),
  ),
  section14a: z.optional(z.boolean()),
  circuits: z.array(z.object({ id: z.string(), operatorLimitA: ampsOfPhases })),
  chargePoints: z.array(
    z.object({
      id,
      operatorA: z.optional(amps),
      mode: z.optional(z.enum(CHARGE_MODES)),
      isPaused: z.optional(z.boolean()),
      block: z.optional(z.object({ from: z.enum(BLOCK_FROM), goesOn: z.optional(session) })),
      priority: z.optional(z.object({ value: z.int().check(z.minimum(1), z.maximum(PRIORITY_MAX)), session })),
      boost: z.optional(z.object({ leftMs: z.number().check(z.minimum(0), z.maximum(BOOST_MAX_MS)), session })),
    }),
  ),
});

/** Keys that are not ours are left behind. */
const stateSchema = z.object({
  format: z.literal(FORMAT),
  epoch: z.int().check(z.minimum(0), z.maximum(EPOCH_MAX)),
  leaseMs: z.number().check(z.minimum(1), z.maximum(LEASE_MAX_MS)),
  slaves: z.array(slaveSchema),
  settings: z.optional(settingsSchema),
});

export function memoryText(memory: Memory): string {
  return JSON.stringify({ format: FORMAT, ...memory }, null, 1);
}

/** `undefined` in, `undefined` out: there was no file. */
export function parseMemory(text: string | undefined): Result<Memory | undefined> {
  if (text === undefined) return ok(undefined);
  const value = parseJson(text);
  if (value === undefined) return fail('the state file is not JSON');
  const state = z.safeParse(stateSchema, value);
  if (!state.success) return fail('the state file has another format, or values out of range');
  const { format, ...memory } = state.data;
  return ok(memory);
}
