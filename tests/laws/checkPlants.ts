import { checkSeed } from './check';
import { plants } from './plants';

/** Whether some law catches each planted fault within so many schedules. Tells which does, and how soon. */
export async function checkPlants(seedsMax: number): Promise<boolean> {
  let isCaught = true;
  for (const [name, plant] of Object.entries(plants)) {
    const caught = await firstCaught(plant, seedsMax);
    if (caught) console.log(`caught at seed ${caught.seed}: ${name}: ${caught.broken[0]}`);
    else console.error(`NOT caught by ${seedsMax} schedules: ${name}`);
    isCaught &&= caught !== undefined;
  }
  return isCaught;
}

async function firstCaught(plant: (typeof plants)[string], seedsMax: number) {
  for (let seed = 1; seed <= seedsMax; seed++) {
    const failure = await checkSeed(seed, { plant, shrinks: false });
    if (failure) return failure;
  }
  return undefined;
}
