import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** The blue of Okabe and Ito's palette, from its lightest to its darkest shade. */
const centroid: MantineColorsTuple = [
  '#e6f3fb',
  '#cfe5f4',
  '#9fcae8',
  '#6caedc',
  '#4297d2',
  '#2788cc',
  '#0072b2',
  '#00649e',
  '#00588d',
  '#004b7a',
];

export const theme = createTheme({
  colors: { centroid },
  primaryColor: 'centroid',
  primaryShade: 6,
  autoContrast: true,
  respectReducedMotion: true,
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  headings: { fontWeight: '650' },
  components: { Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Dismiss' } } } },
});
