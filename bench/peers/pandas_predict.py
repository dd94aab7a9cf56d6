"""Reads a CSV, predicts every row by a scikit-learn pipeline, writes it with the column added: pandas_predict.py BUNDLE IN OUT [OURS]

BUNDLE is an exported one, whose scaling and centres the pipeline is given. With OURS, what the service answered, the
rows on which the two differ are counted.
"""
import json
import resource
import sys
import time

import numpy as np
import pandas as pd
import sklearn
from sklearn.cluster import KMeans
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

with open(sys.argv[1]) as file:
    bundle = json.load(file)
scale = next(step for step in bundle["preprocessing"]["steps"] if step["kind"] == "scale")
centers = np.array(bundle["trained"])
scaler = StandardScaler().fit(np.zeros((1, len(scale["offset"]))))
scaler.mean_, scaler.scale_ = np.array(scale["offset"]), np.array(scale["scale"])
scaler.var_ = scaler.scale_**2
kmeans = KMeans(len(centers), init=centers, n_init=1, max_iter=1).fit(centers)
kmeans.cluster_centers_ = centers
pipeline = make_pipeline(scaler, kmeans)

start = time.perf_counter()
frame = pd.read_csv(sys.argv[2])
frame["cluster"] = pipeline.predict(frame[bundle["columns"]].to_numpy())
frame.to_csv(sys.argv[3], index=False)
seconds = time.perf_counter() - start

differing = None
if len(sys.argv) > 4:
    ours = pd.read_csv(sys.argv[4], usecols=["cluster"])["cluster"]
    differing = int((ours != frame["cluster"]).sum())
print(json.dumps({
    "seconds": seconds,
    "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "differing": differing,
    "version": f"pandas {pd.__version__}, scikit-learn {sklearn.__version__}",
}))
