/** Writes the contract, from the code, to openapi.json: what the page's client is generated from. Needs no database. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

const root = path.join(import.meta.dirname, '..');
// Of the built service: its compiler plugin knows the types of the DTOs.
const load = <T>(file: string): Promise<T> => import(path.join(root, 'dist/src', file)) as Promise<T>;
const { AppModule } = await load<typeof import('../src/app.module.js')>('app.module.js');
const { readConfig } = await load<typeof import('../src/config/app-config.js')>('config/app-config.js');
const { describeApi } = await load<typeof import('../src/describe-api.js')>('describe-api.js');
const { httpAdapter } = await load<typeof import('../src/http.js')>('http.js');

const config = readConfig({ SECRET_KEY: 'nothing is signed while describing' });
const app = await NestFactory.create<NestFastifyApplication>(AppModule.register(config), httpAdapter(config), {
  preview: true,
  logger: ['error'],
});
await writeFile(path.join(root, 'openapi.json'), `${JSON.stringify(describeApi(app), null, 2)}\n`);
await app.close();
