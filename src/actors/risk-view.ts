/** The risk state as others see it: the executor's report, and the halt words, which are newer. Thread: main. */
import type { RiskView } from '../core/status.ts';
import type { ExecutorReport } from '../engine/executor-port.ts';
import type { Control } from '../memory/control.ts';

export function riskView(report: ExecutorReport | undefined, control: Control): RiskView {
  const { state, ...counted } = report?.risk ?? { state: 'active', dayGains: {}, lossStreak: 0, overExposed: [] };
  if (control.isHalted) return { state: 'halted', ...counted };
  // Lifted since the report.
  return { state: state === 'halted' ? (counted.overExposed.length > 0 ? 'reducing' : 'active') : state, ...counted };
}
