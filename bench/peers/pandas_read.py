"""How long pandas takes to read and describe a CSV: pandas_read.py FILE, one line of JSON."""

import json
import resource
import sys
import time

import pandas as pd

start = time.perf_counter()
frame = pd.read_csv(sys.argv[1])
read = time.perf_counter()
frame.describe()
end = time.perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": end - start, "read": read - start, "peakMiB": peak, "version": pd.__version__}))
