/** The machine's states and arrows, made by the build (`infra/console/vite.ts`). */
declare module 'virtual:machine-graph' {
  const graph: import('../graph.ts').Graph;
  export default graph;
}
