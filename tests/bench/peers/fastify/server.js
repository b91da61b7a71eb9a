'use strict';
// The models identity-match and sum as a service of Fastify, with the models' own schemas, each checked both ways.
//   node server.js PORT PROCESSES SCHEMAS      SCHEMAS: a folder with MODEL.request.json and MODEL.response.json
const cluster = require('node:cluster');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const Ajv = require('ajv');
const fastify = require('fastify');

const [port, processes, schemas] = process.argv.slice(2);
// As the schemas say it: nothing is converted, added or taken away.
const strictly = { coerceTypes: false, useDefaults: false, removeAdditional: false, strict: false };

function schema(model, side) {
  const { $schema, ...rest } = JSON.parse(readFileSync(path.join(schemas, `${model}.${side}.json`), 'utf8'));
  return rest;
}

const fields = ['name', 'surname', 'email', 'birthdate', 'taggedLocation', 'declaredLocation'];
const asWhole = new Set(['email', 'birthdate']);

const words = (text) => new Set(text.split(/[ ,]+/).filter((word) => word !== ''));

function prepare(identity) {
  return fields.map((field) => {
    const text = identity[field].toLowerCase();
    return asWhole.has(field) ? text : words(text);
  });
}

function similarity(a, b) {
  if (typeof a === 'string') return a === b ? 1 : 0;
  let common = 0;
  for (const word of b) if (a.has(word)) common += 1;
  const all = a.size + b.size - common;
  return all === 0 ? 0 : common / all;
}

function identityMatch({ parameters: { weights }, data: { declared, profiles } }) {
  const wanted = prepare(declared);
  const shares = fields.map((field) => weights[field]);
  const sum = shares.reduce((a, b) => a + b, 0);
  let best = -1;
  let bestSimilarities = [];
  let total = 0;
  for (const profile of profiles) {
    const similarities = prepare(profile).map((found, i) => similarity(wanted[i], found));
    const weighted = similarities.reduce((so_far, alike, i) => so_far + shares[i] * alike, 0);
    const score = sum > 0 ? weighted / sum : 0;
    total += score;
    if (score > best) {
      best = score;
      bestSimilarities = similarities;
    }
  }
  return {
    score: 1 / (1 + Math.exp(-(6 * best + 2 * (total / profiles.length) - 4))),
    matched: fields.filter((field, i) => bestSimilarities[i] >= 0.5),
    modelVersion: '1.0.0',
  };
}

function sum(numbers) {
  let total = 0;
  for (const number of numbers) total += number;
  return { sum: total };
}

async function serve() {
  const app = fastify({ bodyLimit: 16 << 20, ajv: { customOptions: strictly } });
  const ajv = new Ajv(strictly);
  for (const [model, predict] of Object.entries({ 'identity-match': identityMatch, sum })) {
    // Fastify itself only writes answers by their schema.
    const isRight = ajv.compile(schema(model, 'response'));
    app.post(`/models/${model}/predict`, {
      schema: { body: schema(model, 'request'), response: { 200: schema(model, 'response') } },
    }, (request, reply) => {
      const answer = predict(request.body);
      if (!isRight(answer)) return reply.code(500).send(ajv.errorsText(isRight.errors));
      return reply.send(answer);
    });
  }
  await app.listen({ port: Number(port), host: '127.0.0.1', backlog: 1024 });
}

if (Number(processes) > 1 && cluster.isPrimary) {
  for (let i = 0; i < Number(processes); i += 1) cluster.fork();
} else {
  serve();
}
