/** Gauges of the risk state, and of what its limits count. */
import { RISK_STATES, type RiskView } from '../core/status.ts';

type Samples = [labels: Record<string, string>, value: number][];
type Gauge = (name: string, help: string, labelNames: string[], samples: () => Samples) => void;

export function addRiskGauges(gauge: Gauge, risk: () => RiskView): void {
  gauge('risk_state', '1 for what may be sent: everything, what reduces, no new leg sets', ['state'], () => {
    const now = risk().state;
    return RISK_STATES.map((state) => [{ state }, state === now ? 1 : 0]);
  });
  gauge('day_gain', 'What the UTC day brought so far, by quote asset; approximate, for graphs', ['asset'], () =>
    Object.entries(risk().dayGains).map(([asset, gain]) => [{ asset }, Number(gain)]),
  );
  gauge('loss_streak', 'Leg sets that lost, one after the other until now', [], () => [[{}, risk().lossStreak]]);
  gauge('exposure_over_limit', '1 for instruments whose unmatched base is past its limit', ['instrument'], () =>
    risk().overExposed.map((instrument) => [{ instrument }, 1]),
  );
}
