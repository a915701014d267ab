import graph from 'virtual:machine-graph';
import { useWords } from '../words/use-words.ts';
import { box, layoutMachine } from './layout-machine.ts';

/** The definition does not change while a page is open. */
const placed = layoutMachine(graph);

/** The arrows between states that were entered one after the other. */
const takenIn = (path: readonly string[]): Set<string> => new Set(path.slice(1).map((name, n) => `${path[n]} ${name}`));

/**
 * The state machine as the definition has it, with the way that an execution took.
 * @param path the states that were entered, in their order
 * @param isRunning whether the last one is the current one
 */
export const MachinePicture = ({ path, isRunning }: { path: readonly string[]; isRunning: boolean }) => {
  const { say } = useWords();
  const taken = takenIn(path);
  const entered = new Set(path);
  const current = isRunning ? path.at(-1) : undefined;
  const classOf = (name: string) =>
    [entered.has(name) ? 'entered' : '', name === current ? 'current' : ''].filter(Boolean).join(' ');
  const shown = placed.edges.filter(({ from, to, isPlaced }) => isPlaced || taken.has(`${from} ${to}`));
  // What was taken lies above the other arrows.
  const edges = shown.toSorted(
    (a, b) => Number(taken.has(`${a.from} ${a.to}`)) - Number(taken.has(`${b.from} ${b.to}`)),
  );
  return (
    <div className="machine">
      <svg
        viewBox={`0 0 ${placed.width} ${placed.height}`}
        width={placed.width}
        role="img"
        aria-labelledby="machine-text"
      >
        <title id="machine-text">{say('machineText', path.join(', ') || say('none'))}</title>
        <defs>
          {['plain', 'taken'].map((id) => (
            <marker
              key={id}
              id={id}
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="9"
              markerHeight="9"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path d="M0,0 L8,4 L0,8 z" style={{ fill: id === 'taken' ? '#006ce0' : '#b4b4bb', stroke: 'none' }} />
            </marker>
          ))}
        </defs>
        {edges.map(({ from, to, kind, d }) => {
          const isTaken = taken.has(`${from} ${to}`);
          return (
            <path
              key={`${from} ${to}`}
              d={d}
              className={isTaken ? 'taken' : kind}
              markerEnd={`url(#${isTaken ? 'taken' : 'plain'})`}
            />
          );
        })}
        {placed.nodes.map(({ name, comment, x, y }) => (
          <g key={name} className={classOf(name)} data-state={name}>
            <title>{comment}</title>
            <rect x={x - box.width / 2} y={y - box.height / 2} width={box.width} height={box.height} rx="8" />
            <text x={x} y={y}>
              {name}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
};
