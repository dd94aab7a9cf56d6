import { Button, Chip, Group, Loader, Stack, Text, useComputedColorScheme } from '@mantine/core';
import { useReducedMotion } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api, data, type Schemas } from '../api/client';
import { keys } from '../chats/queries';
import { ClusterMark } from '../ui/cluster-mark';
import { Failure } from '../ui/failure';
import { count, num } from '../ui/format';
import { saveBlob } from '../ui/download';
import { clusterColor, clusterLabel, clusterShape } from '../ui/palette';
import { type ECharts, init } from './echarts';

interface Props {
  runId: string;
  clusters: Schemas['ClusterDto'][];
  selected: number | undefined;
  onSelect: (cluster: number | undefined) => void;
}

const GREY = '#9aa0a6';
const POINTS = 100_000;

/** The rows on their first two principal components; what is not selected turns grey. */
export function ClusterMap({ runId, clusters, selected, onSelect }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(undefined);
  const still = useReducedMotion();
  const dark = useComputedColorScheme('light') === 'dark';
  const projection = useQuery({
    queryKey: [...keys.run(runId), 'projection'],
    queryFn: () =>
      data(api.GET('/api/v1/runs/{runId}/projection', { params: { path: { runId }, query: { limit: POINTS } } })),
    staleTime: Infinity,
  });
  const shown = projection.data;

  useEffect(() => {
    if (!element.current || !shown) return;
    const drawn = (chart.current = init(element.current));
    const resize = new ResizeObserver(() => {
      drawn.resize();
    });
    resize.observe(element.current);
    return () => {
      resize.disconnect();
      drawn.dispose();
    };
  }, [shown]);

  useEffect(() => {
    if (!shown || !chart.current) return;
    const ink = dark ? '#c9c9c9' : '#444444';
    const share = (i: 0 | 1) => `${num((shown.explainedVariance[i] ?? 0) * 100)} % of the variance`;
    const axis = (name: string) => ({
      type: 'value' as const,
      name,
      nameLocation: 'middle' as const,
      nameGap: 28,
      scale: true,
      axisLabel: { color: ink },
      nameTextStyle: { color: ink },
      splitLine: { lineStyle: { opacity: 0.2 } },
    });
    chart.current.setOption(
      {
        animation: !still,
        grid: { left: 56, right: 16, top: 16, bottom: 48 },
        // Canvas text instead of HTML: the page's policy allows no inline styles.
        tooltip: {
          renderMode: 'richText',
          formatter: ({ value }: { value: number[] }) =>
            value.length > 3 ? `row ${(value[3] ?? 0) + 1}, cluster ${value[2] ?? ''}` : `centre ${value[2] ?? ''}`,
        },
        xAxis: axis(`first component, ${share(0)}`),
        yAxis: axis(`second component, ${share(1)}`),
        series: [
          ...shown.centers.map((_, cluster) => {
            const grey = selected !== undefined && selected !== cluster;
            return {
              type: 'scatter' as const,
              name: clusterLabel(cluster),
              data: shown.points.filter((point) => point[2] === cluster),
              symbol: clusterShape(cluster),
              symbolSize: shown.points.length > 2000 ? 4 : 8,
              large: shown.points.length > 5000,
              itemStyle: { color: grey ? GREY : clusterColor(cluster), opacity: grey ? 0.25 : 0.75 },
              z: grey ? 1 : 2,
            };
          }),
          {
            type: 'scatter' as const,
            name: 'centres',
            data: shown.centers.map(([x, y], cluster) => [x, y, cluster]),
            symbol: 'path://M-1 -6h2v5h5v2h-5v5h-2v-5h-5v-2h5z',
            symbolSize: 16,
            itemStyle: { color: dark ? '#ffffff' : '#111111' },
            z: 3,
          },
        ],
      },
      true,
    );
    chart.current.off('click');
    chart.current.on('click', ({ value }) => {
      const cluster = (value as number[])[2];
      onSelect(cluster === selected ? undefined : cluster);
    });
  }, [shown, selected, dark, still, onSelect]);

  if (projection.error) return <Failure error={projection.error} retry={() => void projection.refetch()} />;
  if (!shown) return <Loader size="sm" aria-label="Loading the map" />;
  const names = new Map(clusters.map(({ cluster, name }) => [cluster, name]));
  return (
    <Stack gap="xs">
      <Group gap="xs" role="group" aria-label="Select a cluster">
        {shown.centers.map((_, cluster) => (
          <Chip
            key={cluster}
            size="sm"
            checked={selected === cluster}
            onChange={(on) => {
              onSelect(on ? cluster : undefined);
            }}
          >
            <ClusterMark cluster={cluster} />
            {clusterLabel(cluster, names.get(cluster))}
          </Chip>
        ))}
      </Group>
      <div
        ref={element}
        className="chart"
        role="img"
        aria-label={`Scatter plot of ${count(shown.sampledRows, 'row')} in ${count(shown.centers.length, 'cluster')} on the first two principal components. The profiles say the same in a table.`}
      />
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {shown.sampledRows < POINTS
            ? `All ${num(shown.sampledRows)} rows.`
            : `A random sample of ${num(shown.sampledRows)} rows.`}
        </Text>
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => {
            const url = chart.current?.getDataURL({ pixelRatio: 2, backgroundColor: dark ? '#242424' : '#ffffff' });
            if (url)
              void fetch(url).then(async (response) => {
                saveBlob(await response.blob(), 'clusters.png');
              });
          }}
        >
          Save as PNG
        </Button>
      </Group>
    </Stack>
  );
}
