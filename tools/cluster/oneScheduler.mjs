#!/usr/bin/env node
// Helm's post-renderer for Dapr's chart, which has three schedulers, members of one etcd, however small the cluster is. On a
// cluster of one node they guard one another against nothing, so here is one: decisions/0016.
import { readFileSync } from 'node:fs';

const documents = readFileSync(0, 'utf8').split(/^---$/m);
const isScheduler = (text) =>
  /^kind: StatefulSet$/m.test(text) && /^ {2}name: dapr-scheduler-server$/m.test(text);
if (documents.filter(isScheduler).length !== 1) throw new Error('the chart has no scheduler, or several');

const rendered = documents.map((text) => (isScheduler(text) ? withOneMember(text) : text));
process.stdout.write(rendered.join('---'));

function withOneMember(text) {
  const one = text
    .replace(/^ {2}replicas: 3$/m, '  replicas: 1')
    .replace(/"(dapr-scheduler-server-0=[^,"]+),[^"]*"/, '"$1"');
  if (/dapr-scheduler-server-2/.test(one) || !/^ {2}replicas: 1$/m.test(one))
    throw new Error('the chart names the members of its scheduler otherwise than it did');
  return one;
}
