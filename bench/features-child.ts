/** Decides for a site with every feature, in a process with the flags of the daemon, and prints what each decision took. */
import { optimizerFor, switchOptimizerOff } from '../src/daemon/optimizer.js';
import { DecisionBench } from './decision.js';
import { featureSiteOf } from './feature-site.js';

/** Milliseconds of the processor for each decision. */
export interface FeatureTimes {
  readonly timesMs: readonly number[];
}

switchOptimizerOff();
const [count = 200, calls = 200, warmUp = 100] = process.argv.slice(2).map(Number);
const bench = new DecisionBench(featureSiteOf(count), { isVaried: true });
const optimize = optimizerFor();
const timesMs = Array.from({ length: warmUp + calls }, () => {
  optimize(count);
  return bench.cycle();
}).slice(warmUp);
const times: FeatureTimes = { timesMs };
process.stdout.write(JSON.stringify(times));
