import { onPath } from './child.mjs';
import { fromPackages } from './packages.mjs';
import { shown } from './places.mjs';

/** The load generator of `npm run scenario:overload`, which alone names this step. */
export const siege = fromPackages('siege', ['siege'], () => {
  const program = onPath('siege');
  return program && { text: shown(program), tools: { siege: program } };
});
