/** What to look at when a meter does not answer, by the reason that was found. */
import { wrapped } from '../../cli/control/columns.js';

const ONE_CONNECTION = 'many meters take one connection only: does another program or a second master hold it?';

/** The first row that fits counts. */
const ADVICE: readonly (readonly [reason: RegExp, checks: readonly string[]])[] = [
  [
    /running master/,
    ['the log of the master says since when; "evenkeel status" shows its alarms', '--direct opens a second connection'],
  ],
  [
    /ECONNREFUSED/,
    ['is this the address of the meter, and the port where it serves Modbus TCP?', 'is Modbus TCP switched on in it?'],
  ],
  [/ENOTFOUND|EAI_AGAIN/, ['the name is not known to the network: is it spelled right? Try the IP address']],
  [
    /EHOSTUNREACH|ENETUNREACH|no connection within/,
    ['power, cable, network of the meter: does "ping" reach it?', 'a firewall between here and there'],
  ],
  [/ENOENT|ENODEV|No such file/, ['is the adapter plugged in? "ls -l /dev/serial/by-id" shows those that are there']],
  [/EACCES|Permission denied/i, ['may this user open the line? Use sudo, or join the group dialout']],
  [/lock|EBUSY|Resource busy/i, ['another program holds the line, perhaps "evenkeel run": stop it first']],
  [
    /exception (?:1|2|3)\b/,
    ['is the model right? "evenkeel meter scan" recognises those that it knows', 'is the unit id right?'],
  ],
  [/exception (?:10|11)\b/, ['the gateway answers, the meter behind it does not: unit id, wiring, its baud rate']],
  [
    /garbled|CRC/,
    ['baud rate, parity and stop bits; termination and screen of the line', 'two devices with one unit id'],
  ],
  [
    /implausible|not available/,
    ['is the model right? Another map gives numbers without sense', 'is each phase connected, and the CT ratio set?'],
  ],
  [
    /no answer within|hung up|closed|ECONNRESET/,
    ['is the unit id right? "evenkeel meter scan" finds it', `${ONE_CONNECTION}`],
  ],
];

/** Lines to show below the reason, at most 80 characters wide; none where nothing is known about it. */
export function adviceFor(reason: string): readonly string[] {
  const checks = ADVICE.find(([pattern]) => pattern.test(reason))?.[1] ?? [];
  const closed = /ECONNREFUSED/.test(reason) ? [ONE_CONNECTION] : [];
  return [...checks, ...closed].flatMap((check) => wrapped('  check: ', check));
}
