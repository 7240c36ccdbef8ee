/** The control socket: what it answers to whatever is written to it, what it bounds, and who owns its file. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { fail, ok } from '../../src/base/result.js';
import { controlPath, controlPathOfDaemon } from '../../src/daemon/control-path.js';
import { answerLine, LINE_MAX } from '../../src/daemon/control-protocol.js';
import { type ControlSocket, openControlSocket } from '../../src/daemon/control-socket.js';
import type { CommandPort } from '../../src/ports/commands.js';
import { folder } from '../helpers/daemon-process.js';
import { eventually } from '../helpers/machine.js';
import { sampleAnswer } from '../helpers/sample-status.js';

const COMMANDS: CommandPort = {
  status: () => sampleAnswer(),
  slaves: () => [],
  adopt: async (id) => ok({ id, changed: true, notWritten: null }),
  forget: async (id) => fail(`${id} is still heard`),
  set: async (id) => ok({ id, changed: true, notWritten: null }),
  clear: async () => ok({ forgotten: [], kept: [], notWritten: null }),
  input: (id, state) => (id === 'relay' ? ok({ id, state }) : fail(`no input ${id}`)),
};

const NOT_KNOWN = 'command: expected one of status, slaves, adopt, forget, set, clear, input, got "\\u{202e}\\x9b2J"';

interface Opened {
  readonly socket: ControlSocket | undefined;
  readonly log: string[];
}

async function open(path: string, isAsked = true): Promise<Opened> {
  const log: string[] = [];
  const logger = { log: (level: string, event: string, text: string) => void log.push(`${level} ${event} ${text}`) };
  return { socket: await openControlSocket({ path, isAsked, logger }), log };
}

async function serving(t: Parameters<typeof folder>[0]): Promise<string> {
  const path = join(folder(t), 'control.sock');
  const { socket } = await open(path);
  socket?.serve(COMMANDS);
  t.teardown(() => void socket?.close());
  return path;
}

/** Writes all of it, closes its end, and gives back what came until the other end closed. */
function exchange(path: string, text: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ path, allowHalfOpen: true });
    socket.on('data', (data) => (answer += data.toString()));
    socket.on('error', () => resolve(answer));
    socket.on('end', () => {
      socket.destroy();
      resolve(answer);
    });
    socket.end(text);
  });
}

t.test('one line in, one line out, in the order of the questions', async (t) => {
  const path = await serving(t);
  t.equal(statSync(path).mode & 0o777, 0o660);
  const asked = ['status', 'adopt', 'forget', 'slaves', 'clear'].map((command) => ({ command, id: 'cp1' }));
  const said = await exchange(path, asked.map((each) => `${JSON.stringify(each)}\n`).join(''));
  const answers = said
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  t.same(answers, [
    { ok: true, value: JSON.parse(JSON.stringify(sampleAnswer())) },
    { ok: true, value: { id: 'cp1', changed: true, notWritten: null } },
    { ok: false, exitCode: 65, error: 'cp1 is still heard' },
    { ok: true, value: [] },
    { ok: true, value: { forgotten: [], kept: [], notWritten: null } },
  ]);
});

t.test('garbage gets a line that says what was expected, and the connection goes on', async (t) => {
  const ROWS = [
    ['garbage', 'expected one JSON object in a line, like {"command":"status"}, got "garbage"'],
    ['[]', 'expected one JSON object in a line, like {"command":"status"}, got []'],
    ['null', 'expected one JSON object in a line, like {"command":"status"}, got null'],
    ['{}', 'command: expected one of status, slaves, adopt, forget, set, clear, input, got nothing'],
    [
      '{"command":"stats"}',
      'command: expected one of status, slaves, adopt, forget, set, clear, input, got "stats"; did you mean "status"?',
    ],
    [
      '{"command":"toString"}',
      'command: expected one of status, slaves, adopt, forget, set, clear, input, got "toString"',
    ],
    ['{"command":"adopt"}', 'id: expected a text, got nothing'],
    ['{"command":"forget","id":7}', 'id: expected a text, got 7'],
    [
      '{"command":"set","id":"a","what":"paus"}',
      'what: expected one of operatorLimit, priority, boost, section14a, block, mode, pause, resume, unblock; did you mean "pause"?',
    ],
    [
      '{"command":"set","id":"a","what":"operatorLimit","limitA":[1,2]}',
      'expected limitA: a number of A, [L1, L2, L3], or null for that of the configuration',
    ],
    ['{"command":"set","id":"a","what":"boost"}', 'expected minutes: a number, or null to end it'],
    ['{"command":"set","id":"a","what":"block","from":"then"}', 'expected from: now or next'],
    [
      '{"command":"set","id":"a","what":"priority","priority":"1"}',
      'expected priority: a number, or null for that of the configuration',
    ],
  ] as const;
  for (const [line, error] of ROWS) t.same(await answerLine(line, COMMANDS), { ok: false, exitCode: 65, error }, line);
  const path = await serving(t);
  const bytes = Buffer.concat([Buffer.from([0xff, 0x00, 0x0a]), Buffer.from('\n{"command":"slaves"}\n{"comm')]);
  const lines = (await exchange(path, bytes)).trimEnd().split('\n');
  t.equal(lines.length, 2, 'an empty line is none, and half a line is not answered');
  t.match(lines[0], /"ok":false/);
  t.same(JSON.parse(lines[1] ?? ''), { ok: true, value: [] });
});

t.test('a digital input is set', async (t) => {
  const line = '{"command":"input","id":"relay","state":"inactive"}';
  t.same(await answerLine(line, COMMANDS), { ok: true, value: { id: 'relay', state: 'inactive' } });
});

t.test('a line without an end, or too long a one', async (t) => {
  const path = await serving(t);
  const tooLong = `{"ok":false,"exitCode":65,"error":"expected a line of at most ${LINE_MAX} characters, got a longer one"}\n`;
  t.equal(
    await exchange(path, `${' '.repeat(LINE_MAX)}x\n{"command":"slaves"}\n`),
    `${tooLong}{"ok":true,"value":[]}\n`,
  );
  const flood = connect(path);
  flood.on('error', () => undefined);
  let said = '';
  flood.on('data', (data) => (said += data.toString()));
  flood.write('x'.repeat(LINE_MAX * 8));
  await eventually('the end of the flood', () => said === tooLong && flood.readableEnded);
  flood.destroy();
});

t.test('16 connections: a 17th takes the place of the one that has been silent for the longest', async (t) => {
  const path = await serving(t);
  const callers = Array.from({ length: 16 }, () => connect(path));
  const answers: string[] = [];
  for (const caller of callers) caller.on('data', (data) => answers.push(data.toString()));
  for (const caller of callers) caller.write('{"command":"slaves"}\n');
  await eventually('16 answers', () => answers.length === 16);
  callers[0]?.write('{"command":"slaves"}\n');
  await eventually('another one', () => answers.length === 17);
  t.equal(await exchange(path, '{"command":"slaves"}\n'), '{"ok":true,"value":[]}\n', 'the 17th is answered');
  await eventually('the end of the second', () => callers[1]?.destroyed === true);
  t.equal(callers.filter((each) => each.destroyed).length, 1);
  for (const caller of callers) caller.destroy();
});

t.test('16 idle connections do not keep anyone out', async (t) => {
  const path = await serving(t);
  const idle = Array.from({ length: 40 }, () => connect(path).on('error', () => undefined));
  await Promise.all(idle.map((each) => new Promise((resolve) => each.once('connect', resolve))));
  t.equal(await exchange(path, '{"command":"slaves"}\n'), '{"ok":true,"value":[]}\n');
  for (const each of idle) each.destroy();
});

t.test('16 that wait for their answers are not hung up on: the 17th is', async (t) => {
  const path = join(folder(t), 'control.sock');
  const { socket } = await open(path);
  t.teardown(() => void socket?.close());
  let asked = 0;
  const adopt = (): Promise<never> => {
    asked += 1;
    return new Promise(() => undefined);
  };
  socket?.serve({ ...COMMANDS, adopt });
  const callers = Array.from({ length: 16 }, () => connect(path).on('error', () => undefined));
  for (const caller of callers) caller.write('{"command":"adopt","id":"cp1"}\n');
  await eventually('16 questions', () => asked === 16);
  t.equal(await exchange(path, '{"command":"slaves"}\n'), '');
  t.notOk(callers.some((each) => each.destroyed));
  for (const caller of callers) caller.destroy();
});

t.test('for a caller that has gone away nothing is worked out', async (t) => {
  const path = join(folder(t), 'control.sock');
  const { socket } = await open(path);
  t.teardown(() => void socket?.close());
  let worked = 0;
  const slaves = (): readonly [] => {
    worked += 1;
    return [];
  };
  socket?.serve({ ...COMMANDS, slaves });
  const gone = connect(path).on('error', () => undefined);
  gone.write('{"command":"slaves"}\n'.repeat(2_000));
  await eventually('a first answer', () => worked > 0);
  gone.destroy();
  t.equal(await exchange(path, '{"command":"slaves"}\n'), '{"ok":true,"value":[]}\n');
  const before = worked;
  for (let turn = 0; turn < 20; turn++) await exchange(path, '{"command":"status"}\n');
  t.equal(worked, before, `${worked} of 2,001 questions were worked on`);
});

t.test('a flood of questions leaves the loop its turns', async (t) => {
  const path = await serving(t);
  const questions = 50;
  let turns = 0;
  const count = (): void => {
    turns += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  const said = await Promise.all([1, 2, 3].map(() => exchange(path, '{"command":"slaves"}\n'.repeat(questions))));
  clearImmediate(next);
  for (const each of said) t.equal(each.split('\n').length, questions + 1, 'all are answered');
  t.ok(turns > 3 * questions, `${turns} turns of the loop for ${3 * questions} answers`);
});

t.test('nesting without an end is no JSON, and what it is told of it steers no terminal', async (t) => {
  const path = await serving(t);
  const refused = async (line: string): Promise<string> => {
    const [first = ''] = (await exchange(path, `${line}\n{"command":"slaves"}\n`)).split('\n');
    return (JSON.parse(first) as { error: string }).error;
  };
  const expected = 'expected one JSON object in a line, like {"command":"status"}, got ';
  const lists = `{"command":${'['.repeat(9_000)}${']'.repeat(9_000)}}`;
  for (const text of ['['.repeat(9_000), lists, '{"a":'.repeat(9_000)]) {
    t.equal(await refused(text), `${expected}${JSON.stringify(text).slice(0, 40)}...`);
  }
  t.equal(await refused('{"command":"\u202e\u009b2J"}'), NOT_KNOWN);
});

t.test('questions that come before the master is there are answered when it is', async (t) => {
  const path = join(folder(t), 'control.sock');
  const { socket, log } = await open(path);
  t.teardown(() => socket?.close());
  const early = exchange(path, '{"command":"slaves"}\n');
  t.same(log, []);
  socket?.serve(COMMANDS);
  t.equal(await early, '{"ok":true,"value":[]}\n');
  t.same(log, [`info CONTROL commands are taken at ${path}`]);
});

t.test('the file: left by a dead one it is replaced, that of a living one is not, at the stop it goes', async (t) => {
  const directory = folder(t);
  const path = join(directory, 'control.sock');
  // A process that is killed cannot remove its socket.
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script]);
  t.ok(statSync(path).isSocket());
  const { socket } = await open(path);
  socket?.serve(COMMANDS);
  t.equal(await exchange(path, '{"command":"slaves"}\n'), '{"ok":true,"value":[]}\n');
  for (const isAsked of [true, false]) {
    await t.rejects(open(path, isAsked), {
      exitCode: 71,
      message: `control socket ${path}: expected none in use, got one of a running daemon; stop it, or give this one another --socket and --state-dir`,
    });
  }
  t.equal(await exchange(path, '{"command":"slaves"}\n'), '{"ok":true,"value":[]}\n', 'and it goes on');
  const held: Socket = connect(path);
  await eventually('the connection', () => !held.connecting);
  await socket?.close();
  t.notOk(existsSync(path));
  held.destroy();
});

t.test('where it cannot be made: an error for who asked for it, else told and gone without', async (t) => {
  const directory = folder(t);
  const file = join(directory, 'file');
  writeFileSync(file, 'of somebody');
  const missing = join(directory, 'missing/control.sock');
  const tooLong = join(directory, 'x'.repeat(120));
  const place = 'expected a place where it can be made, got';
  const ROWS = [
    [file, 71, `control socket ${file}: expected a socket or nothing, got something else of this name`],
    [missing, 71, `control socket ${missing}: ${place} no folder ${join(directory, 'missing')}`],
    [tooLong, 71, `control socket ${tooLong}: expected at most 107 bytes, got ${tooLong.length}`],
  ] as const;
  for (const [path, exitCode, message] of ROWS) {
    await t.rejects(open(path), { exitCode, message });
    const { socket, log } = await open(path, false);
    t.equal(socket, undefined);
    t.same(log, [`warn CONTROL ${message}; goes on without: evenkeel status and slaves cannot reach it`]);
  }
  t.equal(statSync(file).size, 11, 'nothing of others is removed');
});

/** Root may write everywhere. */
const needsUser = process.getuid?.() === 0 ? { skip: 'root may write everywhere' } : {};

t.test('a folder of somebody else: 77', needsUser, async (t) => {
  const directory = join(folder(t), 'closed');
  mkdirSync(directory);
  chmodSync(directory, 0o500);
  await t.rejects(open(join(directory, 'control.sock')), { exitCode: 77, message: 'EACCES' });
  chmodSync(directory, 0o700);
});

t.test('a program that is no master behind the file is not removed', async (t) => {
  const path = join(folder(t), 'control.sock');
  const other = createServer().listen(path);
  t.teardown(() => void other.close());
  await eventually('the other', () => other.listening);
  await t.rejects(open(path), { exitCode: 71, message: 'expected none in use' });
  t.ok(existsSync(path));
});

t.test('where it is', async (t) => {
  const env = { RUNTIME_DIRECTORY: '/run/a:/run/b', STATE_DIRECTORY: '/var/s' };
  t.equal(controlPath({ socket: '/x', stateDir: '/s', env }), '/x');
  t.equal(controlPath({ stateDir: '/s', env }), '/run/a/control.sock');
  t.equal(controlPath({ stateDir: '/s', env: { STATE_DIRECTORY: '/var/s' } }), '/s/control.sock');
  t.equal(controlPath({ env: { STATE_DIRECTORY: '/var/s' } }), '/var/s/control.sock');
  t.equal(controlPath({ env: {} }), undefined);
  t.equal(controlPathOfDaemon({ env: {} }), '/run/evenkeel/control.sock');
  t.equal(controlPathOfDaemon({ stateDir: '/s', env: {} }), '/s/control.sock');
});
