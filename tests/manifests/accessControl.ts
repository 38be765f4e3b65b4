export interface AccessControl {
  defaultAction: string;
  policies?: readonly {
    appId: string;
    defaultAction: string;
    operations: readonly { name: string; httpVerb: readonly string[]; action: string }[];
  }[];
}

type Operation = NonNullable<AccessControl['policies']>[number]['operations'][number];

interface Node {
  word: string;
  operation?: Operation;
  under: Node[];
}

/**
 * Whether a sidecar with this list lets an app ask for a path: as Dapr 1.18.1 finds it (`pkg/acl/acl.go` and
 * `pkg/config/acl_trie.go`), not as the names read. The first word of a path that has an entry decides, whatever comes
 * after it: with `/orders` in the list, `/orders/*` is never looked at. `*` is the last word or none at all; `**` is what
 * comes, however much of it. Both stand for nothing, too: `/orders/*` has `/orders` in it.
 */
export function isAllowed(
  { defaultAction, policies = [] }: AccessControl,
  appId: string,
  verb: string,
  path: string,
): boolean {
  const policy = policies.find((each) => each.appId === appId);
  if (!policy) return defaultAction === 'allow';
  const operation = find(treeOf(policy.operations), wordsOf(path));
  return (operation?.httpVerb.includes(verb) ? operation.action : policy.defaultAction) === 'allow';
}

function treeOf(operations: readonly Operation[]): Node {
  const root: Node = { word: '', under: [] };
  for (const operation of operations) {
    let node = root;
    const words = wordsOf(operation.name);
    for (const [index, word] of words.entries()) {
      let next = node.under.find((each) => each.word === word);
      if (!next) {
        next = { word, under: [] };
        node.under.push(next);
      }
      if (index === words.length - 1) next.operation ??= operation;
      node = next;
    }
  }
  return root;
}

function find(root: Node, words: readonly string[]): Operation | undefined {
  let node = root;
  for (const [index, word] of words.entries()) {
    const isEnd = index === words.length - 1;
    const next = under(node, word, isEnd);
    if (!next) return undefined;
    if (next.operation && (isEnd || next.word !== '*')) return next.operation;
    if (isEnd) return under(next, '*', true)?.operation;
    node = next;
  }
  return undefined;
}

function under(node: Node, word: string, isEnd: boolean): Node | undefined {
  return node.under.find((each) => each.word === word || each.word === '**' || (each.word === '*' && isEnd));
}

function wordsOf(path: string): string[] {
  return path.toLowerCase().split('/').slice(1);
}
