"""
Graphs on ONNX Runtime's CPU provider, as this machine's own programs have it. Told an order a line on standard input, it answers
a line of JSON: {"open": model, "threads": count, "inputs": {name: {"data": [], "shape": []}}} and {"run": true}.
"""
import json
import sys
import time

import numpy
import onnxruntime

session, feeds = None, {}


def run():
    begun = time.perf_counter()
    output = session.run(None, feeds)[0]
    return 1000 * (time.perf_counter() - begun), output


def answer(**said):
    print(json.dumps(said), flush=True)


answer(version=onnxruntime.__version__)
for line in sys.stdin:
    order = json.loads(line)
    try:
        if 'run' in order:
            answer(milliseconds=run()[0])
            continue
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = order['threads']
        begun = time.perf_counter()
        session = onnxruntime.InferenceSession(order['open'], options, providers=['CPUExecutionProvider'])
        create = 1000 * (time.perf_counter() - begun)
        feeds = {
            name: numpy.array(value['data'], numpy.float32).reshape(value['shape'])
            for name, value in order['inputs'].items()
        }
        first, output = run()
        answer(create=create, first=first, output=output.flatten().tolist())
    except Exception as error:
        answer(error=f'{type(error).__name__}: {error}'[:1000])
