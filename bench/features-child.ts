/** Decides for a site with every feature, in a process with the flags of the daemon, and prints what each decision took. */
import { optimizerFor, switchOptimizerOff } from '../src/daemon/optimizer.js';
import { DecisionBench } from './decision.js';
import { featureSiteOf } from './feature-site.js';

switchOptimizerOff();
const [, , count = '200', calls = '200', warmUp = '60'] = process.argv;
const bench = new DecisionBench(featureSiteOf(Number(count)), { isVaried: true });
const optimize = optimizerFor();
const timesMs: number[] = [];
for (let call = 0; call < Number(warmUp) + Number(calls); call++) {
  optimize(Number(count));
  timesMs.push(bench.cycle());
}
process.stdout.write(JSON.stringify({ timesMs: timesMs.slice(Number(warmUp)), state: bench.state }));
