"""psycopg 3 as an application would use it, against the server at PGHOST:PGPORT."""

import datetime
import decimal
import struct
import uuid

import psycopg
from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format
from psycopg.rows import dict_row
from psycopg.types import TypeInfo


class Vector(list):
    """A vector that travels in its binary form."""


class VectorDumper(Dumper):
    format = Format.BINARY

    def dump(self, v):
        return struct.pack(f"!HH{len(v)}f", len(v), 0, *v)


class VectorLoader(Loader):
    format = Format.BINARY

    def load(self, data):
        dims, _ = struct.unpack_from("!HH", data)
        return Vector(struct.unpack_from(f"!{dims}f", data, 4))


def register_vector(conn):
    info = TypeInfo.fetch(conn, "vector")
    assert info is not None, "no type vector"
    info.register(conn)
    dumper = type("RegisteredVectorDumper", (VectorDumper,), {"oid": info.oid})
    conn.adapters.register_dumper(Vector, dumper)
    conn.adapters.register_loader(info.oid, VectorLoader)


def main():
    with psycopg.connect("dbname=postgres user=postgres") as conn:
        conn.execute("CREATE EXTENSION IF NOT EXISTS vector")
        conn.execute("DROP TABLE IF EXISTS py_items")
        conn.execute("CREATE TABLE py_items (id bigserial PRIMARY KEY, name text UNIQUE, embedding vector(3))")
        conn.commit()
        register_vector(conn)
        for step in (text_parameters, binary_parameters, values, prepared, copy_binary, copy_text,
                     pipeline, named_cursor, errors, savepoints):
            step(conn)
            conn.commit()
            print("ok", step.__name__)
        conn.execute("DROP TABLE py_items")


def text_parameters(conn):
    cur = conn.cursor()
    cur.executemany("INSERT INTO py_items (name, embedding) VALUES (%s, %s::vector)",
                    [("a", "[1,0,0]"), ("b", "[0,1,0]"), ("c", "[0,0,1]")])
    rows = cur.execute("SELECT name, embedding::text, embedding <-> %s::vector AS d FROM py_items"
                       " ORDER BY embedding <-> %s::vector LIMIT 2", ("[0,1,0]", "[0,1,0]")).fetchall()
    assert [r[0] for r in rows][0] == "b" and rows[0][1] == "[0,1,0]" and rows[0][2] == 0, rows
    assert abs(rows[1][2] - 2 ** 0.5) < 1e-6, rows


def binary_parameters(conn):
    cur = conn.cursor(binary=True, row_factory=dict_row)
    cur.execute("INSERT INTO py_items (name, embedding) VALUES (%s, %s) RETURNING id, embedding", ("d", Vector([1, 1, 0])))
    row = cur.fetchone()
    assert row["embedding"] == [1, 1, 0] and row["id"] > 0, row
    cur.execute("SELECT name, embedding FROM py_items ORDER BY embedding <-> %b LIMIT 1", (Vector([1, 1, 0.1]),))
    assert cur.fetchone() == {"name": "d", "embedding": [1, 1, 0]}


def values(conn):
    """Values of common types there and back, in both formats."""
    sent = (True, 7, 2 ** 40, 1.5, "säge", b"\x00\xff", decimal.Decimal("12.340"), datetime.date(2024, 2, 29),
            datetime.datetime(2024, 2, 29, 12, 30, 1, 5), uuid.UUID(int=5), [1, 2, 3], ["a", None, "b,c"])
    types = ("bool", "int4", "int8", "float8", "text", "bytea", "numeric", "date", "timestamp", "uuid", "int4[]", "text[]")
    query = "SELECT " + ", ".join(f"%s::{t}" for t in types)
    for binary in (False, True):
        got = conn.cursor(binary=binary).execute(query, sent).fetchone()
        assert got == sent, (binary, got)


def prepared(conn):
    for i in range(8):
        n = conn.execute("SELECT %s::int4 + 1", (i,), prepare=True).fetchone()[0]
        assert n == i + 1, n


def copy_binary(conn):
    cur = conn.cursor()
    with cur.copy("COPY py_items (name, embedding) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(["text", "vector"])
        for i in range(500):
            copy.write_row((f"bin{i}", Vector([i, i, i])))
    assert cur.rowcount == 500, cur.rowcount
    with cur.copy("COPY (SELECT name, embedding FROM py_items WHERE name LIKE 'bin%' ORDER BY id) TO STDOUT (FORMAT BINARY)") as copy:
        copy.set_types(["text", "vector"])
        rows = list(copy.rows())
    assert len(rows) == 500 and rows[7] == ("bin7", [7, 7, 7]), rows[:8]


def copy_text(conn):
    cur = conn.cursor()
    with cur.copy("COPY py_items (name, embedding) FROM STDIN") as copy:
        copy.write("text1\t[5,0,0]\n")
        copy.write_row(("text2\\", "[0,5,0]"))
    with cur.copy("COPY (SELECT name, embedding FROM py_items WHERE name LIKE 'text%' ORDER BY name) TO STDOUT") as copy:
        data = b"".join(bytes(piece) for piece in copy)
    assert data == b"text1\t[5,0,0]\ntext2\\\\\t[0,5,0]\n", data


def pipeline(conn):
    with conn.pipeline():
        cursors = [conn.execute("SELECT %s::int4", (i,)) for i in range(100)]
    assert [c.fetchone()[0] for c in cursors] == list(range(100))
    conn.commit()
    try:
        with conn.pipeline():
            conn.execute("INSERT INTO py_items (name) VALUES ('piped')")
            conn.execute("SELECT 1/0")
            conn.execute("INSERT INTO py_items (name) VALUES ('dropped')")
        raise AssertionError("no error")
    except psycopg.errors.DivisionByZero:
        pass
    conn.rollback()
    assert conn.execute("SELECT count(*) FROM py_items WHERE name IN ('piped', 'dropped')").fetchone() == (0,)


def named_cursor(conn):
    with conn.cursor("nearest") as cur:
        cur.itersize = 7
        cur.execute("SELECT name FROM py_items WHERE name LIKE 'bin%%' ORDER BY embedding <-> %s LIMIT 50", (Vector([10, 10, 10]),))
        names = [name for (name,) in cur]
    assert len(names) == 50 and names[0] == "bin10", names[:3]


def errors(conn):
    for query, expected in (
        ("INSERT INTO py_items (name) VALUES ('a')", psycopg.errors.UniqueViolation),
        ("SELECT * FROM nowhere", psycopg.errors.UndefinedTable),
        ("SELEC 1", psycopg.errors.SyntaxError),
        ("SELECT '[1,2'::vector", psycopg.errors.InvalidTextRepresentation),
        ("INSERT INTO py_items (embedding) VALUES ('[1,2]')", psycopg.errors.DataException),
        ("SELECT 'nothing'::regtype", psycopg.errors.UndefinedObject),
    ):
        try:
            conn.execute(query)
            raise AssertionError(f"{query}: no error")
        except expected as e:
            assert e.diag.message_primary, query
            if expected is psycopg.errors.UniqueViolation:
                assert e.diag.constraint_name == "py_items_name_key", e.diag.constraint_name
                assert e.diag.message_detail == "Key (name)=(a) already exists.", e.diag.message_detail
        conn.rollback()


def savepoints(conn):
    with conn.transaction():
        conn.execute("INSERT INTO py_items (name) VALUES ('outer')")
        try:
            with conn.transaction():
                conn.execute("INSERT INTO py_items (name) VALUES ('inner')")
                raise psycopg.Rollback()
        except psycopg.Rollback:
            pass
    names = conn.execute("SELECT name FROM py_items WHERE name IN ('outer', 'inner')").fetchall()
    assert names == [("outer",)], names


if __name__ == "__main__":
    main()
