import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ManagedProcess } from '../../../tools/system/managedProcess';
import { freePorts, readToolchain } from '../../../tools/system/plan';
import { accepts, eventually } from '../../../tools/system/waiting';
import type { RunningVariant } from './variant';

const run = promisify(execFile);

/** Any 16 bytes, in base64: a node refuses data of another cluster, and each here has data of its own. */
const clusterId = 'aGVhbHRoY2VudGVyLS0tLQ';

/** A Kafka of one node for one test system, on ports and data of its own, with nothing in it. */
export async function pubsubKafka({ dataDir }: { dataDir: string }): Promise<RunningVariant> {
  const { kafka } = readToolchain();
  if (!kafka) throw new Error('`node tools/setup.mjs --only=kafka` gets what this test starts');
  const [port = 0, controllerPort = 0] = await freePorts(2);
  const folder = join(dataDir, 'kafka');
  mkdirSync(folder, { recursive: true });
  const properties = join(folder, 'server.properties');
  writeFileSync(properties, settings(folder, port, controllerPort));
  const java = [
    ...['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
    ...['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', join(kafka.jars, '*')],
  ];
  await run(kafka.java, [...java, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', properties]);
  const broker = new ManagedProcess(
    { name: 'kafka', command: kafka.java, args: [...java, 'kafka.Kafka', properties], cwd: folder },
    join(dataDir, 'logs'),
  );
  broker.start();
  try {
    await eventually('Kafka answers', () => accepts(port), { withinMs: 60_000 });
  } catch (error) {
    await broker.stop();
    throw error;
  }
  return {
    sidecarEnv: { KAFKA_BROKERS: `127.0.0.1:${port}` },
    process: broker,
    stop: () => broker.stop(),
  };
}

function settings(folder: string, port: number, controllerPort: number): string {
  const one = ['offsets.topic', 'transaction.state.log', 'share.coordinator.state.topic'];
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names=CONTROLLER',
    'listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    `log.dirs=${join(folder, 'data')}`,
    'auto.create.topics.enable=true',
    'num.partitions=8',
    'offsets.topic.num.partitions=4',
    ...one.map((topic) => `${topic}.replication.factor=1`),
    'transaction.state.log.min.isr=1',
    'share.coordinator.state.topic.min.isr=1',
    // What is published is on disk before the answer, as with Redis here.
    'log.flush.interval.messages=1',
    'group.initial.rebalance.delay.ms=0',
    '',
  ].join('\n');
}
