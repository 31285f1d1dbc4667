// node-postgres as an application would use it, against the server at
// PGHOST:PGPORT.
'use strict';

const assert = require('node:assert/strict');
const { Client, Pool } = require('pg');

const config = { user: 'postgres', database: 'postgres' };

const steps = {
  async parameters(client) {
    for (const [name, vector] of [['a', [1, 0, 0]], ['b', [0, 1, 0]], ['c', [0, 0, 1]]]) {
      const r = await client.query('INSERT INTO js_items (name, embedding) VALUES ($1, $2) RETURNING id', [name, JSON.stringify(vector)]);
      assert.equal(r.rowCount, 1);
    }
    const r = await client.query('SELECT name, embedding FROM js_items ORDER BY embedding <-> $1 LIMIT 2', ['[0,0.9,0]']);
    assert.equal(r.rows[0].name, 'b');
    assert.deepEqual(JSON.parse(r.rows[0].embedding), [0, 1, 0]);
    assert.equal(r.rowCount, 2);
  },

  async vectorType(client) {
    // As pgvector's package for node finds the type.
    const r = await client.query('SELECT typname, oid FROM pg_type WHERE typname IN ($1, $2, $3)', ['vector', 'halfvec', 'sparsevec']);
    const oid = r.rows.find((row) => row.typname === 'vector').oid;
    const fields = (await client.query('SELECT embedding FROM js_items LIMIT 1')).fields;
    assert.equal(fields[0].dataTypeID, oid);
  },

  async prepared(client) {
    for (let i = 0; i < 10; i++) {
      const r = await client.query({ name: 'near', text: 'SELECT name FROM js_items ORDER BY embedding <-> $1 LIMIT 1', values: [`[${i},0,0]`] });
      assert.equal(r.rows.length, 1);
      if (i > 0) assert.equal(r.rows[0].name, 'a');
    }
  },

  async simple(client) {
    const [one, two] = await client.query('SELECT 1 AS n; SELECT 2 AS n, now() AS at');
    assert.equal(one.rows[0].n, 1);
    assert.ok(two.rows[0].at instanceof Date);
    assert.equal((await client.query('')).rowCount, null);
  },

  async values(client) {
    const text = 'SELECT $1::int4 AS i, $2::int8 AS l, $3::float8 AS f, $4::bool AS b, $5::text AS t, $6::jsonb AS j, $7::int4[] AS a, $8::bytea AS y, $9::timestamptz AS at, $10::text AS n';
    const at = new Date(Date.UTC(2024, 1, 29, 12, 30, 1, 500));
    const { rows: [row] } = await client.query(text, [7, '9007199254740993', 1.5, true, 'säge', { k: [1, null] }, [1, 2, 3], Buffer.from([0, 255]), at, null]);
    assert.deepEqual({ ...row, at: row.at.getTime() }, {
      i: 7, l: '9007199254740993', f: 1.5, b: true, t: 'säge', j: { k: [1, null] }, a: [1, 2, 3], y: Buffer.from([0, 255]), at: at.getTime(), n: null,
    });
  },

  async errors(client) {
    const fails = (query, code) => assert.rejects(client.query(query), (e) => e.code === code);
    await fails('SELECT * FROM nowhere', '42P01');
    await fails("INSERT INTO js_items (name) VALUES ('a')", '23505');
    await fails({ text: 'SELECT $1::int4', values: ['x'] }, '22P02');
    await client.query('BEGIN');
    await fails('SELECT 1/0', '22012');
    await fails('SELECT 1', '25P02');
    await client.query('ROLLBACK');
    assert.equal((await client.query('SELECT 1 AS n')).rows[0].n, 1);
  },

  async transaction(client) {
    await client.query('BEGIN');
    await client.query("INSERT INTO js_items (name) VALUES ('x')");
    await client.query('SAVEPOINT s');
    await client.query("INSERT INTO js_items (name) VALUES ('y')");
    await client.query('ROLLBACK TO SAVEPOINT s');
    await client.query('COMMIT');
    const r = await client.query("SELECT name FROM js_items WHERE name IN ('x', 'y')");
    assert.deepEqual(r.rows, [{ name: 'x' }]);
  },

  async notification(client) {
    const other = new Client(config);
    await other.connect();
    const heard = new Promise((resolve) => client.once('notification', resolve));
    await client.query('LISTEN js');
    await other.query("SELECT pg_notify('js', $1)", ['hello']);
    const n = await heard;
    assert.equal(n.channel, 'js');
    assert.equal(n.payload, 'hello');
    await other.end();
  },

  async pool() {
    const pool = new Pool({ ...config, max: 5 });
    const answers = await Promise.all([...Array(50).keys()].map((i) => pool.query('SELECT $1::int4 AS n', [i])));
    assert.deepEqual(answers.map((r) => r.rows[0].n), [...Array(50).keys()]);
    await pool.end();
  },
};

async function main() {
  const client = new Client(config);
  await client.connect();
  await client.query('CREATE EXTENSION IF NOT EXISTS vector');
  await client.query('DROP TABLE IF EXISTS js_items');
  await client.query('CREATE TABLE js_items (id serial PRIMARY KEY, name text UNIQUE, embedding vector(3))');
  for (const [name, step] of Object.entries(steps)) {
    await step(client);
    console.log('ok', name);
  }
  await client.query('DROP TABLE js_items');
  await client.end();
}

main().catch((e) => {
  console.error(e);
  process.exit(1);
});
