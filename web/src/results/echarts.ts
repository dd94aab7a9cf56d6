import { ScatterChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { type ECharts, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

// Only the parts that are used.
use([ScatterChart, GridComponent, TooltipComponent, CanvasRenderer]);

export { init, type ECharts };
