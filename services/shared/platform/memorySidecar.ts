import type { ActorDefinition, StampedEvent } from './actorHost/definition';
import { ActorHost } from './actorHost/host';
import type { Logger } from './logger';
