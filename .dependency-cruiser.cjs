/**
 * Imports point one way (docs/architecture.md). From the top: main, app.module, training, centers, datasets, chats,
 * users, and below them database, config and common. `ml` knows neither HTTP nor the database nor Nest, save in its
 * two doors, and is entered only through them, its preparation and its shared types.
 */
const features = ['users', 'chats', 'datasets', 'centers', 'training', 'assistant'];
const ground = ['common', 'config', 'database'];

/** A feature may be imported only by features above it, by app.module and by the list of entities. */
const noUpward = features.map((feature, i) => ({
  name: `${feature}-imports-downwards`,
  severity: 'error',
  from: { path: `^src/${feature}/` },
  to: { path: `^src/(${features.slice(i + 1).join('|') || '-'})/` },
}));

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'only-declared-packages',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.(spec|suite)\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    ...noUpward,
    {
      name: 'ground-knows-no-feature',
      severity: 'error',
      from: { path: `^src/(${ground.join('|')})/` },
      to: { path: `^src/(${features.join('|')}|ml)/` },
    },
    {
      name: 'nobody-imports-the-top',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main|admin|migrate-to-postgres|app\\.module)\\.ts$' },
      to: { path: '^src/(main|app\\.module)\\.ts$' },
    },
    {
      name: 'ml-is-plain',
      severity: 'error',
      from: { path: '^src/ml/', pathNot: '^src/ml/(ml\\.module|kmeans\\.service)(\\.spec)?\\.ts$' },
      to: { path: 'node_modules/(@nestjs|typeorm|pg|fastify)/' },
    },
    {
      name: 'ml-knows-no-service-code',
      severity: 'error',
      from: { path: '^src/ml/' },
      to: { path: `^src/(${[...features, ...ground].join('|')})/` },
    },
    {
      name: 'ml-has-one-door',
      severity: 'error',
      from: { path: `^src/(${features.join('|')}|app\\.module)` },
      to: {
        path: '^src/ml/',
        pathNot: '^src/ml/(ml\\.module|kmeans\\.service|engine-here|types|errors)\\.ts$|^src/ml/preparation/',
      },
    },
    {
      name: 'kernels-are-the-floor',
      severity: 'error',
      from: { path: '^src/ml/kernels/', pathNot: '\\.(spec|suite)\\.ts$' },
      to: { path: '^src/ml/(kmeans|workers|evaluation|preparation|kmeans\\.service|ml\\.module)' },
    },
    {
      name: 'kmeans-knows-no-workers',
      severity: 'error',
      from: { path: '^src/ml/(kmeans|evaluation|preparation)/' },
      to: { path: '^src/ml/(workers/|kmeans\\.service|ml\\.module)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
