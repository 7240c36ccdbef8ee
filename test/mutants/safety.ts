/** The mutants that the safety rules name: each is killed by a test of its rule, and by the simulation. All: make mutants. */
import t from 'tap';
import { killersOf, MUTANTS, type Mutant, SAFETY_MUTANTS } from './list.js';
import { PATIENCE_MS, play } from './run.js';

/** Two cores: more at once take as long. */
const AT_ONCE = 2;

function mutantNamed(name: string): Mutant {
  const mutant = MUTANTS.find((each) => each.name === name);
  if (!mutant) throw new Error(`no mutant "${name}"`);
  return mutant;
}

t.test(
  'without one of these rules a test fails, and the simulation',
  { jobs: AT_ONCE, timeout: PATIENCE_MS },
  async (t) => {
    const ends = [...SAFETY_MUTANTS.keys()].map(mutantNamed).map((mutant) =>
      t.test(mutant.name, { buffered: true, timeout: PATIENCE_MS }, async (t) => {
        for (const killer of killersOf(mutant)) {
          const { end, by, seconds } = await play(mutant, killer);
          t.equal(end, 'killed', `${by}, ${seconds.toFixed(1)} s`);
        }
      }),
    );
    await Promise.all(ends);
  },
);
