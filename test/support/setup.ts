// Loaded first in every test file: in jest's ESM mode CommonJS plugins otherwise meet Nest in an import cycle.
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';
