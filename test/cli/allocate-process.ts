/** `evenkeel allocate` as a process: files and pipes, batches, readers that go away, exit codes. */
import { Daemon, fileIn, folder, output, PROGRAM } from '../helpers/daemon-process.js';
import { needsTools } from '../helpers/tools.js';
import { aside, started } from './world.js';

const FILE = 'etc/request.json';
const REQUEST =
  '{"circuits":[{"id":"m","limitA":[20,20,20]}],"chargePoints":' +
  '[{"id":"a","circuit":"m","phases":1,"rotation":"RST","minA":6,"maxA":16}]}';
const ANSWER =
  '{"limits":{"a":{"limitA":16,"boundBy":{"kind":"maximum"}}},' +
  '"circuits":{"m":{"loadA":[16,0,0],"capacityA":[20,20,20]}}}';
const NOTHING = '{"error":"request: expected a JSON object, got nothing"}';
/** Longer than any request may be, in spaces. */
const TOO_LONG_BYTES = 70_000_000;

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A line of shell, with the program as $0 and a request as $1. */
async function shell(line: string): Promise<Ran> {
  const bash = new Daemon('bash', ['-c', line, PROGRAM, REQUEST]);
  const { code } = await bash.ended;
  return { code, stdout: bash.stdout, stderr: bash.stderr };
}

aside('allocate: from a file, from stdin, for people', async (t) => {
  const [file, stdin, dash, table] = await Promise.all([
    output(['allocate', FILE], { isMeasured: true }),
    shell(`"$0" allocate < ${FILE}`),
    shell(`"$0" allocate --json - < ${FILE}`),
    output(['allocate', '--explain', FILE], { isMeasured: true }),
  ]);
  t.match(file, { code: 0, stderr: '' });
  t.match(JSON.parse(file.stdout), { limits: { cp1: { limitA: 10 }, cp2: { limitA: 16 } }, circuits: { main: {} } });
  for (const other of [stdin, dash]) t.same(other, { code: 0, stdout: file.stdout, stderr: '' });
  t.match(table, { code: 0, stderr: '', stdout: /^charge point .*\ncp1 .*\ncp2 / });
});

aside('allocate: what is refused, and the exit codes', async (t) => {
  const missing = `${folder(t)}/missing.json`;
  const bad = fileIn(folder(t), 'bad.json', REQUEST.replace('RST', 'XYZ'));
  const ROWS: readonly (readonly [string, number, string])[] = [
    [`"$0" allocate ${bad}`, 2, 'chargePoints[0].rotation: expected one of RST, STR, TRS, RTS, SRT, TSR, got "XYZ"\n'],
    ['printf "{\\n1" | "$0" allocate', 2, 'line 2, column 1: expected a key in double quotes, got "1"\n'],
    [`head -c ${TOO_LONG_BYTES} /dev/zero | "$0" allocate`, 2, 'request: expected at most 67108864 bytes, got more\n'],
    [`"$0" allocate ${missing}`, 78, `${missing}: expected a readable file with a request, got nothing (ENOENT)\n`],
    ['"$0" allocate --batch etc', 78, 'etc: expected a readable file with a request, got a folder (EISDIR)\n'],
    ['"$0" allocate ""', 64, 'FILE: expected a name, or "-" for stdin, got an empty text\n'],
    ['"$0" allocate --explain --batch -', 64, '--explain: expected one request, got --batch as well\n'],
    ['"$0" allocate --explain --json -', 64, '--explain: expected a table for people, got --json as well\n'],
    ['"$0" allocate --batch < /dev/null', 0, ''],
    ['echo "$1" | "$0" allocate --batch > /dev/full', 71, 'stdout: expected room for the answers, got ENOSPC\n'],
  ];
  for (const [line, code, stderr] of ROWS) t.same(await shell(line), { code, stdout: '', stderr }, line);
});

aside('allocate: a terminal without a request', terminal, needsTools('script'));

async function terminal(t: Parameters<Parameters<typeof aside>[1]>[0]): Promise<void> {
  const { code, stdout } = await shell('script -qec "$0 allocate" /dev/null');
  t.equal(code, 64);
  t.match(stdout, 'evenkeel: expected a FILE, or a request on stdin, got a terminal; see: evenkeel allocate --help');
}

aside('allocate --batch: one answer per line, in order, whatever the lines are', async (t) => {
  const lines = ['"$1\r"', "''", '{', '"$1"', '[]', '"$1 "'];
  const mixed = await shell(`printf '%s\\n%s\\n%s\\n%s\\n%s\\n%s' ${lines.join(' ')} | "$0" allocate --batch`);
  t.match(mixed, { code: 2, stderr: '' });
  const answers = mixed.stdout.trimEnd().split('\n');
  t.equal(answers.length, lines.length, mixed.stdout);
  t.same(
    [0, 3, 5].map((index) => answers[index]),
    [ANSWER, ANSWER, ANSWER],
  );
  t.equal(answers[1], NOTHING);
  t.equal(answers[2], '{"error":"column 2: expected a key in double quotes, got the end of the text"}');
  t.match(answers[4], /^\{"error":"request: expected a request, an object with the keys .*, got an empty list"\}$/);
  t.ok(mixed.stdout.endsWith('\n'));
});

aside('allocate --batch: a long line and many lines', async (t) => {
  const long = await shell(
    `{ head -c ${TOO_LONG_BYTES} /dev/zero | tr '\\0' ' '; echo; printf '%s' "$1"; } | "$0" allocate --batch -`,
  );
  const tooLong = '{"error":"request: expected at most 67108864 bytes, got more"}';
  t.same(long, { code: 2, stdout: `${tooLong}\n${ANSWER}\n`, stderr: '' });
  const many = await shell(
    'yes "$1" | head -n 20000 | "$0" allocate --batch | sort | uniq -c; echo $((PIPESTATUS[2]))',
  );
  t.same(many, { code: 0, stdout: `  20000 ${ANSWER}\n0\n`, stderr: '' });
});

aside('allocate --batch: each answer comes at once, and a reader may go away', async (t) => {
  const batch = started(t, ['allocate', '--batch'], { isMeasured: true });
  for (const count of [1, 2, 3]) {
    batch.write(REQUEST);
    await batch.until('the answer', () => batch.text.length === count);
  }
  t.same(batch.text, [ANSWER, ANSWER, ANSWER]);
  const gone = await shell('yes "$1" | "$0" allocate --batch | head -n 2; echo $((PIPESTATUS[1]))');
  t.same(gone, { code: 0, stdout: `${ANSWER}\n${ANSWER}\n0\n`, stderr: '' });
});
