"""AdaDelta: Zeiler's Algorithm 1."""

from numpy import sqrt

from minigrad import optimizer, plot
from papers.paper import paper


@paper("Zeiler 2012, Algorithm 1", "AdaDelta(rho=ρ, epsilon=ε)", w="x", E="Eg2", D="EΔx2")
def algorithm_1(x, gradient, ρ, ε):
    r"""`Eg2` and `EΔx2` are the paper's $E[g^2]$ and $E[\Delta x^2]$, and $\mathrm{RMS}[x]$ is
    $\sqrt{E[x^2]+\epsilon}$. The paper adds its $\Delta x$, and the $\Delta$ here is subtracted; their squares are the
    same."""
    Eg2 = EΔx2 = 0
    while True:
        g = gradient(x)
        Eg2 = ρ * Eg2 + (1 - ρ) * g**2
        Δx = -sqrt(EΔx2 + ε) / sqrt(Eg2 + ε) * g
        EΔx2 = ρ * EΔx2 + (1 - ρ) * Δx**2
        x = x + Δx
        yield x


def picture():
    """There is no rate to choose, but ε sets the length of the first step: 0.01 for each weight. After 150 steps they
    are hardly longer: AdaDelta is slow to start."""
    return plot.states(optimizer.AdaDelta(), "valley", steps=150)
