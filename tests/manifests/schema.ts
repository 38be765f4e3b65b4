import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import { projectRoot } from '../../tools/system/plan';
import type { Manifest } from './overlays';

const { kinds, definitions } = JSON.parse(
  readFileSync(join(projectRoot, 'tests/manifests/schemas.json'), 'utf8'),
) as { kinds: Record<string, object>; definitions: Record<string, object> };
const ajv = new Ajv({ allErrors: true, strict: false, allowUnionTypes: true, logger: false });
const validators = new Map<string, ValidateFunction>();

/** Each field that the API server would not take, in words. The schemas are its own: tools/manifests/schemas.ts. */
export function schemaFaults(manifest: Manifest): string[] {
  const kind = `${manifest.apiVersion}/${manifest.kind}`;
  const schema = kinds[kind];
  const name = `${manifest.kind} ${manifest.metadata?.name}`;
  if (!schema) return [`${name}: there is no schema of ${kind} in schemas.json`];
  const validate = validators.get(kind) ?? ajv.compile({ ...schema, definitions });
  validators.set(kind, validate);
  if (validate(manifest)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) => {
    const { additionalProperty = '' } = params as { additionalProperty?: string };
    return `${name} ${instancePath}: ${message} ${additionalProperty}`.trim();
  });
}
