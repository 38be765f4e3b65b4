import { z } from 'zod';
import type { ActorCalls } from '../sidecar';
import { actorCaller } from './caller';
import { type ActorDefinition, method, type Turn } from './definition';

/** Which ids of a kind there are, for Dapr cannot list actors. Meant for tens or hundreds, told of once each. */
export interface Registry {
  /** Repeated, it changes nothing. To be awaited before what it registers is saved, so that nothing is missed. */
  add(id: string): Promise<void>;
  /** Some of them may have been registered by somebody who died before saving them. */
  ids(): Promise<readonly string[]>;
}

interface RegistryState {
  readonly ids: readonly string[];
}

interface RegistryContract {
  add: { input: { id: string }; output: object };
  read: { input: object; output: RegistryState };
}

/** One actor of a type of its own keeps them all. */
export function registryActor(type: string): ActorDefinition<RegistryState> {
  return {
    type,
    initial: { ids: [] },
    methods: {
      add: method({
        input: z.object({ id: z.string().min(1) }),
        async run(turn: Turn<RegistryState>, { id }) {
          if (!turn.state.ids.includes(id)) await turn.save({ ids: [...turn.state.ids, id].sort() });
          return {};
        },
      }),
      read: method({
        input: z.object({}),
        readOnly: true,
        run: async (turn: Turn<RegistryState>) => turn.state,
      }),
    },
  };
}

export function createRegistry(actors: ActorCalls, type: string): Registry {
  const call = actorCaller<RegistryContract>(actors, type);
  return {
    async add(id) {
      await call(onlyId, 'add', { id });
    },
    async ids() {
      return ((await call(onlyId, 'read', {})) as RegistryState).ids;
    },
  };
}

const onlyId = 'all';
