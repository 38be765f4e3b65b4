import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectRoot } from '../system/plan';

// For a maintainer, after a change of a pinned version or with a new kind in k8s/:
//     node -r ./tests/sidecars/fixture/runTypeScript.js tools/manifests/schemas.ts
// writes tests/manifests/schemas.json out of Kubernetes' own OpenAPI document and Dapr's CRDs, as the pinned Go modules
// hold them. Strict: no field that the API does not know.

type Schema = { [key: string]: unknown };

const kinds = [
  ...['v1/Namespace', 'v1/ConfigMap', 'v1/Secret', 'v1/Service', 'v1/ServiceAccount'],
  ...['v1/PersistentVolume', 'v1/PersistentVolumeClaim', 'apps/v1/Deployment'],
  ...['autoscaling/v2/HorizontalPodAutoscaler', 'policy/v1/PodDisruptionBudget'],
  ...['networking.k8s.io/v1/NetworkPolicy', 'networking.k8s.io/v1/Ingress', 'storage.k8s.io/v1/StorageClass'],
];
const crds = ['components', 'configuration', 'resiliency', 'subscription'];

const kubernetes = moduleFolder('tools/cluster/modules/kubernetes', 'k8s.io/kubernetes');
const dapr = moduleFolder('tools/dapr/runtime', 'github.com/dapr/dapr');
const { definitions: source } = JSON.parse(
  readFileSync(join(kubernetes, 'api/openapi-spec/swagger.json'), 'utf8'),
) as { definitions: Record<string, Schema> };

const definitions: Record<string, Schema> = {};
const roots: Record<string, Schema> = {};
for (const kind of kinds) {
  const [name] = Object.entries(source).find(([, schema]) => kindsOf(schema).includes(kind)) ?? [];
  if (!name) throw new Error(`Kubernetes knows no ${kind}`);
  roots[kind] = reference(name);
}
for (const file of readdirSync(join(dapr, 'charts/dapr/crds'))) {
  if (!crds.includes(file.replace('.yaml', ''))) continue;
  const crd = parse(readFileSync(join(dapr, 'charts/dapr/crds', file), 'utf8'));
  for (const { name, schema } of crd.spec.versions) {
    const own = strict(schema.openAPIV3Schema);
    // A CRD says of its metadata that there is some; the API server holds it to the same as everybody's.
    (own.properties as Schema).metadata = reference('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');
    roots[`${crd.spec.group}/${name}/${crd.spec.names.kind}`] = own;
  }
}
writeFileSync(
  join(projectRoot, 'tests/manifests/schemas.json'),
  `${JSON.stringify({ kinds: roots, definitions })}\n`,
);

function kindsOf(schema: Schema): string[] {
  const all = (schema['x-kubernetes-group-version-kind'] ?? []) as {
    group: string;
    version: string;
    kind: string;
  }[];
  return all.map(({ group, version, kind }) => [group, version, kind].filter(Boolean).join('/'));
}

function reference(name: string): Schema {
  if (!(name in definitions)) {
    definitions[name] = {};
    definitions[name] = named(name) ?? strict(source[name] as Schema);
  }
  return { $ref: `#/definitions/${name}` };
}

// Two types that the document calls strings and that take numbers.
function named(name: string): Schema | undefined {
  const takesNumbers = ['util.intstr.IntOrString', 'api.resource.Quantity'].some((end) => name.endsWith(end));
  return takesNumbers ? { type: ['string', 'number'] } : undefined;
}

/** Without what is only told to readers, and closed against fields that are not in it. */
function strict(schema: Schema): Schema {
  if (typeof schema.$ref === 'string') return reference(schema.$ref.replace('#/definitions/', ''));
  if (schema['x-kubernetes-int-or-string']) return { type: ['string', 'number'] };
  const { type, required, properties, items, additionalProperties, pattern } = schema;
  return {
    ...(type ? { type } : {}),
    ...(schema.enum ? { enum: schema.enum } : {}),
    ...(pattern ? { pattern } : {}),
    ...(required ? { required } : {}),
    ...(items ? { items: strict(items as Schema) } : {}),
    ...(typeof additionalProperties === 'object'
      ? { additionalProperties: strict(additionalProperties as Schema) }
      : {}),
    ...(properties
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, each]) => [name, strict(each as Schema)]),
          ),
          ...(schema['x-kubernetes-preserve-unknown-fields'] ? {} : { additionalProperties: false }),
        }
      : {}),
  };
}

function moduleFolder(module: string, path: string): string {
  const cwd = join(projectRoot, module);
  const told = execFileSync('go', ['mod', 'download', '-json', path], { cwd, encoding: 'utf8' });
  return (JSON.parse(told) as { Dir: string }).Dir;
}
