import { BarChart, CustomChart, HeatmapChart, LineChart, ParallelChart, ScatterChart } from 'echarts/charts';
import {
  BrushComponent,
  GridComponent,
  MarkAreaComponent,
  MarkLineComponent,
  ParallelComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components';
import { type ECharts, type EChartsCoreOption, init, use } from 'echarts/core';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';

// Only the parts that are used.
use([
  BarChart,
  CustomChart,
  HeatmapChart,
  LineChart,
  ParallelChart,
  ScatterChart,
  BrushComponent,
  GridComponent,
  MarkAreaComponent,
  MarkLineComponent,
  ParallelComponent,
  TooltipComponent,
  VisualMapComponent,
  CanvasRenderer,
  SVGRenderer,
]);

export { type ECharts, type EChartsCoreOption };

/** @param em how large text is beside its usual size: on a canvas nothing knows of the page's */
function textTheme(em: number) {
  const fontSize = 12 * em;
  const axis = { axisLabel: { fontSize }, nameTextStyle: { fontSize } };
  return {
    textStyle: { fontSize },
    valueAxis: axis,
    categoryAxis: axis,
    parallel: { parallelAxisDefault: axis },
    visualMap: { textStyle: { fontSize } },
    tooltip: { textStyle: { fontSize } },
  };
}

export function draw(element: HTMLElement, em: number): ECharts {
  return init(element, textTheme(em));
}

/** The same chart as SVG; drawn apart from the document, whose policy allows no inline styles. */
export function toSvg(
  option: EChartsCoreOption,
  { width, height, ground, em }: { width: number; height: number; ground: string; em: number },
): string {
  const chart = init(null, textTheme(em), { renderer: 'svg', ssr: true, width, height });
  chart.setOption({ ...option, animation: false, backgroundColor: ground });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
