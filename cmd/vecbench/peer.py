# The peers, driven by one line of JSON a command; each is answered by one.
import importlib.metadata
import json
import sys
import time

import numpy

argument = json.loads(sys.argv[1])


def vectors(path, count=None):
    raw = numpy.fromfile(path, dtype=numpy.int32)
    dims = raw[0]
    raw = raw.reshape(-1, dims + 1)[:count, 1:]
    return numpy.ascontiguousarray(raw.view(numpy.float32))


def unit(x):
    return x / numpy.maximum(numpy.linalg.norm(x, axis=1, keepdims=True), 1e-30)


class Faiss:
    def __init__(self, base):
        import faiss

        faiss.omp_set_num_threads(1)
        self.version = faiss.__version__
        metric = faiss.METRIC_INNER_PRODUCT if argument["cosine"] else faiss.METRIC_L2
        self.index = faiss.index_factory(base.shape[1], argument["factory"], metric)
        self.index.train(base)
        self.index.add(base)
        self.flat = argument["factory"] == "Flat"
        self.parameters = faiss.ParameterSpace()
        if argument["factory"].endswith("RFlat"):
            self.index.k_factor = argument["refine"]

    def set(self, value):
        if self.flat:
            return
        name = "efSearch" if "HNSW" in argument["factory"] else "nprobe"
        self.parameters.set_index_parameter(self.index, name, value)

    def search(self, queries):
        if self.flat:
            return [self.index.search(q[None], argument["k"])[1][0] for q in queries]
        return self.index.search(queries, argument["k"])[1]


class Hnswlib:
    def __init__(self, base):
        import hnswlib

        self.version = importlib.metadata.version("hnswlib")
        self.index = hnswlib.Index("cosine" if argument["cosine"] else "l2", base.shape[1])
        self.index.init_index(len(base), M=argument["m"], ef_construction=argument["construction"])
        self.index.set_num_threads(1)
        self.index.add_items(base, num_threads=1)

    def set(self, value):
        self.index.set_ef(max(value, argument["k"]))

    def search(self, queries):
        return self.index.knn_query(queries, k=argument["k"], num_threads=1)[0]


base = vectors(argument["base"])
queries = vectors(argument["query"], argument["queries"])
if argument["cosine"]:
    base, queries = unit(base), unit(queries)
began, spent = time.perf_counter(), time.process_time()
peer = {"faiss": Faiss, "hnswlib": Hnswlib}[argument["peer"]](base)
took, used = time.perf_counter() - began, time.process_time() - spent
print(json.dumps({"build": took, "processor": used, "version": peer.version}), flush=True)
del base
for line in sys.stdin:
    peer.set(json.loads(line)["setting"])
    peer.search(queries[:1])
    began, spent = time.perf_counter(), time.process_time()
    found = peer.search(queries)
    took, used = time.perf_counter() - began, time.process_time() - spent
    print(json.dumps({"seconds": took, "processor": used, "keys": [[int(key) for key in row] for row in found]}), flush=True)
