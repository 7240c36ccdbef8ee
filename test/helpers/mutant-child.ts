/** For `node --import`: one emitted file is loaded with another text. EVENKEEL_MUTANT has the mutant's name. */
import { register } from 'node:module';
import { defined } from '../../src/base/assert.js';
import { MUTANTS } from '../mutants/list.js';

const name = process.env['EVENKEEL_MUTANT'];
const mutant = defined(
  MUTANTS.find((each) => each.name === name),
  `mutant "${name}"`,
);
register('./mutant-hooks-child.js', import.meta.url, { data: mutant });
