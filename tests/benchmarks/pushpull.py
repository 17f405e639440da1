"""What a store of several ranks adds to MPI: `minigrad launch -n 2 tests/benchmarks/pushpull.py`.

Times `pushpull` of 1e6 float32 values, and the sum in a Trainer's step, beside a bare Allreduce of as many values, in
turn. Prints medians and tenth percentiles; where other programs use the cores, only the latter say what a store costs.
"""

import statistics
import time

import numpy
from mpi4py import MPI

from minigrad import autograd, gluon, kv, np

ROUNDS, SIZE = 200, 10**6


def main():
    comm = MPI.COMM_WORLD
    store, gradient = kv.create("dist_sync"), np.ones(SIZE)
    store.init("w", gradient)
    send, total = numpy.ones(SIZE, "float32"), numpy.empty(SIZE, "float32")
    net = gluon.nn.Dense(1000, in_units=999)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", kvstore=store.type)
    with autograd.record():
        y = net(np.ones((1, 999)))
    y.backward()
    trainer.step(1)
    ways = {
        "a bare Allreduce": lambda: comm.Allreduce(send, total),
        "pushpull": lambda: store.pushpull("w", gradient),
        "allreduce_grads of a Trainer": trainer.allreduce_grads,
    }
    seconds = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            gradient.data[:] = 1
            comm.Barrier()
            start = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - start)
    if comm.Get_rank() == 0:
        tenths = {name: statistics.quantiles(times, n=10) for name, times in seconds.items()}
        bare = tenths["a bare Allreduce"]
        for name, found in tenths.items():
            print(
                f"{name}: median {1e3 * found[4]:.2f} ms ({found[4] / bare[4]:.2f} times bare), "
                f"tenth percentile {1e3 * found[0]:.2f} ms ({found[0] / bare[0]:.2f})"
            )


if __name__ == "__main__":
    main()
