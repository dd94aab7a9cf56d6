import { useComputedColorScheme } from '@mantine/core';
import { useReducedMotion, useViewportSize } from '@mantine/hooks';
import { useMemo } from 'react';

/** What charts take from the page's theme: canvas knows no style sheets. */
export interface ChartTheme {
  dark: boolean;
  still: boolean;
  ink: string;
  strong: string;
  ground: string;
  line: string;
  /** What is not selected. */
  grey: string;
  accent: string;
  /** How large text is beside its usual size, as the page has it for the window. */
  em: number;
}

export function useChartTheme(): ChartTheme {
  const dark = useComputedColorScheme('light') === 'dark';
  const still = useReducedMotion();
  useViewportSize();
  const em = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL_PX;
  return useMemo(() => ({ dark, still, em, ...(dark ? DARK : LIGHT) }), [dark, still, em]);
}

const USUAL_PX = 16;

const LIGHT = {
  ink: '#444444',
  strong: '#111111',
  ground: '#ffffff',
  line: '#c8ccd0',
  grey: '#b4b9be',
  accent: '#0072b2',
};
const DARK = {
  ink: '#c9c9c9',
  strong: '#ffffff',
  ground: '#242424',
  line: '#5a5a5a',
  grey: '#6d7278',
  accent: '#56b4e9',
};

/** A plain axis in the theme's colours, its name along it. */
export function axis(theme: ChartTheme, name: string, more: object = {}) {
  return {
    type: 'value' as const,
    name,
    nameLocation: 'middle' as const,
    nameGap: 28 * theme.em,
    scale: true,
    axisLabel: { color: theme.ink, hideOverlap: true },
    axisLine: { lineStyle: { color: theme.line } },
    axisTick: { lineStyle: { color: theme.line } },
    nameTextStyle: { color: theme.ink },
    splitLine: { lineStyle: { color: theme.line, opacity: 0.4 } },
    ...more,
  };
}

/** Drawn on the canvas, since the page's policy allows no inline styles. */
export function tooltip(theme: ChartTheme, formatter: (params: never) => string, more: object = {}) {
  return {
    renderMode: 'richText' as const,
    confine: true,
    backgroundColor: theme.ground,
    borderColor: theme.line,
    textStyle: { color: theme.strong, fontSize: 12 * theme.em },
    formatter,
    ...more,
  };
}
