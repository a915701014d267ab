import { randomUUID } from 'node:crypto';
import { openText, putFile } from '../../shared/aws/text-objects.ts';
import { linesOf } from '../../shared/campaigns/lines.ts';
import { type Spool, spooling } from '../../shared/campaigns/spool.ts';
import type { Definition, State, TaskState } from '../workflow/asl.ts';
import { isMap } from './definition.ts';
import { engineError, type RefuseUnless } from './engine-errors.ts';
import type { Execution, Machine } from './machine.ts';

/** A Distributed Map, as far as the machine of campaigns uses it. */
type MapState = {
  Type: 'Map';
  Label: string;
  ItemReader: { Parameters: Record<string, string> };
  MaxConcurrencyPath: string;
  ToleratedFailurePercentage: number;
  ItemProcessor: Omit<Definition, 'TimeoutSeconds'>;
  ResultWriter: { Parameters: Record<string, string> };
  ResultPath: string | null;
  Next: string;
};

/** The resource of the task that stands for a Distributed Map: the engine has none of its own. */
const RESOURCE = 'local:distributed-map';

type MapTask = TaskState & { map?: MapState };

/** The same definition, with a task in the place of each Distributed Map. The engine evaluates the paths of the map as its parameters. */
export const withoutMaps = (definition: Definition): Definition => ({
  ...definition,
  States: Object.fromEntries(
    Object.entries(definition.States).map(([name, state]) => [
      name,
      isMap(state) ? taskOf(state as unknown as MapState, definition.TimeoutSeconds) : state,
    ]),
  ),
});

const taskOf = (map: MapState, TimeoutSeconds: number): State =>
  ({
    Type: 'Task',
    Resource: RESOURCE,
    Parameters: {
      reader: map.ItemReader.Parameters,
      writer: map.ResultWriter.Parameters,
      'children.$': map.MaxConcurrencyPath,
    },
    ResultPath: map.ResultPath,
    // A map has no limit of its own. Without one the engine ends a task after a minute.
    TimeoutSeconds,
    Next: map.Next,
    map,
  }) as unknown as State;

type Given = { reader: { Bucket: string; Key: string }; writer: { Bucket: string; Prefix: string }; children: number };

type Options = {
  /** The ARN of the machine. */
  arn: string;
  /** Makes the machine of the children. */
  childOf: (label: string, states: MapState['ItemProcessor']) => Machine;
  refuseUnless: RefuseUnless;
};

export type MapRuns = ReturnType<typeof mapRuns>;

/** The most children at once that Step Functions runs, also where the map says 0 (documented). */
const MOST_CHILDREN = 10_000;

/** Step Functions' limit on one item. Bytes. */
const MAX_ITEM = 262_144;

/**
 * Distributed Maps, which no engine on npm runs: it reads the items from S3 (JSONL), runs each as an execution of its own, so many at
 * once, and writes the results to S3 in the files of a ResultWriter. Differences from AWS: children start as fast as this machine can,
 * not 100 a second; the tolerance is compared at the end; a failed child is not redriven, and a map run has no API of its own.
 */
export const mapRuns = ({ arn, childOf, refuseUnless }: Options) => {
  /** The children of an execution, to stop them with it. */
  const running = new Map<string, Set<() => void>>();

  const run = async (task: TaskState, executionArn: string, input: unknown): Promise<unknown> => {
    const { map } = task as MapTask;
    if (!map) throw new TypeError('the task stands for no map');
    const { reader, writer, children } = input as Given;
    const objectArn = ({ Bucket }: { Bucket: string }, key: string) => `arn:aws:s3:::${Bucket}/${key}`;
    refuseUnless('States.ItemReaderFailed', 's3:GetObject', objectArn(reader, reader.Key));
    refuseUnless('States.TaskFailed', 'states:StartExecution', arn);
    const source = await openText({ bucket: reader.Bucket, key: reader.Key });
    if (!source) throw engineError('States.ItemReaderFailed', 'the object of the items is not there');
    const machine = childOf(map.Label, map.ItemProcessor);
    const stops = running.get(executionArn) ?? new Set();
    running.set(executionArn, stops);
    let isOver = false;
    const stop = () => {
      isOver = true;
      void machine.close();
    };
    stops.add(stop);
    try {
      return await spooling(2, async (succeeded, failed) => {
        const counts = await runAll(
          { source, machine, most: children || MOST_CHILDREN, isOver: () => isOver },
          (ended) => write(ended.status === 'SUCCEEDED' ? succeeded : failed, ended, machine.arn),
        );
        refuseUnless('States.ResultWriterFailed', 's3:PutObject', objectArn(writer, `${writer.Prefix}/manifest.json`));
        const details = await keep(
          writer,
          `${arn.replace(':stateMachine:', ':mapRun:')}/${map.Label}:${randomUUID()}`,
          {
            SUCCEEDED: succeeded,
            FAILED: failed,
          },
        );
        if (100 * counts.failed > map.ToleratedFailurePercentage * counts.all)
          throw engineError('States.ExceedToleratedFailureThreshold', `${counts.failed} of ${counts.all} items failed`);
        return details;
      });
    } finally {
      stops.delete(stop);
      source.destroy();
    }
  };

  return {
    isMap: (state: TaskState): boolean => state.Resource === RESOURCE,
    run,
    /** Stops the children of an execution. Machines that they wait for go on. */
    end: (executionArn: string): void => {
      for (const stop of running.get(executionArn) ?? []) stop();
      running.delete(executionArn);
    },
  };
};

type Run = { source: AsyncIterable<Uint8Array>; machine: Machine; most: number; isOver: () => boolean };

/** Runs each item as an execution, at most so many at once. */
const runAll = async ({ source, machine, most, isOver }: Run, onEnded: (ended: Execution) => Promise<void>) => {
  const lines = linesOf(source, MAX_ITEM);
  const counts = { all: 0, failed: 0 };
  // One reader for all: the next line is read only when a child has its place.
  let turn: Promise<unknown> = Promise.resolve();
  const next = () => {
    const line = turn.then(() => lines.next());
    turn = line.catch(() => {});
    return line;
  };
  const worker = async (): Promise<void> => {
    for (let line = await next(); !line.done && !isOver(); line = await next()) {
      if (line.value.text === '') continue;
      const execution = machine.start(JSON.parse(line.value.text));
      await execution.ended;
      counts.all += 1;
      if (execution.status !== 'SUCCEEDED') counts.failed += 1;
      await onEnded(execution);
    }
  };
  await Promise.all(Array.from({ length: most }, worker));
  return counts;
};

/** One execution in a result file, in the names of AWS (documented: ResultWriter). */
const write = (spool: Spool, execution: Execution, machineArn: string): Promise<void> => {
  const { executionArn, input, output, status, startedAt, error, cause } = execution;
  const entry = {
    ExecutionArn: executionArn,
    Input: JSON.stringify(input),
    InputDetails: { Included: true },
    Name: executionArn.split(':').at(-1),
    ...(status === 'SUCCEEDED'
      ? { Output: JSON.stringify(output), OutputDetails: { Included: true } }
      : { Error: error, Cause: cause }),
    StartDate: startedAt.toISOString(),
    StateMachineArn: machineArn,
    Status: status,
    StopDate: new Date().toISOString(),
  };
  return spool.add(`${spool.lines === 0 ? '[' : ','}${JSON.stringify(entry)}`);
};

/** Writes the files of a map run, and the manifest that names them. @returns the result of the state */
const keep = async (
  { Bucket, Prefix }: Given['writer'],
  MapRunArn: string,
  files: Record<'SUCCEEDED' | 'FAILED', Spool>,
): Promise<object> => {
  const folder = `${Prefix}/${MapRunArn.split(':').at(-1)}`;
  const ResultFiles: Record<string, { Key: string; Size: number }[]> = { SUCCEEDED: [], FAILED: [], PENDING: [] };
  for (const [status, spool] of Object.entries(files)) {
    if (spool.lines === 0) continue;
    await spool.add(']');
    await spool.close();
    const Key = `${folder}/${status}_0.json`;
    await putFile({ bucket: Bucket, key: Key }, spool.path);
    ResultFiles[status]?.push({ Key, Size: spool.bytes });
  }
  const Key = `${folder}/manifest.json`;
  await spooling(1, async (manifest) => {
    await manifest.add(JSON.stringify({ DestinationBucket: Bucket, MapRunArn, ResultFiles }));
    await manifest.close();
    await putFile({ bucket: Bucket, key: Key }, manifest.path);
  });
  return { MapRunArn, ResultWriterDetails: { Bucket, Key } };
};
