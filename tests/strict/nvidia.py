"""NVIDIA's own compiler, which comes with CuPy and needs no GPU: what it makes of a kernel."""

from importlib.util import find_spec

import pytest


def assembled(code, capability):
    """The assembly of a kernel for GPUs of a compute capability such as 90; all of it has to stay in registers."""
    pytest.importorskip("cupy")
    from cupy.cuda import get_cuda_path, nvrtc

    wheel = find_spec("nvidia") and find_spec("nvidia.cuda_runtime")
    places = [*(wheel.submodule_search_locations if wheel else ()), *filter(None, [get_cuda_path()])]
    try:
        program = nvrtc.createProgram(code, "kernel.cu", [], [])
    except RuntimeError as error:
        pytest.skip(f"no NVRTC: {error}")
    options = [f"-I{place}/include" for place in places]
    options += [f"-arch=sm_{capability}", "-ftz=true", "--ptxas-options=-v"]  # the second as CuPy does
    try:
        nvrtc.compileProgram(program, options)
    finally:
        log = nvrtc.getProgramLog(program)
        print(log)
    assert "0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads" in log
    text = nvrtc.getPTX(program)
    return text.decode() if isinstance(text, bytes) else text
