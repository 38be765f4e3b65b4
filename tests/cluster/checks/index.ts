import { callersKept } from './callers';
import { limitChanged } from './config';
import { isUp } from './isUp';
import { productionAdmitted } from './production';
import { rolledUnderLoad } from './rollout';
import { scaledByLoad } from './scale';
import { healed } from './selfHealing';
import { guideShared } from './volume';
import { caughtUp } from './withoutReservation';

export interface Check {
  number: number;
  title: string;
  check(): Promise<void>;
}

/** By the number that docs/cluster.md gives them; the first is what the others stand on. */
export const checks: readonly Check[] = [
  { number: 1, title: 'pods, sidecars, mutual TLS, a journey', check: isUp },
  { number: 9, title: 'what production is made of is admitted', check: productionAdmitted },
  { number: 5, title: 'a stopped heart, a killed service, a killed sidecar', check: healed },
  { number: 6, title: 'the limit changed by the ConfigMap', check: limitChanged },
  { number: 2, title: 'who may call payment', check: callersKept },
  { number: 7, title: 'a guide through the shared volume', check: guideShared },
  { number: 8, title: 'bookings without reservation', check: caughtUp },
  { number: 3, title: 'reservation scaled by load', check: scaledByLoad },
  { number: 4, title: 'new images under load', check: rolledUnderLoad },
];
