/** Building blocks of the schema: each carries its range and the words for an installer who missed it. */
import * as z from 'zod/mini';
import { DAYS_PATTERN, nearestDays, parseDays } from '../base/calendar.js';
import { ID_PATTERN, ID_RULE } from '../base/ids.js';
import { isTimeZone, nearestTimeZone } from '../base/time-zone.js';
import { PHASE_NAMES } from '../base/units.js';
import { parseConnection } from './connection.js';
import { parseEndpoint } from './endpoint.js';

/** Title and description of each key, for the published JSON Schema. */
export const docs = z.registry<{ title: string; description: string }>();

/** Most that any current in the file may be. */
export const AMPS_MAX = 2500;
/** Most entries of a list, where the schema says nothing smaller. */
export const LIST_MAX = 10_000;

/** Gives a key its title and description. */
export function key<S extends z.core.$ZodType>(title: string, description: string, schema: S): S {
  docs.add(schema, { title, description });
  return schema;
}

/** A group of keys; any other key is an error. */
export function group<Shape extends z.core.$ZodShape>(shape: Shape) {
  const keys = `the keys ${Object.keys(shape).join(', ')}`;
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? `one of ${keys}` : `a group with ${keys}`),
  });
}

export function list<S extends z.core.$ZodType>(what: string, item: S, { atLeast = 0, atMost = LIST_MAX } = {}) {
  const error = atLeast > 0 ? `a list of ${what}, at least ${atLeast}` : `a list of ${what}`;
  const array = z.array(item, { error });
  const most = z.maxLength(atMost, { error: `${error}, at most ${atMost}` });
  // A lower bound of 0 would only be noise in the JSON Schema.
  return atLeast > 0 ? array.check(z.minLength(atLeast, { error }), most) : array.check(most);
}

function numberWithin(low: number, high: number, error: string) {
  return z.number({ error }).check(z.minimum(low, { error }), z.maximum(high, { error }));
}

function wholeWithin(low: number, high: number, error: string) {
  return z.int({ error }).check(z.minimum(low, { error }), z.maximum(high, { error }));
}

export function amps(low: number, high: number) {
  return quantity('a current in A', low, high);
}

export function watts(high: number) {
  return quantity('a power in W', 0, high);
}

export function quantity(what: string, low: number, high: number) {
  return numberWithin(low, high, `${what}, ${low} to ${high}`);
}

/** One number for all phases, or one for each. */
export function phaseAmps() {
  const { one, three, error } = phaseParts(AMPS_MAX, `0 to ${AMPS_MAX}`, '');
  return z.union([one, three], { error });
}

/** One number for all phases together, or one for each. */
export function phaseWatts(high: number) {
  const ofOne = `a power in W, 0 to ${high}`;
  const error = `${ofOne}, or three of them [L1, L2, L3]`;
  const each = numberWithin(0, high, ofOne);
  return z.union([numberWithin(0, high, error), z.tuple([each, each, each], { error })], { error });
}

/** As `phaseAmps`, or a share of the circuit's limit. */
export function phaseAmpsOrShare(high = AMPS_MAX, range = `0 to ${high}`) {
  const { one, three, error } = phaseParts(high, range, ', or a share of the limit such as "10 %"');
  return z.union([one, three, matching(/^(100|\d{1,2}(\.\d{1,3})?) ?%$/, error)], { error });
}

function phaseParts(high: number, range: string, otherwise: string) {
  const ofOne = `a current in A, ${range}`;
  const error = `${ofOne}, or three of them [L1, L2, L3]${otherwise}`;
  const each = numberWithin(0, high, ofOne);
  return { one: numberWithin(0, high, error), three: z.tuple([each, each, each], { error }), error };
}

export function milliseconds(low: number, high: number) {
  return wholeWithin(low, high, `milliseconds as a whole number, ${low} to ${high}`);
}

export function seconds(low: number, high: number) {
  return wholeWithin(low, high, `seconds as a whole number, ${low} to ${high}`);
}

export function minutes(low: number, high: number) {
  return wholeWithin(low, high, `minutes as a whole number, ${low} to ${high}`);
}

export function whole(low: number, high: number) {
  return wholeWithin(low, high, `a whole number, ${low} to ${high}`);
}

/** A number other than 0. */
export function factor(low: number, high: number) {
  const error = `a number other than 0, ${low} to ${high}`;
  return numberWithin(low, high, error).check(z.refine((value) => value !== 0, { error }));
}

export function oneNumber<const Numbers extends readonly number[]>(numbers: Numbers, error: string) {
  return z.literal(numbers, { error });
}

export function udpPort() {
  return wholeWithin(1, 65534, 'a UDP port, 1 to 65534 (the master itself takes the next one)');
}

export function yesNo() {
  return z.boolean({ error: 'true or false' });
}

export function oneWord<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, { error: words.length > 1 ? `one of ${words.join(', ')}` : words[0] });
}

export function phaseCount() {
  return oneNumber([1, 2, 3], 'a number of phases: 1, 2 or 3');
}

const PHASE = 'one of L1, L2, L3';

export function phaseName() {
  return z.enum(PHASE_NAMES, { error: PHASE });
}

/** All phases (true), none (false), or some of them. */
export function somePhases() {
  const error = 'true, false, or a list of phases such as [L1]';
  const some = z.array(phaseName(), { error }).check(z.maxLength(PHASE_NAMES.length, { error }));
  return z.union([z.boolean({ error }), some], { error });
}

function matching(pattern: RegExp, error: string) {
  return z.string({ error }).check(z.regex(pattern, { error }));
}

/** An id, or a reference to one. */
export function id(what: string) {
  return matching(ID_PATTERN, `${what}, ${ID_RULE} (in quotes when it is a number)`);
}

/** Words for people. */
export function title(what = 'a name') {
  const error = `${what} of 1 to 64 characters with a letter or digit (in quotes when it is a number)`;
  const isName = (text: string): boolean => /[\p{L}\p{N}]/u.test(text) && !/\p{Cc}/u.test(text);
  return z.string({ error }).check(z.minLength(1, { error }), z.maxLength(64, { error }), z.refine(isName, { error }));
}

export function filePath(example: string) {
  const error = `an absolute path such as ${example}`;
  return z.string({ error }).check(z.regex(/^\/.{0,1023}$/, { error }));
}

/** The name of a file, absolute or from where this one is. */
export function fileName(what: string) {
  return matching(/^[^\p{C}\p{Zl}\p{Zp}]{1,1024}$/u, what);
}

export function timeOfDay() {
  return matching(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day from 00:00 to 23:59, such as "17:00"');
}

/** 24:00: the end of the day. */
export function endOfPeriod() {
  return matching(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'a time of day from 00:00 to 24:00, such as "20:00"');
}

/** What a finding takes for the word that was meant; see config/shape. */
export interface Guess {
  readonly nearest: (word: string) => string | undefined;
}

/** The pattern is what the JSON Schema shows; what is wrong is said by `check`, which refuses all that the pattern does. */
function guessed(pattern: RegExp, check: (text: string) => string | undefined, guess: Guess) {
  const error = ({ input }: { input?: unknown }): string => check(typeof input === 'string' ? input : '') ?? '';
  const isGood = (text: string): boolean => check(text) === undefined;
  return z
    .string({ error })
    .check(z.refine(isGood, { error, params: { ...guess }, abort: true }), z.regex(pattern, { error }));
}

export function timeZone() {
  const pattern = /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/;
  // To ask for a zone takes long, and a thousand charge points have the same one.
  const known = new Set<string>();
  const isKnown = (name: string): boolean => {
    if (!known.has(name) && pattern.test(name) && isTimeZone(name)) known.add(name);
    return known.has(name);
  };
  const check = (name: string): string | undefined =>
    isKnown(name) ? undefined : 'an IANA time zone such as Europe/Berlin';
  return guessed(pattern, check, { nearest: nearestTimeZone });
}

/** A day of the week, a date, or several in a row. */
export function days() {
  const check = (word: string): string | undefined => {
    const parsed = parseDays(word);
    return parsed.ok ? undefined : parsed.error;
  };
  return guessed(DAYS_PATTERN, check, { nearest: nearestDays });
}

/** User name or password. */
export function credential(what: string) {
  const error = `${what} of 1 to 256 characters (in quotes when it is a number)`;
  return z.string({ error }).check(z.minLength(1, { error }), z.maxLength(256, { error }));
}

export function httpUrl() {
  const params = { error: 'http://HOST/PATH or https://HOST/PATH (username and password are keys of their own)' };
  const hostOf = (text: string): string => text.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  const isAddress = (text: string): boolean => parseEndpoint(hostOf(text), 1) !== undefined;
  const shape = z.regex(/^https?:\/\/[^\s/@]+(\/[^\s@]*)?$/, { ...params, abort: true });
  return z.string(params).check(shape, z.refine(isAddress, params));
}

export function jsonPath() {
  return matching(/^[^\s.]{1,64}(\.[^\s.]{1,64}){0,7}$/, 'up to 8 names with dots between them, such as inputs.0.on');
}

export function interfaceName() {
  return matching(/^[^\s/]{1,15}$/, 'the name of a network interface such as eth0');
}

export function gpioChip() {
  return matching(/^[A-Za-z0-9._-]{1,64}$/, 'the name of a GPIO chip such as gpiochip0');
}

export function topic() {
  const error = 'an MQTT topic without wildcards such as evenkeel, 1 to 64 characters';
  return matching(/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/, error).check(z.maxLength(64, { error }));
}

/** A text with an address after `scheme`; `pattern` is what the JSON Schema shows of it. */
function address(scheme: RegExp, pattern: RegExp, error: (got: unknown) => string) {
  const isAddress = (text: string): boolean => parseEndpoint(text.replace(scheme, ''), 1) !== undefined;
  const params = { error: (issue: { input?: unknown }) => error(issue.input) };
  return z.string(params).check(z.regex(pattern, { ...params, abort: true }), z.refine(isAddress, params));
}

/** The pattern is what the JSON Schema shows; what is wrong is said by the parser. */
export function meterConnection() {
  const params = {
    error: ({ input }: { input?: unknown }) => {
      const parsed = parseConnection(typeof input === 'string' ? input : '');
      return parsed.ok ? '' : parsed.error;
    },
  };
  const shape = /^(tcp:\/\/[^\s/?]+|rtu\+tcp:\/\/[^\s/?]+(\?\S+)?|rtu:\/[^\s?]+(\?\S+)?)$/;
  const isConnection = (text: string): boolean => parseConnection(text).ok;
  return z.string(params).check(z.regex(shape, { ...params, abort: true }), z.refine(isConnection, params));
}

export function slaveAddress() {
  return address(/^/, /^[^\s/[\]]+$/, () => 'HOST or HOST:PORT such as 192.168.0.31:16030');
}

export function masterAddress() {
  return address(/^/, /^[^\s/[\]]+$/, () => 'HOST or HOST:PORT such as 192.168.0.20:16031');
}

export function mqttUrl() {
  const error = 'mqtt://HOST or mqtt://HOST:PORT, mqtts:// for TLS (username and password are keys of their own)';
  return address(/^mqtts?:\/\//, /^mqtts?:\/\/[^\s/@]+$/, () => error);
}
