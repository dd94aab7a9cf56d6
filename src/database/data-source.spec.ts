import { afterEach, describe, expect, it } from '@jest/globals';
import { Column, Entity } from 'typeorm';
import { createTestDatabase, SERVERS, type TestDatabase } from '../../test/support/database.js';
import { DatabaseStartError, ServiceDataSource } from './data-source.js';
import { JobQueue } from './queue/job-queue.js';

/** TypeORM refuses it, once it is connected. */
@Entity()
class WithoutKey {
  @Column('text')
  text!: string;
}

describe.each(SERVERS)('the data source on %s', (_name, server) => {
  let database: TestDatabase;
  afterEach(() => database.drop());

  it('migrates a database without tables, and finds it done the next time', async () => {
    database = await createTestDatabase({ server, migrated: false });
    const first = await new ServiceDataSource(database, []).initialize();
    const migrations = await first.runMigrations();
    expect(migrations.map(({ name }) => name)).toEqual(first.migrations.map(({ constructor }) => constructor.name));
    expect(migrations.length).toBeGreaterThan(0);
    await first.destroy();

    const second = await new ServiceDataSource(database, []).initialize();
    expect(await second.runMigrations()).toEqual([]);
    await second.destroy();
  }, 20_000);

  it('leaves nothing behind when it cannot start', async () => {
    database = await createTestDatabase({ server });
    await expect(new ServiceDataSource(database, [WithoutKey]).initialize()).rejects.toThrow('WithoutKey');
    const sound = await new ServiceDataSource(database, []).initialize();
    expect(await sound.query('SELECT 1 AS x')).toEqual([{ x: 1 }]);
    await sound.destroy();
  }, 20_000);

  if (server === undefined) {
    it('says in one sentence that the folder is in use', async () => {
      database = await createTestDatabase({ server });
      const first = await new ServiceDataSource(database, []).initialize();
      const second = new ServiceDataSource(database, []).initialize();
      await expect(second).rejects.toThrow(DatabaseStartError);
      await expect(second).rejects.toThrow(/is in use by another process/);
      await first.destroy();
    }, 20_000);
    return;
  }

  it('lets four replicas start at once on a database without tables', async () => {
    database = await createTestDatabase({ server, migrated: false });
    const replicas = await Promise.all(
      [1, 2, 3, 4].map(async () => {
        const dataSource = await new ServiceDataSource(database, []).initialize();
        const migrations = await dataSource.runMigrations();
        const queue = await JobQueue.start(dataSource);
        await queue.declare('replicas', {});
        return { dataSource, queue, migrations };
      }),
    );
    const [{ dataSource }] = replicas;
    // Each migration was run by one of them, and once.
    const ran = replicas.flatMap(({ migrations }) => migrations);
    expect(ran).toHaveLength(dataSource.migrations.length);
    for (const replica of replicas) {
      await replica.queue.beforeApplicationShutdown();
      await replica.dataSource.destroy();
    }
  }, 30_000);

  it('says in one sentence which setting is wrong, without the password', async () => {
    database = await createTestDatabase({ server });
    const start = (change: (url: URL) => void) => {
      const url = new URL(server);
      url.password = 'se-cret';
      change(url);
      return new ServiceDataSource({ ...database, databaseUrl: url.href }, []).initialize();
    };
    const wrongPort = start((url) => (url.port = '1'));
    await expect(wrongPort).rejects.toThrow(DatabaseStartError);
    await expect(wrongPort).rejects.toThrow(/^DATABASE_URL: .*127\.0\.0\.1:1 refuses: .*ECONNREFUSED/);
    const wrongPassword = start(() => undefined);
    await expect(wrongPassword).rejects.toThrow(DatabaseStartError);
    await expect(wrongPassword).rejects.toThrow(/password authentication failed/);
    await expect(wrongPassword).rejects.not.toThrow(/se-cret/);
  });
});
