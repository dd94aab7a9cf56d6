/** Eight colours of Okabe and Ito that colour-blind people can tell apart; shapes repeat at another pace. */
const COLORS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#999999', '#f0e442'] as const;

/** ECharts' symbols; the pentagon is none of its own. */
const SHAPES = ['circle', 'rect', 'triangle', 'diamond', 'path://M5 0l5 4l-2 6h-6l-2 -6z'] as const;

/** The one colour of a cluster, everywhere. */
export function clusterColor(cluster: number): string {
  return COLORS[cluster % COLORS.length] ?? COLORS[0];
}

/** Its shape, for colour alone tells nothing to some. */
export function clusterShape(cluster: number): (typeof SHAPES)[number] {
  return SHAPES[cluster % SHAPES.length] ?? SHAPES[0];
}

/** Its one name: the one that somebody gave, or its number. */
export function clusterLabel(cluster: number, name?: string | null): string {
  return name ? `${cluster} ${name}` : `Cluster ${cluster}`;
}

/** The names of all clusters of some centers. */
export function namesOf({ clusterNames }: { clusterNames: readonly (string | null)[] }): string[] {
  return clusterNames.map((name, cluster) => clusterLabel(cluster, name));
}
