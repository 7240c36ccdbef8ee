/** Words that must not stand in the repository: each with where, and with what to use instead. */
import { layerOf } from './layers.js';
import { codeOnly, lineAt, type SourceFile } from './source.js';

interface Ban {
  readonly pattern: RegExp;
  readonly instead: string;
  readonly applies: (path: string) => boolean;
  /** Look at code only, or at comments and strings too. */
  readonly codeOnly: boolean;
}

const isPure = (path: string): boolean => layerOf(path)?.pure === true;
const isBelowDaemon = (path: string): boolean => path.startsWith('src/') && !/^src\/(?:daemon|cli)\//.test(path);
const isTest = (path: string): boolean => path.startsWith('test/') && path.endsWith('.ts');
/** A lock file is made by a tool, and its checksums may spell anything. */
const isWritten = (path: string): boolean => path !== 'package-lock.json';

const CLOCK = 'take nowMs as an argument or use the Clock of src/ports/time.ts';
const TIMERS = 'use the Timers of src/ports/time.ts';

function inPureLayers(pattern: RegExp, instead: string): Ban {
  return { pattern, instead, applies: isPure, codeOnly: true };
}

const BANS: readonly Ban[] = [
  {
    pattern: /\bMath\.random\b/g,
    instead: 'take the seeded Rng of src/base/rng.ts as an argument',
    applies: isBelowDaemon,
    codeOnly: true,
  },
  inPureLayers(/\bDate\.now\b|\bnew Date\b|\bperformance\./g, CLOCK),
  inPureLayers(/\bset(?:Timeout|Interval|Immediate)\(/g, TIMERS),
  inPureLayers(/\bconsole\./g, 'use the Logger of src/base/logger.ts'),
  inPureLayers(/\bprocess\./g, 'hand the value in from the daemon'),
  {
    pattern: /\.(?:only|skip)\(/g,
    instead: 'run it, or give the option { skip: reason } that the report lists',
    applies: isTest,
    codeOnly: true,
  },
  {
    pattern: /\b(?:TO[D]O|FIX[M]E|X[X]X)\b/g,
    instead: 'do it now or leave it',
    applies: isWritten,
    codeOnly: false,
  },
  {
    pattern: /biome-[i]gnore|@ts-[i]gnore|@ts-[n]ocheck/g,
    instead: 'repair what the tool complains about',
    applies: (path) => path.endsWith('.ts') || path.endsWith('.mjs'),
    codeOnly: false,
  },
  {
    pattern: /(?<![\w.*~:])\/(?:work|home|root)\//g,
    instead: 'a path relative to the repository, or a temporary folder',
    applies: isWritten,
    codeOnly: false,
  },
];

/** One line for each banned word: file, line, the word, the replacement. */
export function checkWords(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) =>
    BANS.filter((ban) => ban.applies(file.path)).flatMap((ban) => {
      const text = ban.codeOnly ? codeOnly(file.text) : file.text;
      return [...text.matchAll(ban.pattern)].map(
        (match) => `${file.path}:${lineAt(text, match.index)}: ${match[0]}; instead: ${ban.instead}`,
      );
    }),
  );
}
