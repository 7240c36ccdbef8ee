/** What the cases of scenario files share: faults of their own, a small good file, and issues as people read them. */
import { defined } from '../../src/base/assert.js';
import { fail, ok } from '../../src/base/result.js';
import { explainIssue } from '../../src/config/explain.js';
import type { Scenario } from '../../src/sim/world/scenario.js';
import { parseScenario, type ScenarioOptions } from '../../src/sim/world/scenario-file.js';
import { MODELS } from '../config/support.js';

/** Files that a scenario may name. */
const FILES = new Map([
  ['site.yaml', 'site: X\ncircuits:\n  - { id: main, limitA: 35 }\nchargePoints:\n  - { id: cp1, circuit: main }\n'],
  ['slave.yaml', 'role: slave\nid: cp1\ndriver: { type: virtual }\n'],
  ['wrong.yaml', 'site: X\ncircuits:\n  - { id: main, limit: 35 }\nchargePoints:\n  - { id: cp1, circuit: mian }\n'],
  ['day.csv', `minute,power_w\n${Array.from({ length: 1440 }, (_, minute) => `${minute},230.0\n`).join('')}`],
  ['short.csv', 'minute,power_w\n0,1.0\n'],
  ['tabs.yaml', 'log:\n\tlevel: info\n'],
]);

export const OPTIONS: ScenarioOptions = {
  meterModels: MODELS,
  readFile: (name) => {
    const text = FILES.get(name);
    return text === undefined ? fail('nothing (ENOENT)') : ok(text);
  },
  faults: [
    { name: 'meter-silent', target: 'meter' },
    { name: 'meter-frozen', target: 'meter' },
    { name: 'charge-point-cut-off', target: 'chargePoint' },
    { name: 'network-loss', target: 'network' },
    { name: 'master-killed', target: 'master' },
    { name: 'master-cut-off', target: 'master' },
  ],
};

/** Line numbers of the rows count in here. */
export const GOOD = `name: Test
durationMin: 30
configuration:
  site: X
  circuits:
    - { id: main, limitA: 63, meter: grid }
    - { id: evse, parent: main, limitA: 40 }
  meters:
    - { id: grid, model: siemens-pac2200, connection: "tcp://a" }
  chargePoints:
    - { id: cp1, circuit: evse, maxA: 16 }
    - { id: cp2, circuit: evse, phases: 1 }
chargePoints:
  - { id: cp1, disconnectedLimitA: 8 }
network: { lossPercent: 1 }
building:
  - { circuit: main, lowA: 2, highA: [12, 8, 6] }
vehicles:
  - { chargePoint: cp1, atS: 10, leaveS: 600 }
  - { chargePoint: cp1, atS: 700 }
  - { chargePoint: cp2, atS: 0 }
faults:
  - { atS: 300, forS: 60, fault: meter-silent, target: grid }
  - { atS: 120, forS: 60, fault: master-killed }
`;

export function scenarioLines(text: string, options = OPTIONS): string[] {
  const result = parseScenario(text, options);
  return result.ok ? [] : result.error.map((issue) => explainIssue(issue.file ?? 'f.yaml', issue));
}

export function goodScenario(text: string, options = OPTIONS): Scenario {
  const result = parseScenario(text, options);
  return defined(result.ok ? result.value : undefined, `a scenario; ${scenarioLines(text, options).join('\n')}`);
}
