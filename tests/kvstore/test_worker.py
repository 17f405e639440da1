"""What a worker says that it has sent is what MPI would be given."""

from types import SimpleNamespace

from minigrad import kv, np
from minigrad.kvstore.asynchronous import send


def test_traffic_is_what_mpi_would_be_given():
    store = kv.create("sim", num_workers=1, delay=1)
    (worker,) = store.workers
    parcels, deliver = [], worker._deliver
    peers = SimpleNamespace(comm=SimpleNamespace(Send=lambda parcel, dest: parcels.append(parcel.nbytes)))

    def delivered(text, arrays):
        send(peers, 0, text, arrays)
        return deliver(text, arrays)

    worker._deliver = delivered
    worker.init(["w", "é"], [np.zeros(3), np.zeros((2, 5), dtype="float16")])
    for turn in store.turns(2):
        turn.push("w", np.ones(3))
        turn.pull("é", out=np.zeros((2, 5), dtype="float16"))
    assert len(parcels) == 5
    assert worker.traffic() == sum(parcels) > 2 * 12 + 12 + 20
