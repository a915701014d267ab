import dagre from '@dagrejs/dagre';
import type { Edge, Graph } from '../../graph.ts';

/** The size of a state, and the room between states. Units of the picture. */
const [WIDTH, HEIGHT, BETWEEN, BELOW] = [158, 36, 26, 34];

type Point = { x: number; y: number };

export type Placed = {
  width: number;
  height: number;
  nodes: (Point & { name: string; comment: string })[];
  edges: (Edge & { d: string })[];
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

/** Places the states from top to bottom, so that few arrows cross. */
export const layoutMachine = ({ nodes, edges }: Graph): Placed => {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: BETWEEN, ranksep: BELOW, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { name } of nodes) graph.setNode(name, { width: WIDTH, height: HEIGHT });
  // The ordinary way is drawn straight.
  for (const { from, to, kind } of edges) graph.setEdge(from, to, { weight: kind === 'next' ? 8 : 1 });
  dagre.layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    nodes: nodes.map(({ name, comment }) => ({ name, comment, ...(graph.node(name) as Point) })),
    edges: edges.map((edge) => ({
      ...edge,
      d: pathOf((graph.edge(edge.from, edge.to) as { points: Point[] }).points),
    })),
  };
};
