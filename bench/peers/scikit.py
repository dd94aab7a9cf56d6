"""scikit-learn in float32, called as its users do: scikit.py NAME KIND DATA.npy INIT.npy OUT

NAME is lloyd or elkan (fit, predict), float32 or float64 (seed). Speaks the protocol of contender.ts; the number of
threads comes from OMP_NUM_THREADS and OPENBLAS_NUM_THREADS.
"""
import json
import re
import statistics
import sys
import time
import warnings
from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans, kmeans_plusplus
from sklearn.exceptions import ConvergenceWarning

warnings.simplefilter("ignore", ConvergenceWarning)


def model(algorithm, X, init, iterations):
    k = len(init)
    return KMeans(k, init=init, n_init=1, max_iter=iterations, tol=0, algorithm=algorithm).fit(X)


def contender(name, kind, X, inits):
    """What is timed: a function of the iteration cap that gives iterations, all iterations, centres and labels."""
    k = inits.shape[1]
    if kind == "seed":
        return lambda cap: (0, 0, kmeans_plusplus(X, k, random_state=0)[0], None)
    if kind == "predict":
        fitted = model(name, X, inits[0], 1)
        fitted.cluster_centers_ = inits[0].copy()
        return lambda cap: (0, 0, None, fitted.predict(X))

    def fit(cap):
        fits = [model(name, X, init, cap) for init in inits]
        best = min(fits, key=lambda one: one.inertia_)
        return best.n_iter_, sum(one.n_iter_ for one in fits), best.cluster_centers_, best.labels_

    return fit


def memory(field):
    status = Path("/proc/self/status")
    return int(re.search(rf"{field}:\s+(\d+)", status.read_text())[1]) / 1024 if status.exists() else None


def say(**line):
    print(json.dumps(line), flush=True)


def main(name, kind, data, init, out):
    dtype = np.float64 if name == "float64" else np.float32
    X, inits = np.load(data).astype(dtype, copy=False), np.load(init).astype(dtype, copy=False)
    inits = inits[None] if inits.ndim == 2 else inits
    few = np.ascontiguousarray(X[:: max(1, len(X) // 500)])
    contender(name, kind, few, few[None, [0, -1]])(2)
    call = contender(name, kind, X, inits)
    if memory("VmRSS"):
        Path("/proc/self/clear_refs").write_text("5")
    before, first = memory("VmRSS"), None
    say()
    for line in sys.stdin:
        verb, *numbers = line.split()
        if verb == "end":
            break
        cap, least = int(numbers[0]), float(numbers[1])
        times, began, cpu = [], time.perf_counter(), time.process_time()
        while not times or time.perf_counter() - began < least:
            start = time.perf_counter()
            iterations, total, centers, labels = call(cap)
            times.append(time.perf_counter() - start)
            first = first or memory("VmHWM")
        busy = (time.process_time() - cpu) / (time.perf_counter() - began)
        say(
            seconds=statistics.median(times),
            calls=len(times),
            cpuPerWall=busy,
            iterations=int(iterations),
            totalIterations=int(total),
        )
    if centers is not None:
        np.save(f"{out}.npy", np.asarray(centers, np.float64))
    if labels is not None:
        np.save(f"{out}.labels.npy", np.asarray(labels, np.int32))
    say(peakMiB=memory("VmHWM"), extraMiB=first and first - before)


if __name__ == "__main__":
    main(*sys.argv[1:])
