import { Clients } from './clients';
import { type Command, tillRest } from './commands';
import { Network } from './network';
import type { Plant } from './plants';
import { quietLaws } from './quietLaws';
import { calm } from './schedule';
import { holdMinutes } from './settings';
import { World } from './world';

export interface Outcome {
  /** The laws that were broken, in words. */
  broken: string[];
  ops: number;
  /** All that was stored at the end, to compare two runs by. */
  world: World;
  trace: readonly string[];
}

/** Runs a list of commands on a new system, then lets it come to rest, and looks at every law. */
export async function simulate(
  commands: readonly Command[],
  { plant = {}, traced = false }: { plant?: Plant; traced?: boolean } = {},
): Promise<Outcome> {
  const world = new World(plant);
  if (traced) world.schedule.trace = [];
  const network = new Network(world);
  const clients = new Clients(world, network);
  clients.startDispatcher();
  await world.schedule.run(tillRest);
  for (const command of commands) {
    world.schedule.trace?.push(`— ${JSON.stringify(command)}`);
    world.schedule.disturb(command);
    clients.begin(command);
    await world.schedule.run(command.ops);
    if (world.broken.length > 0) break;
  }
  world.schedule.trace?.push('— all is healed');
  const left = world.broken.length > 0 ? [] : await comeToRest(world, network);
  const broken = [...world.broken, ...left, ...clients.brokenPromises()];
  return { broken, ops: world.schedule.done, world, trace: world.schedule.trace ?? [] };
}

/** Minutes in which nothing goes wrong, as few as suffice. */
async function comeToRest(world: World, network: Network): Promise<string[]> {
  world.schedule.disturb(calm);
  network.heal();
  if (await world.schedule.run(tillRest)) return ['it never comes to rest'];
  // Once more, for what a second host has done by now.
  network.heal();
  let broken: string[] = [];
  for (let round = 0; round < roundsMax; round++) {
    world.now += roundSeconds * 1_000;
    network.fire();
    network.deliver();
    if (await world.schedule.run(tillRest)) return ['it never comes to rest'];
    if (world.broken.length > 0) return [];
    broken = round < 1 ? ['not looked at yet'] : quietLaws(world);
    if (broken.length === 0) return [];
    // A payment that was closed for an end which then did not come is listed anew with its hold's visit, when that is due.
    const isListAlone = broken.every((each) => each.includes('in the list of payment'));
    if (round === roundsMax - 4 && isListAlone) world.now += (holdMinutes + 1) * 60_000;
  }
  return broken;
}

const roundSeconds = 20;
const roundsMax = 18;
