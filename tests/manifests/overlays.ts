import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { projectRoot } from '../../tools/system/plan';

/** A Kubernetes object as a manifest writes it. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    annotations?: Record<string, string>;
    labels?: Record<string, string>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: manifests of every kind.
  spec?: any;
  // biome-ignore lint/suspicious/noExplicitAny: likewise.
  data?: any;
  scopes?: string[];
}

export const overlays = ['local', 'production'] as const;
export type Overlay = (typeof overlays)[number];

/** The command that builds an overlay, if the set-up found one. */
export function kustomize(): [string, string] | undefined {
  const file = join(projectRoot, '.data/toolchain.json');
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, 'utf8')).kustomize ?? undefined;
}

const built = new Map<Overlay, Manifest[]>();

export function manifestsOf(overlay: Overlay): Manifest[] {
  const known = built.get(overlay);
  if (known) return known;
  const [program, verb] = kustomize() as [string, string];
  const text = execFileSync(program, [verb, join(projectRoot, 'k8s/overlays', overlay)], {
    encoding: 'utf8',
  });
  const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
  built.set(overlay, manifests);
  return manifests;
}

export const ofKind = (manifests: readonly Manifest[], kind: string) =>
  manifests.filter((each) => each.kind === kind);

export const named = (manifests: readonly Manifest[], kind: string, name: string) =>
  ofKind(manifests, kind).find(({ metadata }) => metadata.name === name);
