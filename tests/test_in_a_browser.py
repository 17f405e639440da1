"""What a browser's Python lacks, minigrad does without: threads, processes, numba, locks on files."""

import subprocess
import sys

BROWSER = """
import os, subprocess, sys, threading
import matplotlib.font_manager  # which may start a thread to build its cache

# as Pyodide documents it: modules that are not there, and threads that cannot start
for name in "numba cupy mpi4py fcntl resource grp pwd termios _multiprocessing".split():
    sys.modules[name] = None  # an import of it fails

def start(thread):
    raise RuntimeError("can't start new thread")

def begin(process, *arguments, **more):
    raise OSError("no processes")

threading.Thread.start = start
subprocess.Popen.__init__ = begin
os.cpu_count = lambda: 1
del os.sched_getaffinity
"""

COURSE = """
from minigrad import autograd, datasets, gluon, np, optimizer, plot, random
from minigrad.exercises import check

(train_x, train_y), (test_x, test_y) = datasets.digits()
random.seed(0)
net = gluon.nn.Sequential()
net.add(gluon.nn.Dense(32, activation="relu"), gluon.nn.Dense(10))
net.initialize()
loss_fn = gluon.loss.SoftmaxCrossEntropyLoss()
trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.01})
data = gluon.data.ArrayDataset(train_x, train_y)
for epoch in range(5):
    for x, y in gluon.data.DataLoader(data, batch_size=32, shuffle=True):
        with autograd.record():
            loss = loss_fn(net(x), y)
        loss.backward()
        trainer.step(len(x))
print(float((net(test_x).argmax(axis=1) == test_y).mean()) > 0.93)

w = np.ones((1_000_000,))  # enough for several threads, where there are any
optimizer.SGD().update(0, w, w * 1, None)
net.save_parameters("net.npz")
net.load_parameters("net.npz")
trainer.save_states("states.npz")
plot.race(["adam"], "valley", steps=5)
optimizer.Adam().explore("valley")
print(bool(check("sgd_step", lambda w, g, lr, wd: w - lr * (g + wd * w))))
"""


def test_a_network_learns_where_there_are_no_threads_no_processes_and_no_locks(tmp_path):
    command = [sys.executable, "-c", BROWSER + COURSE]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout.split(), done.returncode) == (["True", "True"], 0), done.stderr
