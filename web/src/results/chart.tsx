import { Button, Group, Menu, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { saveBlob } from '../ui/download';
import { draw, type ECharts, type EChartsCoreOption, toSvg } from './echarts';
import { type ChartTheme, useChartTheme } from './chart-theme';
import { type Cells, ChartTable } from './chart-table';

interface Props {
  title: string;
  /** The same in words: what the chart would tell somebody who cannot see it. */
  summary: string;
  /** On how many rows it was computed. */
  basis: string;
  /** @param width in px, at the time of drawing */
  option: (theme: ChartTheme, width: number) => EChartsCoreOption;
  /** The same as a table. */
  table: () => Cells;
  /** The name of saved files, without its ending. */
  file: string;
  height?: number | string;
  /** Once for every chart that is made. */
  onReady?: (chart: ECharts) => void;
  /** After every drawing. */
  onDrawn?: (chart: ECharts) => void;
  children?: ReactNode;
}

/** A chart with its words, its table and its files. The option and the callbacks must keep their identity while nothing changes. */
export function Chart({
  title,
  summary,
  basis,
  option,
  table,
  file,
  height = '24rem',
  onReady,
  onDrawn,
  children,
}: Props) {
  const theme = useChartTheme();
  const { em } = theme;
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(undefined);
  const [asTable, setAsTable] = useState(false);
  // In px; 0 until it is known.
  const [width, setWidth] = useState(0);

  useEffect(() => {
    if (!element.current) return;
    const made = draw(element.current, em);
    chart.current = made;
    onReady?.(made);
    const resize = new ResizeObserver(() => {
      made.resize();
      setWidth(made.getWidth());
    });
    resize.observe(element.current);
    return () => {
      resize.disconnect();
      made.dispose();
      chart.current = undefined;
    };
  }, [asTable, onReady, em]);

  useEffect(() => {
    if (!chart.current || width === 0) return;
    chart.current.setOption({ animation: !theme.still, animationDuration: 300, ...option(theme, width) }, true);
    onDrawn?.(chart.current);
  }, [option, theme, width, asTable, onDrawn, onReady]);

  const png = () => {
    chart.current?.renderToCanvas({ pixelRatio: 2, backgroundColor: theme.ground }).toBlob((blob) => {
      if (blob) saveBlob(blob, `${file}.png`);
    });
  };
  const svg = () => {
    if (!chart.current) return;
    const text = toSvg(option(theme, width), { width, height: chart.current.getHeight(), ground: theme.ground, em });
    saveBlob(new Blob([text], { type: 'image/svg+xml' }), `${file}.svg`);
  };
  return (
    <Stack gap={4} component="figure" m={0} miw={0} aria-label={title}>
      <Group justify="space-between" gap="xs" wrap="nowrap" align="start">
        <Title order={2} size="h5">
          {title}
        </Title>
        <Menu position="bottom-end" withinPortal={false}>
          <Menu.Target>
            <Button size="compact-xs" variant="default" aria-label={`${title}: save or show as a table`}>
              ...
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              onClick={() => {
                setAsTable(!asTable);
              }}
            >
              {asTable ? 'Show as a chart' : 'Show as a table'}
            </Menu.Item>
            <Menu.Item disabled={asTable} onClick={png}>
              Save as PNG
            </Menu.Item>
            <Menu.Item disabled={asTable} onClick={svg}>
              Save as SVG
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Group>
      {children}
      {asTable ? (
        <ChartTable title={title} cells={table()} file={file} />
      ) : (
        <div ref={element} className="chart" style={{ height }} role="img" aria-label={summary} />
      )}
      <Text component="figcaption" size="xs" c="dimmed">
        {basis}
      </Text>
    </Stack>
  );
}
