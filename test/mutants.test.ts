/** Tests of the tests: a rule that is taken out of the code must be missed. */
import './mutants/texts.js';
import './mutants/safety.js';
