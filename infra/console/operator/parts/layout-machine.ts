import dagre from '@dagrejs/dagre';
import type { Edge, Graph } from '../../graph.ts';

/** The size of a state, and the space between states. Units of the picture. */
const [WIDTH, HEIGHT, BETWEEN, BELOW] = [158, 36, 26, 34];

type Point = { x: number; y: number };

export type Placed = {
  width: number;
  height: number;
  nodes: (Point & { name: string; comment: string })[];
  /** `isPlaced`: drawn also when it was not taken. */
  edges: (Edge & { d: string; isPlaced: boolean })[];
};

export const box = { width: WIDTH, height: HEIGHT };

/** A line through points, rounded at each of them. */
const pathOf = (points: readonly Point[]): string => {
  const [first, ...rest] = points;
  if (!first) return '';
  const parts = rest.map((point, n) => {
    const next = rest[n + 1];
    return next
      ? `Q${point.x},${point.y} ${(point.x + next.x) / 2},${(point.y + next.y) / 2}`
      : `L${point.x},${point.y}`;
  });
  return `M${first.x},${first.y} ${parts.join(' ')}`;
};

/** The states that ordinary arrows lead to, from the first one on. */
const ordinaryWay = (start: string, ordinary: readonly Edge[]): Set<string> => {
  const reached = new Set([start]);
  // A set that grows while it is walked is walked to its end.
  for (const state of reached) for (const { from, to } of ordinary) if (from === state) reached.add(to);
  return reached;
};

/** A state that only an error leads to is placed below the last state of the ordinary way that it comes from. */
const placingEdges = ({ start, edges }: Graph): Edge[] => {
  const ordinary = edges.filter(({ kind }) => kind === 'next');
  const reached = ordinaryWay(start, ordinary);
  const last = new Map(
    edges.filter(({ from, to }) => reached.has(from) && !reached.has(to)).map((edge) => [edge.to, edge]),
  );
  return [...ordinary, ...last.values()];
};

/** A curve from the side of a state to the top of another, for an error that was not needed to place them. */
const curveOf = (from: Point, to: Point): string => {
  const side = to.x >= from.x ? 1 : -1;
  const [x, y] = [from.x + (side * WIDTH) / 2, to.y - HEIGHT / 2];
  return `M${x},${from.y} C${x + side * 60},${from.y} ${to.x},${y - 60} ${to.x},${y}`;
};

/**
 * Places the states from top to bottom. Almost every state has an arrow for each kind of error: were all of them used, no way could be
 * followed by eye.
 */
export const layoutMachine = (machine: Graph): Placed => {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: BETWEEN, ranksep: BELOW, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { name } of machine.nodes) graph.setNode(name, { width: WIDTH, height: HEIGHT });
  const placing = placingEdges(machine);
  // The ordinary way is drawn straight.
  for (const { from, to, kind } of placing) graph.setEdge(from, to, { weight: kind === 'next' ? 8 : 1 });
  dagre.layout(graph);
  const at = (name: string) => graph.node(name) as Point;
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    nodes: machine.nodes.map(({ name, comment }) => ({ name, comment, ...at(name) })),
    edges: machine.edges.map((edge) => {
      const placed = placing.includes(edge) ? (graph.edge(edge.from, edge.to) as { points: Point[] }) : undefined;
      return {
        ...edge,
        isPlaced: placed !== undefined,
        d: placed ? pathOf(placed.points) : curveOf(at(edge.from), at(edge.to)),
      };
    }),
  };
};
