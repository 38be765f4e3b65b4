import type { ActorDefinition } from '../../services/shared/platform/actorHost/definition';
import type { Invocation } from '../../services/shared/platform/sidecar';
import type { ServiceName, World } from './world';

/** A fault that is built into a world, or into what surrounds the code under test in it. */
export interface Plant {
  noFence?: boolean;
  publishesFirst?: boolean;
  publishLosesQuietly?: boolean;
  refundsTwice?: boolean;
  forgetsVoid?: boolean;
  foldsBlindly?: boolean;
  sendsNewestFirst?: boolean;
  dropsReminder?: (name: string) => boolean;
  acksFirst?: (service: ServiceName) => boolean;
  /** An answer in the place of the one that asking would bring. */
  invoke?: (world: World, call: Invocation) => object | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: of any actor type.
  actor?: (definition: ActorDefinition<any>, world: World) => ActorDefinition<any>;
}
