import { openLogProvider } from './logProvider';
import {
  type ComponentProperties,
  type OpenedProvider,
  type ProviderOpener,
  type ProviderSurroundings,
  SmsRefused,
} from './provider';
import { openSnsProvider } from './snsProvider';

const openers = new Map<string, ProviderOpener>([
  ['log', openLogProvider],
  ['sns', openSnsProvider],
]);

/**
 * Opens the provider that the Component's metadata property `provider` names.
 *
 * @throws {SmsRefused} `settings_unusable`, when there is no such provider or its own properties are unusable.
 */
export function openProvider(
  properties: ComponentProperties,
  surroundings: ProviderSurroundings,
): OpenedProvider {
  const name = properties.provider ?? '';
  const open = openers.get(name);
  if (!open) {
    throw new SmsRefused(
      'settings_unusable',
      `There is no SMS provider "${name}": the metadata property provider must be one of ${[...openers.keys()].join(', ')}.`,
    );
  }
  const { provider, settings } = open(properties, surroundings);
  return { provider, settings: { ...settings, provider: name } };
}
